// Code in a change that no optimisation needs and that cheats are made of (security.md 2.1 and H61): text that is
// decoded and run, programs started, libraries loaded, hands laid on the process that measures. It forbids nothing:
// what would be kept becomes `suspect`, for a person to read. A hint and no boundary: whoever spells a name in pieces
// gets past it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hone/core/base/result.hpp"
#include "hone/core/edit/edit.hpp"

namespace hone {

// A sentence that begins with "suspicious_static"; empty = nothing. Only what the change brings in counts: a word that
// stood in one of the files before is how things are written here.
[[nodiscard]] std::optional<std::string> find_odd_code(const std::vector<SourceFile>& before,
                                                       const std::vector<SourceFile>& after);

// --odd-code, kept as guard.odd-code: is what has such code to be suspect? Not in a target whose trade it is.
inline constexpr std::string_view odd_code_setting = "guard.odd-code";
[[nodiscard]] Result<bool> parse_odd_code(const std::map<std::string, std::string>& extra);

}  // namespace hone
