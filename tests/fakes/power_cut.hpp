// What a disk holds when the power goes: everything that was synced, and of later writes whichever it likes, whole,
// half or not at all, in any order.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "hone/core/base/random.hpp"

namespace hone::fakes {

class PowerCut {
 public:
  // Called before every write and every sync: the moment to look.
  std::function<void()> look = [] {};

  void open(const std::string& path, std::string content) {
    if (!files_.contains(path)) files_[path].durable = std::move(content);
  }
  void write(const std::string& path, std::int64_t at, std::string bytes) {
    look();
    files_[path].pending.push_back({at, std::move(bytes), false});
  }
  void truncate(const std::string& path, std::int64_t size) {
    look();
    files_[path].pending.push_back({size, "", true});
  }
  void sync(const std::string& path) {
    look();
    File& file = files_[path];
    for (const Change& change : file.pending) apply(file.durable, change, change.bytes.size());
    file.pending.clear();
  }
  void remove(const std::string& path) { files_.erase(path); }
  [[nodiscard]] std::map<std::string, std::string> contents(Random& dice) const {
    std::map<std::string, std::string> found;
    for (const auto& [path, file] : files_) {
      std::string content = file.durable;
      const auto mood = dice.below(4);  // all lost, all written, or each as it happens
      for (const Change& change : file.pending) {
        const auto luck = mood == 0 ? 0 : mood == 1 ? 1 : dice.below(3);
        if (luck == 1) apply(content, change, change.bytes.size());
        if (luck == 2 && !change.shortens) apply(content, change, change.bytes.size() / 2);
      }
      found[path] = std::move(content);
    }
    return found;
  }

 private:
  struct Change {
    std::int64_t at;
    std::string bytes;
    bool shortens;
  };
  struct File {
    std::string durable;
    std::vector<Change> pending;
  };
  static void apply(std::string& content, const Change& change, std::size_t size) {
    const auto at = static_cast<std::size_t>(change.at);
    if (change.shortens) {
      content.resize(at, '\0');
      return;
    }
    if (content.size() < at + size) content.resize(at + size, '\0');
    content.replace(at, size, change.bytes, 0, size);
  }
  std::map<std::string, File> files_;
};

}  // namespace hone::fakes
