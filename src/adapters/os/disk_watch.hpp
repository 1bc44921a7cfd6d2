// Whether one command fills the disk: RLIMIT_FSIZE bounds a file and nothing bounds their number. A quota would need
// root, a file system of our own memory, and a build of a large project has a right to much of the disk.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <ctime>

#include "hone/ports/process.hpp"

namespace hone::os {

class DiskWatch {
 public:
  explicit DiskWatch(const DiskLimit& limit);  // notes how full the disk is

  [[nodiscard]] bool watches() const { return free_ > 0; }
  // One statvfs(). When the disk got fuller by as much as the limit, the folders are walked for what changed since the
  // start, for others write to that disk as well. Also true when the disk is about to be full, whoever filled it: the
  // command would fail of it, and so would everything else.
  [[nodiscard]] bool too_much();
  // Of a command that was killed for it and is dead: the disk is as full as before, and not by what it left.
  [[nodiscard]] bool others_filled_it() const;

 private:
  const DiskLimit& limit_;
  std::int64_t free_ = 0, free_entries_ = 0;  // when the command began, or when others were found to have filled it
  std::int64_t most_ = 0, floor_ = 0;         // bytes that it may write; bytes that must stay free
  std::int64_t began_ = 0;                    // CLOCK_REALTIME, as times of change are
};

}  // namespace hone::os
