// `hone: begin` and `hone: end` in comment lines: only what stands between them may change.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/edit/compose.hpp"
#include "core/edit/lines.hpp"
#include "core/edit/match.hpp"

namespace hone::edit {

// The free ranges of a file; empty = no markers, all of it is free. A region without an end reaches to the end of
// the file.
[[nodiscard]] std::vector<Window> regions_of(const FileLines&);
[[nodiscard]] bool inside(const std::vector<Window>& regions, std::size_t begin, std::size_t end);
// A change outside, or one that would write a marker.
[[nodiscard]] std::optional<Rejection> check_regions(const std::vector<Window>&, const std::vector<Change>&,
                                                     std::string_view path);

}  // namespace hone::edit
