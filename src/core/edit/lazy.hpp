// "... rest of the code ...": text that stands for code it does not show.
#pragma once

#include <string_view>

namespace hone::edit {

// A line that is only an elision: dots, bare or in a comment, with or without words like "existing code".
[[nodiscard]] bool is_ellipsis(std::string_view line);
// A comment that stands for left-out code, with or without dots.
[[nodiscard]] bool is_placeholder(std::string_view line);

}  // namespace hone::edit
