// Names of files as models write them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/edit/hunk.hpp"

namespace hone::edit {

// Markdown, quotes, "File:" and a closing colon removed.
[[nodiscard]] std::string clean_path(std::string_view written);
// The allowed path that `written` names: itself, ./x, a/x, b/x, x\y, an absolute path below policy.root.
[[nodiscard]] std::optional<std::string> resolve_path(std::string_view written, const EditPolicy&);
// A line that is nothing but a path, allowed or not; "" when it is prose.
[[nodiscard]] std::string path_line(std::string_view line, const EditPolicy&);
[[nodiscard]] Rejection bad_path(std::string_view written, const EditPolicy&);

}  // namespace hone::edit
