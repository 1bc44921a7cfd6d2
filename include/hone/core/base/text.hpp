// Small pure functions on text. UTF-8 is assumed nowhere: bytes in, bytes out.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hone {

[[nodiscard]] std::string_view trim(std::string_view text);
// Lines without their ends ("\n" or "\r\n"); a final newline gives no extra empty line.
[[nodiscard]] std::vector<std::string_view> lines(std::string_view text);
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);
// The first `head` and last `tail` bytes, cut at line ends where possible, with a note of what was left out.
[[nodiscard]] std::string clip_middle(std::string_view text, std::size_t head, std::size_t tail);
[[nodiscard]] std::string clip(std::string_view text, std::size_t bytes);
// One printable line: control characters and newlines become spaces, ends trimmed, at most `bytes`, cut at a UTF-8
// boundary.
[[nodiscard]] std::string one_line(std::string_view text, std::size_t bytes);
// Terminal escape sequences and control characters (other than \n and \t) removed.
[[nodiscard]] std::string strip_controls(std::string_view text);
// A shell word that means exactly `text`.
[[nodiscard]] std::string shell_quote(std::string_view text);
// The whole text as a finite decimal number ("1", "-2.5e3"); no hex, nan, inf, units or thousands marks.
[[nodiscard]] std::optional<double> parse_number(std::string_view text);
// Shell-style glob on repository paths: `*` and `?` stop at '/', `**` does not, [a-z] classes.
[[nodiscard]] bool glob_match(std::string_view pattern, std::string_view path);

}  // namespace hone
