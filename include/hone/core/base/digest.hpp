// The id under which a text is kept: SHA-256 in hex.
#pragma once

#include <string_view>

#include "hone/core/base/ids.hpp"

namespace hone {
[[nodiscard]] TextId text_id(std::string_view content);
}
