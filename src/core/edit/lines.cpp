#include "core/edit/lines.hpp"

#include <algorithm>
#include <array>

namespace hone::edit {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view blanks = " \t\r\f\v";

}  // namespace

FileLines split_file(std::string_view text) {
  FileLines file;
  if (text.starts_with(byte_order_mark)) {
    file.bom = true;
    text.remove_prefix(byte_order_mark.size());
  }
  const char separator = text.find('\n') == std::string_view::npos ? '\r' : '\n';
  std::array<std::size_t, 3> seen{};  // LF, CRLF, CR
  while (!text.empty()) {
    const auto at = text.find(separator);
    if (at == std::string_view::npos) {
      file.lines.push_back({text, {}});
      break;
    }
    const bool pair = separator == '\n' && at > 0 && text[at - 1] == '\r';
    const std::size_t length = at - (pair ? 1 : 0);
    file.lines.push_back({text.substr(0, length), text.substr(length, at + 1 - length)});
    ++seen[separator == '\r' ? 2 : (pair ? 1 : 0)];
    text.remove_prefix(at + 1);
  }
  constexpr std::array<std::string_view, 3> ends{"\n", "\r\n", "\r"};
  file.common_end = ends[static_cast<std::size_t>(std::max_element(seen.begin(), seen.end()) - seen.begin())];
  return file;
}

std::vector<std::string> block_lines(std::string_view text) {
  std::vector<std::string> result;
  while (!text.empty()) {
    const auto at = text.find('\n');
    std::string_view line = text.substr(0, at);
    if (line.ends_with('\r')) line.remove_suffix(1);
    result.emplace_back(line);
    if (at == std::string_view::npos) break;
    text.remove_prefix(at + 1);
  }
  return result;
}

std::string_view right_trim(std::string_view text) {
  const auto last = text.find_last_not_of(blanks);
  return last == std::string_view::npos ? std::string_view{} : text.substr(0, last + 1);
}

std::string_view left_trim(std::string_view text) {
  const auto first = text.find_first_not_of(blanks);
  return first == std::string_view::npos ? std::string_view{} : text.substr(first);
}

std::string_view indent_of(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  return text.substr(0, first == std::string_view::npos ? text.size() : first);
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(blanks) == std::string_view::npos;
}

std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash;
}

}  // namespace hone::edit
