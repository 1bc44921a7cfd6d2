#include "adapters/executors/scratch.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <vector>

#include "adapters/os/descriptor.hpp"

namespace hone::executors {
namespace {

constexpr std::array<const char*, 3> inner = {"artifacts", "home", "tmp"};
constexpr int folder_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr unsigned asked = STATX_TYPE | STATX_MODE | STATX_CTIME | STATX_MTIME | STATX_BTIME;

bool same(const struct statx_timestamp& a, const struct statx_timestamp& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

// At most one name more than a fresh scratch has.
std::vector<std::string> few_names(const os::Descriptor& folder) {
  std::vector<std::string> names;
  const int copy = ::openat(folder.get(), ".", folder_flags);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(copy < 0 ? nullptr : ::fdopendir(copy), ::closedir);
  if (!stream) return {"unreadable"};
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    names.emplace_back(name);
    if (names.size() > inner.size()) break;
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool is_new(const os::Descriptor& scratch, const char* name) {
  const os::Descriptor folder(::openat(scratch.get(), name, folder_flags));
  struct statx found {};
  if (!folder || ::statx(folder.get(), "", AT_EMPTY_PATH, asked, &found) != 0) return false;
  return (found.stx_mask & asked) == asked && (found.stx_mode & 07777) == 0700 &&
         same(found.stx_ctime, found.stx_btime) && few_names(folder).empty();
}

// The top was changed by making what is in it, so its own time of change says only that nothing else was.
bool is_untouched(const std::string& path) {
  const os::Descriptor scratch(::open(path.c_str(), folder_flags));
  struct statx found {};
  if (!scratch || ::statx(scratch.get(), "", AT_EMPTY_PATH, asked, &found) != 0) return false;
  if ((found.stx_mode & 07777) != 0700 || !same(found.stx_ctime, found.stx_mtime)) return false;
  return few_names(scratch) == std::vector<std::string>(inner.begin(), inner.end()) &&
         std::all_of(inner.begin(), inner.end(), [&](const char* name) { return is_new(scratch, name); });
}

}  // namespace

Done freshen_scratch(const std::string& folder, Files& files) {
  if (is_untouched(folder)) return {};
  HONE_TRY_VOID(files.remove_tree(folder));
  for (const char* name : inner) HONE_TRY_VOID(files.make_folder(folder + "/" + name));
  return {};
}

Done clear_scratch(const std::string& folder, Files& files) {
  return is_untouched(folder) ? Done{} : files.remove_tree(folder);
}

}  // namespace hone::executors
