// What of this machine decides how a night goes and is nobody's setting: the login session around hone, CPU clocks.
#pragma once

#include <string>

#include "hone/core/guard/protection.hpp"

namespace hone::os {

// `root`: "" = this machine; a folder with the same files below it in tests.
[[nodiscard]] LoginFacts look_at_login(const std::string& root = "");
// Of the first CPU that this process may use; load is the last minute's.
[[nodiscard]] CpuFacts look_at_cpus(const std::string& root = "");

}  // namespace hone::os
