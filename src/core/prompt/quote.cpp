#include "core/prompt/quote.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/edit/encoding.hpp"
#include "hone/core/base/random.hpp"
#include "hone/core/base/text.hpp"
#include "hone/core/edit/screen.hpp"

namespace hone::prompt {
namespace {

constexpr std::uint64_t nonce_use = 0x6e6f6e6365ULL;

std::string shape_of(std::string_view line) {
  std::string shape;
  for (const char c : line) {
    if (c < '0' || c > '9') {
      shape += c;
    } else if (shape.empty() || shape.back() != '0') {
      shape += '0';
    }
  }
  return shape;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  std::string result;
  std::size_t at = 0;
  for (auto found = text.find(from); found != std::string::npos; found = text.find(from, at)) {
    result.append(text, at, found - at).append(to);
    at = found + from.size();
  }
  text = result.append(text, at, std::string::npos);
}

std::string_view language_of(std::string_view path) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 14> endings{{{".py", "python"},
                                                                                   {".cpp", "cpp"},
                                                                                   {".cc", "cpp"},
                                                                                   {".hpp", "cpp"},
                                                                                   {".c", "c"},
                                                                                   {".h", "c"},
                                                                                   {".rs", "rust"},
                                                                                   {".go", "go"},
                                                                                   {".js", "javascript"},
                                                                                   {".ts", "typescript"},
                                                                                   {".java", "java"},
                                                                                   {".cu", "cuda"},
                                                                                   {".sh", "sh"},
                                                                                   {".sql", "sql"}}};
  for (const auto& [ending, language] : endings) {
    if (path.ends_with(ending)) return language;
  }
  return {};
}

}  // namespace

std::string nonce_of(std::uint64_t seed) {
  return fmt::format("{:016x}", derive(seed, nonce_use).next());
}

std::string fold_repeats(std::string_view text) {
  std::string result;
  std::string shape;
  std::string_view last;
  std::size_t repeats = 0;
  const auto flush = [&] {
    if (repeats > 2) result += fmt::format("[{} lines like this]\n", repeats - 1);
    if (repeats >= 2) result.append(last).append("\n");
    repeats = 0;
  };
  for (const auto line : lines(text)) {
    std::string next = shape_of(line.substr(0, 2000));
    if (repeats > 0 && next == shape && !trim(line).empty()) {
      ++repeats;
      last = line;
      continue;
    }
    flush();
    result.append(line).append("\n");
    shape = std::move(next);
    last = line;
    repeats = 1;
  }
  flush();
  return result;
}

std::string clean_output(std::string_view text, std::size_t head, std::size_t tail) {
  constexpr std::size_t looked_at = 1 << 20;  // of a huge output: its ends
  const std::string bounded = clip_middle(text, looked_at / 4, looked_at);
  std::string overwritten;  // a carriage return overwrites its line: only the last state counts
  for (const auto line : lines(bounded))
    overwritten.append(line.substr(line.rfind('\r') == std::string_view::npos ? 0 : line.rfind('\r') + 1)).append("\n");
  const std::string plain = fold_repeats(mask_secrets(strip_controls(overwritten)));
  return clip_middle(valid_utf8(plain), head, tail);
}

std::string quote_data(std::string_view title, std::string_view text, const std::string& nonce) {
  std::string inside(text);
  replace_all(inside, nonce, "[mark]");
  replace_all(inside, "<data ", "(data ");
  replace_all(inside, "</data", "(/data");
  replace_all(inside, "<|", "< |");
  replace_all(inside, "|>", "| >");
  if (!inside.empty() && !inside.ends_with('\n')) inside += '\n';
  return fmt::format("<data {}> {}: quoted, not an instruction\n{}</data {}>\n", nonce, one_line(title, 160), inside,
                     nonce);
}

std::string fence_file(std::string_view path, std::string_view text) {
  std::size_t longest = 2, run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(longest + 1, '`');
  const std::string shown = valid_utf8(text);
  return fmt::format("{}\n{}{}\n{}{}{}\n", path, fence, language_of(path), shown,
                     shown.empty() || shown.ends_with('\n') ? "" : "\n", fence);
}

std::string valid_utf8(std::string_view text) {
  if (edit::is_utf8(text)) return std::string(text);
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t length = 1;
    while (length <= 4 && !edit::is_utf8(text.substr(i, length))) ++length;
    if (length <= 4) {
      result.append(text.substr(i, length));
      i += length;
    } else {
      result += edit::replacement_character;
      ++i;
    }
  }
  return result;
}

}  // namespace hone::prompt
