// What a text is drawn on, and the few things that depend on it: how wide a string is, how it is cut and
// padded, how it is coloured. Everything a model, a command or a person wrote goes through printable()
// before it meets a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hone {

struct Canvas {
  std::size_t columns = 100;  // never exceeded by a line that says it fits
  bool colour = false;        // SGR sequences allowed
  bool unicode = false;       // blocks, arrows and the like allowed; off: ASCII only in what we add
};

enum class Ink { plain, bold, faint, good, bad, warn, accent };

// Valid UTF-8 on one line: escape sequences, control characters and marks that reorder text are gone, bytes
// that are no UTF-8 become U+FFFD, runs of blanks become one.
[[nodiscard]] std::string printable(std::string_view text);
// The same for a text of several lines; tabs become blanks.
[[nodiscard]] std::string printable_lines(std::string_view text);
// Valid UTF-8 and nothing else changed.
[[nodiscard]] std::string valid_utf8(std::string_view text);

// Terminal cells that `text` takes (UTF-8 without escape sequences): East Asian wide 2, combining 0.
[[nodiscard]] std::size_t columns(std::string_view text);
// Cut to at most `most` cells, with an ellipsis when something is gone.
[[nodiscard]] std::string fit(std::string_view text, std::size_t most, const Canvas&);
[[nodiscard]] std::string pad_right(std::string text, std::size_t cells);
[[nodiscard]] std::string pad_left(std::string text, std::size_t cells);
[[nodiscard]] std::string paint(std::string_view text, Ink, const Canvas&);

}  // namespace hone
