// Frozen: what a token is.
#pragma once

#include <cstddef>

namespace tokenise {

enum class Kind : unsigned char {
  open_object,
  close_object,
  open_array,
  close_array,
  colon,
  comma,
  string,
  number,
  word,
  bad
};

// Half-open range of bytes. A `bad` token is one byte that fits nothing (or an unclosed string to the end of the text).
struct Token {
  Kind kind;
  std::size_t begin, end;
};

}  // namespace tokenise
