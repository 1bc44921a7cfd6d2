#include "hone/core/base/text.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace hone {
namespace {

constexpr std::string_view blanks = " \t\r\n\v\f";

bool is_control(char c) {
  return (static_cast<unsigned char>(c) < 0x20) || c == 0x7f;
}

// Moves `at` back to the start of a UTF-8 sequence, so that a cut there leaves whole characters.
std::size_t character_start(std::string_view text, std::size_t at) {
  while (at > 0 && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
  return at;
}

// Past a terminal escape sequence that starts at text[at] == ESC.
std::size_t skip_escape(std::string_view text, std::size_t at) {
  if (++at >= text.size()) return at;
  if (text[at] == ']' || text[at] == 'P' || text[at] == '_' || text[at] == '^') {  // OSC and friends: to BEL or ST
    for (++at; at < text.size(); ++at) {
      if (text[at] == '\a') return at + 1;
      if (text[at] == '\x1b') return at + 2 <= text.size() ? at + 2 : text.size();
      if (text[at] == '\n') return at;
    }
    return at;
  }
  if (text[at] != '[') return at + 1;
  for (++at; at < text.size() && (text[at] < 0x40 || text[at] > 0x7e); ++at) {
    if (text[at] == '\n') return at;
  }
  return at < text.size() ? at + 1 : at;
}

// Bytes of a control that UTF-8 has beyond ASCII: C1, whose U+009B begins an escape on some terminals, and the line
// ends U+0085, U+2028 and U+2029; 0 = there is none.
std::size_t hidden_control(std::string_view text) {
  if (text.size() >= 2 && text[0] == '\xC2' && (text[1] & 0xE0) == 0x80) return 2;
  return text.starts_with("\xE2\x80\xA8") || text.starts_with("\xE2\x80\xA9") ? 3 : 0;
}

bool match_class(std::string_view& pattern, char c) {
  std::size_t i = 1;
  const bool negated = i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^');
  if (negated) ++i;
  bool found = false;
  bool first = true;
  for (; i < pattern.size() && (first || pattern[i] != ']'); ++i, first = false) {
    if (i + 2 < pattern.size() && pattern[i + 1] == '-' && pattern[i + 2] != ']') {
      if (pattern[i] <= c && c <= pattern[i + 2]) found = true;
      i += 2;
    } else if (pattern[i] == c) {
      found = true;
    }
  }
  pattern.remove_prefix(i < pattern.size() ? i + 1 : i);
  return found != negated;
}

}  // namespace

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::vector<std::string_view> lines(std::string_view text) {
  std::vector<std::string_view> result;
  while (!text.empty()) {
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    result.push_back(line);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return result;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> result;
  for (;;) {
    const auto end = text.find(separator);
    result.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return result;
    text.remove_prefix(end + 1);
  }
}

std::string clip_middle(std::string_view text, std::size_t head, std::size_t tail) {
  if (text.size() <= head + tail) return std::string(text);
  std::string_view first = text.substr(0, character_start(text, head));
  if (const auto end = first.rfind('\n'); end != std::string_view::npos) first = first.substr(0, end + 1);
  std::string_view last = text.substr(text.size() - tail);
  if (const auto end = last.find('\n'); end != std::string_view::npos && end + 1 < last.size()) {
    last = last.substr(end + 1);
  } else {
    last = text.substr(character_start(text, text.size() - tail));
  }
  return fmt::format("{}[... {} bytes left out ...]\n{}", first, text.size() - first.size() - last.size(), last);
}

std::string clip(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return std::string(text);
  return std::string(text.substr(0, character_start(text, bytes)));
}

std::string one_line(std::string_view text, std::size_t bytes) {
  std::string result = strip_controls(text);
  for (char& c : result) {
    if (is_control(c)) c = ' ';
  }
  return std::string(trim(clip(trim(result), bytes)));
}

std::string strip_controls(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '\x1b') {
      i = skip_escape(text, i);
    } else if (const std::size_t hidden = hidden_control(text.substr(i)); hidden > 0) {
      result += ' ';
      i += hidden;
    } else {
      if (!is_control(text[i]) || text[i] == '\n' || text[i] == '\t') result += text[i];
      ++i;
    }
  }
  return result;
}

std::string shell_quote(std::string_view text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'') {
      result += "'\\''";
    } else {
      result += c;
    }
  }
  return result + "'";
}

std::optional<double> parse_number(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.empty() || !(digits[0] == '.' || (digits[0] >= '0' && digits[0] <= '9'))) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::general);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

bool glob_match(std::string_view pattern, std::string_view path) {
  while (!pattern.empty()) {
    if (pattern[0] == '*') {
      const bool deep = pattern.starts_with("**");
      pattern.remove_prefix(deep ? 2 : 1);
      if (deep && pattern.starts_with('/') && glob_match(pattern.substr(1), path)) return true;  // a/**/b is also a/b
      for (std::size_t taken = 0;; ++taken) {
        if (glob_match(pattern, path.substr(taken))) return true;
        if (taken == path.size() || (!deep && path[taken] == '/')) return false;
      }
    }
    if (path.empty()) return false;
    if (pattern[0] == '[' && pattern.size() > 2) {
      if (path[0] == '/' || !match_class(pattern, path[0])) return false;
    } else {
      if (pattern[0] == '?' ? path[0] == '/' : pattern[0] != path[0]) return false;
      pattern.remove_prefix(1);
    }
    path.remove_prefix(1);
  }
  return path.empty();
}

}  // namespace hone
