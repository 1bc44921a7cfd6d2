// What each byte of a source file is, by a scanner that knows just enough of many languages.
#pragma once

#include <string>

#include "hone/core/edit/edit.hpp"

namespace hone {

inline constexpr char shade_code = 'c', shade_comment = '#', shade_string = 's';

// One character a byte of the text.
[[nodiscard]] std::string shade(const SourceFile&);

}  // namespace hone
