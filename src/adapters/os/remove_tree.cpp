// Removing what a stranger's program may have left: folders of mode 000, a path longer than PATH_MAX, a
// million files, links that lead out. No path below the top is ever walked: each folder is opened by its
// name in an open folder, never through a link; folders inside it are moved up to the top and emptied
// there in their turn. So depth costs neither stack nor descriptors.
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>

#include "adapters/os/descriptor.hpp"
#include "adapters/os/files.hpp"
#include "adapters/os/unlock.hpp"

namespace hone::os {
namespace {

// Opens a real folder for reading; what has no rights for us gets them first, by descriptor and not by name,
// because chmod follows links.
Descriptor open_folder(int parent, const char* name) {
  const Descriptor handle(::openat(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!handle) return {};
  unlock_entry(parent, name);
  const std::string itself = fmt::format("/proc/self/fd/{}", handle.get());
  ::chmod(itself.c_str(), 0700);  // refused when it is not ours: then opening or emptying it says so
  return Descriptor(::open(itself.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

// Calls `each` for every name; stops and is false when it says so.
bool each_name(int folder, const std::function<bool(const char*)>& each) {
  const int copy = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::unique_ptr<DIR, int (*)(DIR*)> open(copy < 0 ? nullptr : ::fdopendir(copy), ::closedir);
  if (!open) return false;
  while (const dirent* entry = ::readdir(open.get())) {
    if (std::strcmp(entry->d_name, ".") != 0 && std::strcmp(entry->d_name, "..") != 0 && !each(entry->d_name))
      return false;
  }
  return true;
}

class Removal {
 public:
  explicit Removal(int top) : top_(top) {}

  // Passes over the top until it is empty: each empties the folders of the pass before.
  bool empty_top() {
    for (;;) {
      bool any = false;
      const bool fine = each_name(top_, [&](const char* name) {
        any = true;
        return remove(top_, name) || empty_into_top(name);
      });
      if (!fine) return false;
      if (!any) return true;
    }
  }

 private:
  static bool remove(int parent, const char* name) {
    if (::unlinkat(parent, name, 0) == 0 || errno == ENOENT) return true;
    const int why = errno;
    if (why == EPERM && unlock_entry(parent, name) && ::unlinkat(parent, name, 0) == 0) return true;
    errno = why;
    if (why != EISDIR && why != EPERM) return false;
    return ::unlinkat(parent, name, AT_REMOVEDIR) == 0;
  }

  // A folder of the top that is not empty: its files go, its folders move up.
  bool empty_into_top(const char* name) {
    const Descriptor folder = open_folder(top_, name);
    if (!folder) return false;
    const bool fine = each_name(
        folder.get(), [&](const char* inner) { return remove(folder.get(), inner) || move_up(folder.get(), inner); });
    return fine && (::unlinkat(top_, name, AT_REMOVEDIR) == 0 || errno == ENOTEMPTY);
  }

  // The target may be there already, from the stranger or from us: whatever it is, it is to be removed too.
  bool move_up(int parent, const char* name) {
    const Descriptor itself = open_folder(parent, name);  // moving needs the right to write into it
    for (;; ++next_) {
      const std::string target = fmt::format("hone-removes-{}", next_);
      if (::renameat(parent, name, top_, target.c_str()) == 0) return true;
      if (errno != EEXIST && errno != ENOTEMPTY && errno != ENOTDIR) return false;
    }
  }

  int top_;
  unsigned next_ = 0;
};

}  // namespace

Done SystemFiles::remove_tree(const std::string& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT || errno == ENOTDIR) return {};
  if (::rmdir(path.c_str()) == 0) return {};
  bool fine = false;
  if (const Descriptor top = open_folder(AT_FDCWD, path.c_str())) fine = Removal(top.get()).empty_top();
  if (fine && ::rmdir(path.c_str()) == 0) return {};
  return fail(Reaction::stop_run,
              fmt::format("tried to remove {}: {}; remove it yourself (a mount, an immutable file or another owner?)",
                          path, std::strerror(errno)));
}

}  // namespace hone::os
