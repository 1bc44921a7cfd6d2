// How much of a file a piece of code is.
#pragma once

#include <cstddef>
#include <string_view>

#include "core/edit/hunk.hpp"

namespace hone::edit {

// Shared lines (trimmed, not blank) of both: 0 to 1, linear time.
[[nodiscard]] double line_overlap(std::string_view file, const Text&);
// The share of the text's own lines that are the file's.
[[nodiscard]] double shared_lines(std::string_view file, const Text&);
[[nodiscard]] bool same_but_for_spaces(std::string_view file, const Text&);
// The words above a fence say that it only shows something.
[[nodiscard]] bool labelled_excerpt(const ReplyView&, std::size_t open);

}  // namespace hone::edit
