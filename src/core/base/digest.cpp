#include "hone/core/base/digest.hpp"

#include <openssl/sha.h>

#include <array>

namespace hone {

TextId text_id(std::string_view content) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> bytes{};
  SHA256(reinterpret_cast<const unsigned char*>(content.data()), content.size(), bytes.data());
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * bytes.size());
  for (const unsigned char byte : bytes) {
    hex += digits[byte >> 4];
    hex += digits[byte & 15];
  }
  return TextId{hex};
}

}  // namespace hone
