// `git gc --prune=now` in mid-night removes loose objects that its own look at the refs was too early for, whatever
// points at them a moment later. What hone wrote lately can be written again, with the same ids.
#pragma once

#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "adapters/git/handle.hpp"
#include "hone/core/edit/edit.hpp"
#include "hone/core/run/accepted.hpp"

namespace hone::git {

// Thread-safe.
class Mender {
 public:
  explicit Mender(std::string common_folder) : objects_(std::move(common_folder) + "/objects") {}
  void remember(const TreeId& base, const TreeId& tree, std::vector<SourceFile> files);
  void remember(const CommitDraft& draft, const CommitId& commit);
  // Writes again what is missing of a tree that is remembered.
  [[nodiscard]] Done mend(git_repository*, const TreeId&);
  // The same for the last commit of the branch.
  [[nodiscard]] Done mend_commit(git_repository*);

 private:
  struct Recipe {
    TreeId base, tree;
    std::vector<SourceFile> files;
  };
  struct Committed {
    CommitDraft draft;
    CommitId id;
  };
  [[nodiscard]] bool on_disk(const std::string& id) const;

  static constexpr std::size_t most_recipes = 64;  // more than are ever in work at once
  std::string objects_;
  std::mutex mutex_;
  std::deque<Recipe> recipes_;
  std::optional<Committed> last_;
};

}  // namespace hone::git
