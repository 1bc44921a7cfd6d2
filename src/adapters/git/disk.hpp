// Files of a workspace, written without ever following a link: what ran there before may have left symbolic or
// hard links in place of files and folders, and the next write must not go through them (security.md H06, H10).
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hone/core/base/result.hpp"

namespace hone::git {

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool open() const { return fd_ >= 0; }

 private:
  int fd_;
};

// stop_run, with errno in words.
[[nodiscard]] tl::unexpected<Error> disk_failed(std::string_view tried, std::string_view path);

// A folder itself, not what a link in its place points to. Not open: it is not a folder; errno says why.
[[nodiscard]] Descriptor open_folder(int parent, const char* name);
[[nodiscard]] Descriptor open_folder(const std::string& path);

// What stands at `name`, itself; empty = nothing.
[[nodiscard]] std::optional<struct stat> look(int folder, const char* name);

// Names in a folder, without "." and "..".
[[nodiscard]] Result<std::vector<std::string>> names_in(int folder);

// The folder `name` in `parent`, made if it is missing; whatever else stands there is removed first.
[[nodiscard]] Result<Descriptor> ensure_folder(int parent, const char* name);

// A new file in place of whatever stands there; its inode, and so its times, are fresh.
[[nodiscard]] Done write_file(int folder, const char* name, std::string_view content, bool executable);
[[nodiscard]] Done write_link(int folder, const char* name, const std::string& points_to);
// The whole content of a regular file of exactly `size` bytes; empty = it is not that.
[[nodiscard]] std::optional<std::string> read_file(int folder, const char* name, std::size_t size);

// Removes whatever stands there, folders with all they hold, also those without permission bits. Nothing is fine.
[[nodiscard]] Done remove_entry(int folder, const char* name);

// Atomic and durable, for the few small files of git's own folders.
[[nodiscard]] Done store_line(const std::string& path, std::string_view line);
[[nodiscard]] std::optional<std::string> load_line(const std::string& path);
// A regular file without content, or with zeros only.
[[nodiscard]] bool is_blank(const std::string& path);

}  // namespace hone::git
