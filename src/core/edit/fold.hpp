// Texts that mean the same but were mangled on the way: typographic characters, escapes, pasted decorations.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/edit/hunk.hpp"

namespace hone::edit {

// Typographic quotes, dashes and spaces as ASCII; zero-width characters gone.
[[nodiscard]] std::string fold_unicode(std::string_view);
// No-break spaces as spaces where they indent a line: nobody means them there, and compilers refuse them.
[[nodiscard]] Reading plain_indents(Reading);
// `&lt;` and its like undone, wherever they stand.
[[nodiscard]] std::string unescape_html(std::string_view);
// What HTML escapes there are in code.
struct Escapes {
  bool any = false;    // an entity
  bool naked = false;  // an entity that stands outside of quotes: no language has it there but markup
  bool plain = false;  // a `<`, `>` or `&` as it is
};
[[nodiscard]] Escapes find_escapes(const Text&);
// HTML or JSON escapes undone when every special character of both halves is escaped.
[[nodiscard]] std::optional<Reading> unescape(const Text& search, const Text& replace);
// Pasted line numbers, or +/-/space prefixes, removed when they are on all lines. Two readings when a space after
// the number may belong to the number or to the line.
[[nodiscard]] std::vector<Reading> strip_decorations(const Text& search, const Text& replace);
// Blank lines, or a wrapping fence, at the edges dropped: `head` and `tail` blank lines of each half.
[[nodiscard]] std::optional<Reading> strip_edges(const Text& search, const Text& replace);

}  // namespace hone::edit
