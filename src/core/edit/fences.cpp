#include "core/edit/fences.hpp"

#include "hone/core/base/text.hpp"

namespace hone::edit {

std::size_t fence_signs(std::string_view line, char& sign, std::string_view& info) {
  const auto indent = line.find_first_not_of(' ');
  if (indent == std::string_view::npos || indent > 3) return 0;
  line.remove_prefix(indent);
  sign = line.front();
  if (sign != '`' && sign != '~') return 0;
  std::size_t signs = line.find_first_not_of(sign);
  if (signs == std::string_view::npos) signs = line.size();
  if (signs < 3) return 0;
  info = trim(line.substr(signs));
  return sign == '`' && info.find('`') != std::string_view::npos ? 0 : signs;
}

std::vector<Fence> find_fences(const std::vector<std::string_view>& lines) {
  std::vector<Fence> fences;
  bool open = false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    char sign = 0;
    std::string_view info;
    const std::size_t signs = fence_signs(lines[i], sign, info);
    if (signs == 0) continue;
    if (!open) {
      fences.push_back({i, lines.size(), false, sign, signs, info});
      open = true;
    } else if (Fence& fence = fences.back(); sign == fence.sign && signs >= fence.signs && info.empty()) {
      fence.close = i;
      fence.closed = true;
      open = false;
    }
  }
  return fences;
}

}  // namespace hone::edit
