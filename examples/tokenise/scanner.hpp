// The target: scan() splits JSON-like text into tokens. Words are letters; numbers are [-0-9][0-9.eE+-]*; strings run
// from " to the next " that no backslash escapes; blanks between tokens are dropped. Change anything here.
#pragma once

#include <cstddef>
#include <cstring>
#include <vector>

#include "token.hpp"

namespace tokenise {

constexpr std::size_t first_room = 4;        // hone: knob first_room 1..65536 log
constexpr std::size_t growth_percent = 125;  // hone: knob growth_percent 110..400
constexpr std::size_t quick_string = 0;      // hone: knob quick_string 0..64
constexpr std::size_t blank_run = 1;         // hone: knob blank_run 1..16
constexpr bool blanks_by_table = false;
constexpr bool digits_first = false;
constexpr bool punctuation_by_switch = false;

// An array of tokens that grows by a percentage.
class Tokens {
 public:
  Tokens() { move_to(first_room); }
  Tokens(const Tokens&) = delete;
  Tokens& operator=(const Tokens&) = delete;
  ~Tokens() { delete[] items_; }

  void push(Token token) {
    if (size_ == room_) move_to(room_ * growth_percent / 100 + 1);
    items_[size_++] = token;
  }
  const Token* begin() const { return items_; }
  const Token* end() const { return items_ + size_; }
  std::size_t size() const { return size_; }

 private:
  void move_to(std::size_t room) {
    Token* fresh = new Token[room];
    for (std::size_t i = 0; i < size_; ++i) fresh[i] = items_[i];
    delete[] items_;
    items_ = fresh;
    room_ = room;
  }
  Token* items_ = nullptr;
  std::size_t size_ = 0, room_ = 0;
};

inline bool is_blank(char c) {
  if (blanks_by_table) {
    static const auto table = [] {
      struct {
        bool at[256] = {};
      } t;
      t.at[' '] = t.at['\t'] = t.at['\n'] = t.at['\r'] = true;
      return t;
    }();
    return table.at[static_cast<unsigned char>(c)];
  }
  return std::strchr(" \t\n\r", c) != nullptr && c != '\0';
}
inline bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
inline bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
inline bool in_number(char c) {
  return is_digit(c) || c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-';
}

// The kind of a one-byte token; bad when it is none.
inline Kind punctuation(char c) {
  if (punctuation_by_switch) {
    switch (c) {
      case '{':
        return Kind::open_object;
      case '}':
        return Kind::close_object;
      case '[':
        return Kind::open_array;
      case ']':
        return Kind::close_array;
      case ':':
        return Kind::colon;
      case ',':
        return Kind::comma;
      default:
        return Kind::bad;
    }
  }
  static const char order[] = "{}[]:,";
  for (int i = 0; order[i] != '\0'; ++i) {
    if (order[i] == c) return static_cast<Kind>(i);
  }
  return Kind::bad;
}

// One past the closing quote, or npos when there is none.
inline std::size_t string_end(const char* text, std::size_t size, std::size_t at) {
  std::size_t i = at + 1;
  const std::size_t near = i + quick_string < size ? i + quick_string : size;
  for (; i < near; ++i) {  // short strings without escapes
    if (text[i] == '"') return i + 1;
    if (text[i] == '\\') break;
  }
  for (; i < size; ++i) {
    // A quote ends the string unless an odd number of backslashes stands before it.
    if (text[i] != '"') continue;
    std::size_t slashes = 0;
    while (i - slashes > at + 1 && text[i - slashes - 1] == '\\') ++slashes;
    if (slashes % 2 == 0) return i + 1;
  }
  return static_cast<std::size_t>(-1);
}

inline void scan(const char* text, std::size_t size, Tokens& tokens) {
  for (std::size_t at = 0; at < size;) {
    std::size_t skipped = 0;
    while (skipped < blank_run && at < size && is_blank(text[at])) ++at, ++skipped;
    if (skipped > 0) continue;
    std::size_t end = at + 1;
    Kind kind = Kind::bad;
    const char c = text[at];
    if (digits_first && (is_digit(c) || c == '-')) {
      kind = Kind::number;
      while (end < size && in_number(text[end])) ++end;
    } else if ((kind = punctuation(c)) != Kind::bad) {
      // one byte
    } else if (c == '"') {
      end = string_end(text, size, at);
      kind = end == static_cast<std::size_t>(-1) ? Kind::bad : Kind::string;
      if (kind == Kind::bad) end = size;
    } else if (is_digit(c) || c == '-') {
      kind = Kind::number;
      while (end < size && in_number(text[end])) ++end;
    } else if (is_letter(c)) {
      kind = Kind::word;
      while (end < size && is_letter(text[end])) ++end;
    }
    tokens.push({kind, at, end});
    at = end;
  }
}

}  // namespace tokenise
