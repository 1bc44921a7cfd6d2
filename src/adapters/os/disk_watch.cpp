#include "adapters/os/disk_watch.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <string_view>

#include "adapters/os/descriptor.hpp"

namespace hone::os {
namespace {

constexpr std::int64_t enough_free = 1LL << 30;
constexpr int deepest = 100;  // what lies deeper is not counted: descriptors are few
constexpr int folder_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

struct Written {
  std::int64_t bytes = 0, entries = 0;
  std::int64_t most_bytes = 0, most_entries = 0;  // no need to count further
  std::int64_t since = 0;
  [[nodiscard]] bool full() const { return bytes > most_bytes || entries > most_entries; }
};

void count(int folder, int depth, Written& written) {
  const int copy = ::openat(folder, ".", folder_flags);
  if (copy < 0) return;
  const std::unique_ptr<DIR, CloseFolder> stream(::fdopendir(copy));
  while (const dirent* entry = stream && !written.full() ? ::readdir(stream.get()) : nullptr) {
    const std::string_view name = entry->d_name;
    struct stat found {};
    if (name == "." || name == ".." || ::fstatat(folder, entry->d_name, &found, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (found.st_ctim.tv_sec >= written.since) {
      ++written.entries;
      written.bytes += static_cast<std::int64_t>(found.st_blocks) * 512;
    }
    if (!S_ISDIR(found.st_mode) || depth >= deepest) continue;
    const Descriptor below(::openat(folder, entry->d_name, folder_flags));
    if (below) count(below.get(), depth + 1, written);
  }
}

bool look(const DiskLimit& limit, struct statvfs& found) {
  return !limit.folders.empty() && ::statvfs(limit.folders.front().c_str(), &found) == 0;
}

std::int64_t bytes_free(const struct statvfs& found) {
  return static_cast<std::int64_t>(found.f_bavail) * static_cast<std::int64_t>(found.f_frsize);
}

bool wrote_more(const DiskLimit& limit, std::int64_t most, std::int64_t since) {
  Written written{0, 0, most, limit.entries, since};
  for (const std::string& path : limit.folders) {
    const Descriptor folder(::open(path.c_str(), folder_flags));
    if (folder) count(folder.get(), 0, written);
  }
  return written.full();
}

}  // namespace

DiskWatch::DiskWatch(const DiskLimit& limit) : limit_(limit) {
  struct statvfs found {};
  if (limit.most.value <= 0 || !look(limit, found)) return;
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  began_ = now.tv_sec;
  free_ = bytes_free(found);
  free_entries_ = static_cast<std::int64_t>(found.f_favail);  // 0 where a file system has no such number
  floor_ = std::min(enough_free, free_ / 2);
  most_ = limit.most.value;
}

bool DiskWatch::too_much() {
  struct statvfs found {};
  if (!look(limit_, found)) return false;
  const std::int64_t bytes = bytes_free(found), entries = static_cast<std::int64_t>(found.f_favail);
  if (bytes < floor_) return true;
  const bool fuller = free_ - bytes > most_ || (entries > 0 && free_entries_ - entries > limit_.entries);
  if (!fuller) return false;
  if (wrote_more(limit_, most_, began_)) return true;
  free_ = bytes;
  free_entries_ = entries;
  return false;
}

bool DiskWatch::others_filled_it() const {
  struct statvfs found {};
  return look(limit_, found) && bytes_free(found) < floor_ && !wrote_more(limit_, floor_ / 2, began_);
}

}  // namespace hone::os
