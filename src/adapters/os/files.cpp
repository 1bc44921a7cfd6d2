#include "adapters/os/files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "adapters/os/descriptor.hpp"

namespace hone::os {
namespace {

tl::unexpected<Error> trouble(std::string_view what, const std::string& path, std::string_view advice) {
  const int error = errno;
  const bool full = error == ENOSPC || error == EDQUOT;
  return fail(Reaction::stop_run, fmt::format("tried to {} {}: {}; {}", what, path, std::strerror(error),
                                              full ? "make room on that file system" : advice));
}

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Done write_all(int file, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t size = ::write(file, content.data(), content.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return trouble("write", path, "look at the disk");
    content.remove_prefix(static_cast<std::size_t>(size));
  }
  return {};
}

Done sync_folder(const std::string& path) {
  const Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder && ::fsync(folder.get()) == 0) return {};
  if (errno == EINVAL) return {};  // a file system that has no such thing
  return trouble("make durable the folder", path, "look at the disk");
}

}  // namespace

Result<std::string> SystemFiles::load(const std::string& path, Bytes most) const {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));  // a FIFO must not hang us
  if (!file) return trouble("read", path, "see that it is there and readable");
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return trouble("read", path, "see that it is readable");
  if (!S_ISREG(status.st_mode)) {
    return fail(Reaction::fix_input, fmt::format("tried to read {}: it is no regular file; name one", path));
  }
  std::string text;
  std::string piece(65536, '\0');
  for (;;) {
    const ssize_t size = ::read(file.get(), piece.data(), piece.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return trouble("read", path, "look at the disk");
    if (size == 0) return text;
    text.append(piece, 0, static_cast<std::size_t>(size));
    if (static_cast<std::int64_t>(text.size()) > most.value) {
      return fail(Reaction::fix_input, fmt::format("tried to read {}: it is longer than {} bytes", path, most.value));
    }
  }
}

Done SystemFiles::store(const std::string& path, std::string_view content) {
  static constinit std::atomic<unsigned> next{0};  // two threads of one process, one path
  struct stat status {};
  const mode_t mode = ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777 : 0600;
  const std::string temporary = fmt::format("{}.{}.{}.new", path, ::getpid(), ++next);
  Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return trouble("create", temporary, "see that its folder is there and writable");
  const auto written = [&]() -> Done {
    HONE_TRY_VOID(write_all(file.get(), content, temporary));
    if (::fchmod(file.get(), mode) != 0 || ::fsync(file.get()) != 0)
      return trouble("write", temporary, "look at the disk");
    if (::rename(temporary.c_str(), path.c_str()) != 0)
      return trouble("replace", path, "see that it is a file of yours");
    return {};
  }();
  if (!written) {
    ::unlink(temporary.c_str());
    return written;
  }
  return sync_folder(folder_of(path));
}

Done SystemFiles::make_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0) return {};  // before every command, and the parents are nearly always there
  for (std::size_t at = 1; at <= path.size(); ++at) {
    if (at < path.size() && path[at] != '/') continue;
    const std::string part = path.substr(0, at);
    if (::mkdir(part.c_str(), 0700) != 0 && errno != EEXIST) {
      return trouble("make the folder", part, "see that its parent is writable");
    }
  }
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) return {};
  errno = ENOTDIR;
  return trouble("make the folder", path, "something else has that name");
}

Result<std::vector<std::string>> SystemFiles::list(const std::string& folder) const {
  const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(folder.c_str()), ::closedir);
  if (!open) return trouble("list", folder, "see that it is there and readable");
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(open.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

Result<Bytes> SystemFiles::free_space(const std::string& path) const {
  struct statvfs status {};
  if (::statvfs(path.c_str(), &status) != 0) return trouble("ask for the free space of", path, "see that it is there");
  return Bytes{static_cast<std::int64_t>(status.f_bavail) * static_cast<std::int64_t>(status.f_frsize)};
}

}  // namespace hone::os
