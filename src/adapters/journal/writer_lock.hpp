// At most one process writes a run's journal. flock: the kernel lets go when the process dies, however it dies.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "hone/core/base/result.hpp"

namespace hone::journal {

class WriterLock {
 public:
  [[nodiscard]] static Result<WriterLock> take(const std::string& folder);
  WriterLock() = default;
  WriterLock(WriterLock&& other) noexcept;
  WriterLock& operator=(WriterLock&& other) noexcept;
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;
  ~WriterLock();

 private:
  int descriptor_ = -1;
};

// The process that writes the journal in `folder`: none = nobody does; 0 = one that has not said its number yet. Looks
// without taking the lock and without writing, so that it works on a read-only disk.
[[nodiscard]] std::optional<pid_t> writer_of(const std::string& folder);

}  // namespace hone::journal
