// From matched places to the bytes of the new file.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/edit/hunk.hpp"
#include "core/edit/lines.hpp"
#include "core/edit/match.hpp"

namespace hone::edit {

// File lines [begin, end) become `lines`. Only lines that really change are in it.
struct Change {
  std::size_t begin = 0, end = 0;
  Text lines;
  std::size_t hunk = 0;  // number, for messages
  std::optional<bool> final_newline;
};

// The changes of one match; lines that SEARCH and REPLACE share stay as the file has them.
[[nodiscard]] std::vector<Change> changes_of(const Match&, const Hunk&);
// The changes that turn the file into `lines`.
[[nodiscard]] std::vector<Change> changes_to(const FileLines&, const Hunk&);
// Sorted by place; a rejection when two of them change the same lines.
[[nodiscard]] std::optional<Rejection> sort_changes(std::vector<Change>&);
// New lines take the line end of the line they replace, or of their neighbour; the end of the file stays with or
// without its newline unless a change says otherwise.
[[nodiscard]] std::string compose(const FileLines&, const std::vector<Change>&);

}  // namespace hone::edit
