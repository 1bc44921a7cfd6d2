// Level 2: the block is right but for its indentation.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/edit/hunk.hpp"

namespace hone::edit {

// `replace` indented like the file, when one map from the block's indentation to the file's explains every line:
// a constant shift, or a change of unit (tabs for spaces). Other maps are for languages where indentation
// carries no meaning. `file_lines` stand opposite `search`.
[[nodiscard]] std::optional<Text> reindent(const Text& search, const Text& replace,
                                           const std::vector<std::string_view>& file_lines, std::string_view path);
// Python, YAML, Makefile and their like.
[[nodiscard]] bool indentation_matters(std::string_view path);

}  // namespace hone::edit
