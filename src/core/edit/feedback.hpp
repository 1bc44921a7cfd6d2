// What a refused reply is told, so that the next one can be right.
#pragma once

#include <vector>

#include "core/edit/hunk.hpp"
#include "core/edit/lines.hpp"
#include "core/edit/match.hpp"

namespace hone::edit {

[[nodiscard]] Rejection no_match(const SearchFile&, const Hunk&);
[[nodiscard]] Rejection ambiguous(const SearchFile&, const Hunk&, const std::vector<Place>&);
// The block in the words of its format: "Block 2", "Hunk 2", "Call 2".
[[nodiscard]] std::string block_name(const Hunk&);

}  // namespace hone::edit
