#include "hone/views/canvas.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

#include "hone/core/base/text.hpp"

namespace hone {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

struct Point {
  char32_t code = 0;
  std::size_t bytes = 1;
  bool valid = false;
};

// One code point at the front of `text`, strict: no overlong forms, surrogates or values above U+10FFFF.
Point decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1, true};
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return {};
  auto code = static_cast<char32_t>(first & (0xFF >> (length + 1)));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    code = (code << 6) | (byte(i) & 0x3F);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  if (overlong || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return {};
  return {code, length, true};
}

struct Range {
  char32_t first, last;
};

template <std::size_t N>
bool within(const std::array<Range, N>& ranges, char32_t code) {
  return std::ranges::any_of(ranges, [code](Range range) { return range.first <= code && code <= range.last; });
}

// The parts of Unicode 15 EastAsianWidth W and F that texts about code can be expected to hold.
constexpr std::array<Range, 10> wide = {{{0x1100, 0x115F},
                                         {0x2E80, 0x303E},
                                         {0x3041, 0xA4CF},
                                         {0xAC00, 0xD7A3},
                                         {0xF900, 0xFAFF},
                                         {0xFE30, 0xFE6F},
                                         {0xFF00, 0xFF60},
                                         {0xFFE0, 0xFFE6},
                                         {0x1F300, 0x1FAFF},
                                         {0x20000, 0x3FFFD}}};
constexpr std::array<Range, 5> combining = {
    {{0x0300, 0x036F}, {0x1AB0, 0x1AFF}, {0x200B, 0x200D}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}}};
// C1 controls, line and paragraph separators, and marks that reorder what a person reads ("Trojan Source").
constexpr std::array<Range, 6> hidden = {
    {{0x80, 0x9F}, {0x2028, 0x202E}, {0x200E, 0x200F}, {0x2066, 0x2069}, {0xFEFF, 0xFEFF}, {0x061C, 0x061C}}};

std::size_t cells(char32_t code) {
  if (code < 0x20 || within(combining, code)) return 0;
  return within(wide, code) ? 2 : 1;
}

std::string clean(std::string_view text, bool keep_lines) {
  const std::string safe = strip_controls(text);
  std::string result;
  result.reserve(safe.size());
  for (std::string_view rest = safe; !rest.empty();) {
    const Point point = decode(rest);
    if (!point.valid) {
      result += replacement;
    } else if (point.code == '\n') {
      result += keep_lines ? '\n' : ' ';
    } else if (point.code == '\t') {
      result += keep_lines ? "    " : " ";
    } else if (!within(hidden, point.code)) {
      result += rest.substr(0, point.bytes);
    }
    rest.remove_prefix(point.bytes);
  }
  return result;
}

constexpr std::string_view sequence(Ink ink) {
  switch (ink) {
    case Ink::plain:
      return "";
    case Ink::bold:
      return "\x1b[1m";
    case Ink::faint:
      return "\x1b[2m";
    case Ink::good:
      return "\x1b[32m";
    case Ink::bad:
      return "\x1b[31m";
    case Ink::warn:
      return "\x1b[33m";
    case Ink::accent:
      return "\x1b[36m";
  }
  return "";
}

}  // namespace

std::string valid_utf8(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const Point point = decode(text);
    result += point.valid ? text.substr(0, point.bytes) : replacement;
    text.remove_prefix(point.bytes);
  }
  return result;
}

std::string printable(std::string_view text) {
  std::string result = clean(text, false);
  const auto blanks = [](char a, char b) { return a == ' ' && b == ' '; };
  result.erase(std::unique(result.begin(), result.end(), blanks), result.end());
  return std::string(trim(result));
}

std::string printable_lines(std::string_view text) {
  return clean(text, true);
}

std::size_t columns(std::string_view text) {
  std::size_t result = 0;
  while (!text.empty()) {
    const Point point = decode(text);
    result += point.valid ? cells(point.code) : 1;
    text.remove_prefix(point.bytes);
  }
  return result;
}

std::string fit(std::string_view text, std::size_t most, const Canvas& canvas) {
  if (columns(text) <= most) return std::string(text);
  const std::string_view mark = canvas.unicode ? "\u2026" : "...";
  const std::size_t room = most - std::min(most, columns(mark));
  std::size_t used = 0;
  std::size_t bytes = 0;
  while (bytes < text.size()) {
    const Point point = decode(text.substr(bytes));
    const std::size_t width = point.valid ? cells(point.code) : 1;
    if (used + width > room) break;
    used += width;
    bytes += point.bytes;
  }
  std::string result(text.substr(0, bytes));
  while (result.ends_with(' ')) result.pop_back();
  return most < columns(mark) ? result : result.append(mark);
}

std::string pad_right(std::string text, std::size_t cells) {
  const std::size_t width = columns(text);
  if (width < cells) text.append(cells - width, ' ');
  return text;
}

std::string pad_left(std::string text, std::size_t cells) {
  const std::size_t width = columns(text);
  if (width < cells) text.insert(0, cells - width, ' ');
  return text;
}

std::string paint(std::string_view text, Ink ink, const Canvas& canvas) {
  if (!canvas.colour || ink == Ink::plain || text.empty()) return std::string(text);
  return fmt::format("{}{}\x1b[0m", sequence(ink), text);
}

}  // namespace hone
