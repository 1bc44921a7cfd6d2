// The version, from CMake's project().
#pragma once

#include <string_view>

namespace hone::cli {
inline constexpr std::string_view version = HONE_VERSION;
}
