// At most one process writes a run's journal. flock: the kernel lets go when the process dies, however it dies.
#pragma once

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

}  // namespace hone::journal
