// Markdown code fences, outermost only.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace hone::edit {

struct Fence {
  std::size_t open = 0;   // line of the opening fence
  std::size_t close = 0;  // line of the closing one, or one past the last line
  bool closed = false;
  char sign = '`';
  std::size_t signs = 3;
  std::string_view info;  // "python", "diff", "src/a.py", ...
};

// A line that is a fence; nothing otherwise.
[[nodiscard]] std::size_t fence_signs(std::string_view line, char& sign, std::string_view& info);
[[nodiscard]] std::vector<Fence> find_fences(const std::vector<std::string_view>& lines);

}  // namespace hone::edit
