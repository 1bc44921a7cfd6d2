// One process at a time owns a run. The lock is flock's, so that it ends with its owner, however that dies;
// the words in the file only say who it is.
#pragma once

#include <sys/types.h>
#include <cstdint>
#include <optional>
#include <string>

#include "adapters/os/descriptor.hpp"
#include "hone/core/base/result.hpp"

namespace hone::os {

struct Owner {
  pid_t process = 0;
  std::uint64_t started = 0;  // see ProcessStat
  std::string boot;
  std::string host;
};

class RunLock {
 public:
  // Fails with fix_input and names the owner when another process holds it. Makes the file (0600), not its folder.
  [[nodiscard]] static Result<RunLock> take(const std::string& path);

 private:
  explicit RunLock(Descriptor file) : file_(std::move(file)) {}
  Descriptor file_;
};

// Who holds the lock right now; empty: nobody, or there is no such file. What a dead owner wrote does not count.
[[nodiscard]] std::optional<Owner> lock_owner(const std::string& path);

// Whether exactly that process still runs: same boot, same start time, not only the same number.
[[nodiscard]] bool is_alive(const Owner&);

}  // namespace hone::os
