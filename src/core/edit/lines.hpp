// A file as lines that remember their own ends, so that what is not touched comes out byte for byte.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hone/core/base/ascii.hpp"

namespace hone::edit {

struct Line {
  std::string_view text;
  std::string_view end;  // "\n", "\r\n", "\r" or, on the last line only, ""
};

// Views into the text it was made from.
struct FileLines {
  bool bom = false;
  std::vector<Line> lines;
  std::string_view common_end = "\n";  // the most frequent one
  [[nodiscard]] bool final_newline() const { return lines.empty() || !lines.back().end.empty(); }
};

// A file without any '\n' but with '\r' has old Mac line ends.
[[nodiscard]] FileLines split_file(std::string_view text);
// LF lines of a reply or block, owned; "\r" before "\n" is dropped.
[[nodiscard]] std::vector<std::string> block_lines(std::string_view text);

[[nodiscard]] std::string_view right_trim(std::string_view);
[[nodiscard]] std::string_view left_trim(std::string_view);
[[nodiscard]] std::string_view indent_of(std::string_view);  // leading spaces and tabs
[[nodiscard]] bool is_blank(std::string_view);
[[nodiscard]] std::uint64_t hash_of(std::string_view);  // FNV-1a: the same on every machine

}  // namespace hone::edit
