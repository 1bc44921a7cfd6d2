// Which CPUs this process may use, which of them share a core, and pinning of the calling thread.
#pragma once

#include <vector>

#include "hone/core/measure/cpus.hpp"

namespace hone::os {

[[nodiscard]] std::vector<int> allowed_cpus();    // ascending, of the calling thread; never empty
[[nodiscard]] std::vector<Core> allowed_cores();  // the same, hyper-threads of one core together
// False when the kernel refuses. Empty = back to `allowed_cpus()` of the process's start is the caller's to know.
bool pin_thread(const std::vector<int>& cpus);

}  // namespace hone::os
