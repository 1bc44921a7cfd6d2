// The system calls that no command of the user's may make in the sandbox.
#pragma once

#include <string>

#include "hone/core/base/result.hpp"

namespace hone::executors {

// The filter as the kernel's own program (an array of sock_filter), for bwrap --seccomp. A deny list: everything of
// reference 1.3. Denied calls fail with EPERM, clone3 with ENOSYS (its flags lie in memory, where a filter cannot
// look; C libraries then use clone), foreign architectures kill.
[[nodiscard]] Result<std::string> compile_filter(bool loopback);

}  // namespace hone::executors
