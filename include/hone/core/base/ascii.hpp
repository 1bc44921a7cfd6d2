// Letters of protocols and code, whatever the locale.
#pragma once

#include <string>
#include <string_view>

namespace hone {

[[nodiscard]] std::string lower(std::string_view);  // A-Z only; other bytes stay

}  // namespace hone
