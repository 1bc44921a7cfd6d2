#include "adapters/git/disk.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "adapters/os/unlock.hpp"
#include "hone/core/base/text.hpp"

namespace hone::git {
namespace {

constexpr int folder_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

Done write_all(int fd, std::string_view content, std::string_view path) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return disk_failed("writing", path);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

// A folder that its maker closed to everyone opens again after chmod; the owner may always do that.
Descriptor open_closed_folder(int parent, const char* name) {
  Descriptor folder = open_folder(parent, name);
  if (folder.open() || errno != EACCES) return folder;
  if (::fchmodat(parent, name, 0700, 0) != 0) return folder;
  return open_folder(parent, name);
}

// After an unlinkat() that failed: `chattr +i` on the file, or +a on its folder.
bool unlock_and_remove(int folder, const char* name) {
  if (errno != EPERM) return false;
  const bool file = os::unlock_entry(folder, name);
  if (file && ::unlinkat(folder, name, 0) == 0) return true;
  const bool ok = os::unlock_entry(folder, ".") && ::unlinkat(folder, name, 0) == 0;
  if (!ok) errno = EPERM;
  return ok;
}

// One removal of a folder. Folders nested deeper than descriptors last are first moved up to the top one.
struct Removal {
  int top = -1;
  int depth = 0;
  std::uint64_t moved = 0;
};
constexpr int deepest = 64;

Done empty_folder(int folder, Removal& removal);

Done remove_child(int folder, const std::string& name, Removal& removal) {
  if (::unlinkat(folder, name.c_str(), 0) == 0 || errno == ENOENT) return {};
  if (unlock_and_remove(folder, name.c_str())) return {};
  const auto found = look(folder, name.c_str());
  if (!found) return {};
  if (!S_ISDIR(found->st_mode)) return disk_failed("removing", name);
  {
    const Descriptor child = open_closed_folder(folder, name.c_str());
    if (!child.open()) return disk_failed("opening for removal", name);
    os::unlock_entry(folder, name.c_str());
    ::fchmod(child.get(), 0700);
    if (removal.depth >= deepest) {
      const std::string up = fmt::format(".hone-deep-{}", removal.moved++);
      if (::renameat(folder, name.c_str(), removal.top, up.c_str()) != 0) return disk_failed("moving up", name);
      return {};
    }
    ++removal.depth;
    HONE_TRY_VOID(empty_folder(child.get(), removal));
    --removal.depth;
  }
  if (::unlinkat(folder, name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT) return disk_failed("removing", name);
  return {};
}

Done empty_folder(int folder, Removal& removal) {
  for (const std::string& child : HONE_TRY(names_in(folder))) HONE_TRY_VOID(remove_child(folder, child, removal));
  return {};
}

Done remove_folder(int parent, const char* name) {
  const Descriptor folder = open_closed_folder(parent, name);
  if (!folder.open()) return disk_failed("opening for removal", name);
  os::unlock_entry(parent, name);
  ::fchmod(folder.get(), 0700);
  Removal removal{.top = folder.get()};
  do {  // each round may have moved deep folders up here
    removal.depth = 0;
    HONE_TRY_VOID(empty_folder(folder.get(), removal));
  } while (!HONE_TRY(names_in(folder.get())).empty());
  if (::unlinkat(parent, name, AT_REMOVEDIR) != 0 && errno != ENOENT) return disk_failed("removing folder", name);
  return {};
}

}  // namespace

tl::unexpected<Error> disk_failed(std::string_view tried, std::string_view path) {
  const int code = errno;
  std::string_view next = "look at that folder's owner and permissions, then `hone resume`";
  if (code == ENOSPC || code == EDQUOT) next = "free some space (or inodes) on that disk, then `hone resume`";
  if (code == EMFILE || code == ENFILE) next = "raise the limit of open files (ulimit -n), then `hone resume`";
  return fail(Reaction::stop_run, fmt::format("{} {}: {}; {}", tried, path, std::strerror(code), next));
}

Descriptor open_folder(int parent, const char* name) {
  return Descriptor(::openat(parent, name, folder_flags));
}
Descriptor open_folder(const std::string& path) {
  return Descriptor(::open(path.c_str(), folder_flags));
}

Result<std::vector<std::string>> names_in(int folder) {
  const int copy = ::openat(folder, ".", folder_flags);
  if (copy < 0) return disk_failed("listing", "a workspace folder");
  const std::unique_ptr<DIR, CloseFolder> stream(::fdopendir(copy));
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  return names;
}

std::optional<struct stat> look(int folder, const char* name) {
  struct stat found {};
  if (::fstatat(folder, name, &found, AT_SYMLINK_NOFOLLOW) != 0) return std::nullopt;
  return found;
}

Result<Descriptor> ensure_folder(int parent, const char* name) {
  Descriptor folder = open_folder(parent, name);
  if (folder.open()) return folder;
  if (errno == EACCES) {
    folder = open_closed_folder(parent, name);
    if (folder.open()) return folder;
  }
  if (errno != ENOENT) HONE_TRY_VOID(remove_entry(parent, name));
  if (::mkdirat(parent, name, 0755) != 0) return disk_failed("making folder", name);
  folder = open_folder(parent, name);
  if (!folder.open()) return disk_failed("opening folder", name);
  return folder;
}

Done write_file(int folder, const char* name, std::string_view content, bool executable) {
  if (::unlinkat(folder, name, 0) != 0 && errno != ENOENT) HONE_TRY_VOID(remove_entry(folder, name));
  const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  const mode_t mode = executable ? 0755 : 0644;
  Descriptor file(::openat(folder, name, flags, mode));
  if (!file.open() && errno == EPERM && os::unlock_entry(folder, "."))  // `chattr +i` on the folder
    file = Descriptor(::openat(folder, name, flags, mode));
  if (!file.open()) return disk_failed("creating", name);
  return write_all(file.get(), content, name);
}

Done write_link(int folder, const char* name, const std::string& points_to) {
  HONE_TRY_VOID(remove_entry(folder, name));
  if (::symlinkat(points_to.c_str(), folder, name) != 0) return disk_failed("creating link", name);
  return {};
}

std::optional<std::string> read_file(int folder, const char* name, std::size_t size) {
  const Descriptor file(::openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat found {};
  if (!file.open() || ::fstat(file.get(), &found) != 0 || !S_ISREG(found.st_mode)) return std::nullopt;
  if (static_cast<std::size_t>(found.st_size) != size) return std::nullopt;
  std::string content(size, '\0');
  std::size_t have = 0;
  while (have < size) {
    const ssize_t got = ::read(file.get(), content.data() + have, size - have);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return std::nullopt;
    have += static_cast<std::size_t>(got);
  }
  return content;
}

Done remove_entry(int folder, const char* name) {
  if (::unlinkat(folder, name, 0) == 0 || errno == ENOENT) return {};
  if (unlock_and_remove(folder, name)) return {};
  const auto found = look(folder, name);
  if (!found) return {};
  if (S_ISDIR(found->st_mode)) return remove_folder(folder, name);
  if (::unlinkat(folder, name, 0) != 0 && errno != ENOENT) return disk_failed("removing", name);
  return {};
}

Done store_line(const std::string& path, std::string_view line) {
  const std::string beside = path + ".new";
  {
    const Descriptor file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644));
    if (!file.open()) return disk_failed("creating", beside);
    HONE_TRY_VOID(write_all(file.get(), fmt::format("{}\n", line), beside));
    if (::fsync(file.get()) != 0) return disk_failed("writing", beside);
  }
  if (::rename(beside.c_str(), path.c_str()) != 0) return disk_failed("renaming to", path);
  return {};
}

std::optional<std::string> load_line(const std::string& path) {
  const auto size = look(AT_FDCWD, path.c_str());
  if (!size || !S_ISREG(size->st_mode) || size->st_size > 65536) return std::nullopt;
  const auto text = read_file(AT_FDCWD, path.c_str(), static_cast<std::size_t>(size->st_size));
  if (!text) return std::nullopt;
  return std::string(trim(*text));
}

bool is_blank(const std::string& path) {
  const auto line = load_line(path);
  return line && line->find_first_not_of('\0') == std::string::npos;
}

}  // namespace hone::git
