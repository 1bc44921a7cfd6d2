#include <fmt/format.h>

#include "hone/core/edit/screen.hpp"

namespace hone {
namespace {

struct Character {
  std::uint32_t code = 0;
  std::size_t length = 1;
};

// Lenient UTF-8: a byte that begins no sequence is itself.
Character character_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(at);
  const std::size_t length = first >= 0xF0 && first < 0xF8 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
  if (length == 1 || first >= 0xF8 || at + length > text.size()) return {first < 0x80 ? first : 0xFFFD, 1};
  std::uint32_t code = first & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0U) != 0x80U) return {0xFFFD, 1};
    code = (code << 6) | (byte(at + i) & 0x3FU);
  }
  return {code, length};
}

bool bidirectional(std::uint32_t c) {
  return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F || c == 0x061C;
}

bool invisible(std::uint32_t c) {
  return c == 0x200B || c == 0x2060 || (c >= 0xE0000 && c <= 0xE007F) || (c >= 0x80 && c < 0xA0) || c == 0x2028 ||
         c == 0x2029;
}

}  // namespace

std::optional<Spotted> find_hidden(std::string_view text) {
  std::size_t line = 1;
  for (std::size_t at = 0; at < text.size();) {
    const Character c = character_at(text, at);
    if (c.code == '\n') ++line;
    const bool control =
        (c.code < 0x20 && c.code != '\n' && c.code != '\t' && c.code != '\r' && c.code != '\f') || c.code == 0x7F;
    if (control || bidirectional(c.code) || invisible(c.code)) {
      return Spotted{fmt::format("{} U+{:04X}",
                                 bidirectional(c.code) ? "bidirectional control"
                                 : control             ? "control character"
                                                       : "invisible character",
                                 c.code),
                     line, at, at + c.length};
    }
    at += c.length;
  }
  return std::nullopt;
}

}  // namespace hone
