#include "adapters/executors/stage.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

#include "adapters/os/descriptor.hpp"

namespace hone::executors {
namespace {

constexpr int deepest = 200;
constexpr std::int64_t first_second = 1'600'000'000;
constexpr int folder_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

struct Item {
  std::string path;  // from the top; "" = the top itself
  mode_t mode = 0;
  std::int64_t changed = 0;  // ns
};

struct Listing {
  std::vector<Item> items;  // a folder before what is in it
  StageLimit most;
  std::int64_t bytes = 0;
  bool fits = true;
};

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

std::int64_t changed_ns(const struct stat& found) {
  return found.st_mtim.tv_sec * 1'000'000'000LL + found.st_mtim.tv_nsec;
}

void list(int folder, const std::string& prefix, int depth, Listing& listing) {
  const int copy = ::openat(folder, ".", folder_flags);
  if (copy < 0) return;  // closed to its owner: it is copied closed
  const std::unique_ptr<DIR, CloseFolder> stream(::fdopendir(copy));
  while (const dirent* entry = stream ? ::readdir(stream.get()) : nullptr) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == ".." || (prefix.empty() && name == ".git")) continue;
    struct stat found {};
    if (::fstatat(folder, entry->d_name, &found, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (!S_ISREG(found.st_mode) && !S_ISDIR(found.st_mode) && !S_ISLNK(found.st_mode)) continue;
    listing.items.push_back({prefix + entry->d_name, found.st_mode, changed_ns(found)});
    if (S_ISREG(found.st_mode)) listing.bytes += found.st_size;
    if (listing.items.size() > listing.most.entries || listing.bytes > listing.most.bytes || depth > deepest)
      listing.fits = false;
    if (!listing.fits) return;
    if (!S_ISDIR(found.st_mode)) continue;
    const os::Descriptor below(::openat(folder, entry->d_name, folder_flags));
    if (below) list(below.get(), prefix + entry->d_name + "/", depth + 1, listing);
    if (!listing.fits) return;
  }
}

bool copy_content(int from, int to) {
  std::array<char, 1 << 16> buffer;
  for (;;) {
    const ssize_t size = ::read(from, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return size == 0;
    for (ssize_t done = 0; done < size;) {
      const ssize_t more = ::write(to, buffer.data() + done, static_cast<std::size_t>(size - done));
      if (more < 0 && errno != EINTR) return false;
      if (more > 0) done += more;
    }
  }
}

bool copy_file(int from, int to, const Item& item) {
  const os::Descriptor made(
      ::openat(to, item.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!made) return false;
  // A file that its owner may not read stays empty: a command could not read it either.
  const os::Descriptor given(::openat(from, item.path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (given && !copy_content(given.get(), made.get())) return false;
  return ::fchmod(made.get(), item.mode & 0777) == 0;
}

bool copy_link(int from, int to, const Item& item) {
  std::array<char, 4097> target{};
  const ssize_t size = ::readlinkat(from, item.path.c_str(), target.data(), target.size() - 1);
  return size > 0 && ::symlinkat(target.data(), to, item.path.c_str()) == 0;
}

bool copy_item(int from, int to, const Item& item) {
  if (S_ISDIR(item.mode)) return ::mkdirat(to, item.path.c_str(), 0700) == 0;
  return S_ISLNK(item.mode) ? copy_link(from, to, item) : copy_file(from, to, item);
}

// The n-th of the different times becomes the n-th second. Folders last and from the inside out: what is made in them
// would change their times, and one that is closed cannot be entered any more.
bool set_times(int to, const std::vector<Item>& items) {
  std::vector<std::int64_t> times;
  times.reserve(items.size());
  for (const Item& item : items) times.push_back(item.changed);
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  bool good = true;
  for (auto item = items.rbegin(); item != items.rend(); ++item) {
    const auto rank = std::lower_bound(times.begin(), times.end(), item->changed) - times.begin();
    const timespec time{first_second + rank, 0};
    const std::array<timespec, 2> both{time, time};
    good = ::utimensat(to, item->path.c_str(), both.data(), AT_SYMLINK_NOFOLLOW) == 0 && good;
    if (S_ISDIR(item->mode)) good = ::fchmodat(to, item->path.c_str(), item->mode & 0777, 0) == 0 && good;
  }
  return good;
}

}  // namespace

Result<bool> stage_tree(const std::string& from, const std::string& to, const StageLimit& most) {
  const os::Descriptor source(::open(from.c_str(), folder_flags));
  if (!source) return false;
  Listing listing;
  listing.most = most;
  list(source.get(), "", 0, listing);
  if (!listing.fits) return false;
  const auto failed = [&to](const std::string& path) {
    return fail(Reaction::stop_run, fmt::format("tried to copy {} for a run into {}: {}; make room on that disk", path,
                                                to, std::strerror(errno)));
  };
  if (::mkdir(to.c_str(), 0755) != 0) return failed("the tree");
  const os::Descriptor target(::open(to.c_str(), folder_flags));
  if (!target) return failed("the tree");
  for (const Item& item : listing.items) {
    if (!copy_item(source.get(), target.get(), item)) return failed(item.path);
  }
  if (!set_times(target.get(), listing.items)) return failed("the times of files");
  return true;
}

}  // namespace hone::executors
