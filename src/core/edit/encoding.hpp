// Bytes that a text edit cannot carry.
#pragma once

#include <string_view>

namespace hone::edit {

[[nodiscard]] bool is_utf8(std::string_view);
[[nodiscard]] inline bool is_binary(std::string_view text) {
  return text.find('\0') != std::string_view::npos;
}
inline constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

}  // namespace hone::edit
