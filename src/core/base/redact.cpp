#include "hone/core/base/redact.hpp"

#include <algorithm>
#include <utility>

namespace hone {
namespace {

constexpr std::size_t shortest_secret = 8;

std::string base64(std::string_view bytes, bool url) {
  const std::string_view alphabet = url ? "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
                                        : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string result;
  unsigned bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = (bits << 8) | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6) result += alphabet[(bits >> (count - 6)) & 63];
    bits &= (1U << count) - 1;
  }
  return result;
}

// Base64 of the secret inside a longer text: at each of three alignments the characters that depend on it alone.
void add_base64(std::vector<std::string>& needles, std::string_view secret, bool url) {
  for (const std::size_t before : {std::size_t{0}, std::size_t{1}, std::size_t{2}}) {
    std::string code = base64(std::string(before, '\0') + std::string(secret), url);
    const std::size_t skip = before == 0 ? 0 : before + 1;  // ceil(before * 8 / 6)
    const std::size_t keep = (before + secret.size()) * 8 / 6;
    needles.push_back(code.substr(skip, keep - skip));
  }
}

std::string percent(std::string_view secret, const char* digits) {
  std::string result;
  for (const char c : secret) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
                       c == '_' || c == '.' || c == '~';
    if (plain) {
      result += c;
    } else {
      result += {'%', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return result;
}

std::string hexadecimal(std::string_view secret, const char* digits) {
  std::string result;
  for (const char c : secret) {
    const auto byte = static_cast<unsigned char>(c);
    result += {digits[byte >> 4], digits[byte & 15]};
  }
  return result;
}

std::string json_escaped(std::string_view secret) {
  std::string result;
  for (const char c : secret) {
    if (c == '"' || c == '\\' || c == '/') result += '\\';
    result += c;
  }
  return result;
}

}  // namespace

void Redactor::add(std::string_view secret) {
  if (secret.size() < shortest_secret) return;
  needles_.emplace_back(secret);
  add_base64(needles_, secret, false);
  add_base64(needles_, secret, true);
  needles_.push_back(percent(secret, "0123456789ABCDEF"));
  needles_.push_back(percent(secret, "0123456789abcdef"));
  for (const char* digits : {"0123456789abcdef", "0123456789ABCDEF"}) needles_.push_back(hexadecimal(secret, digits));
  needles_.push_back(json_escaped(secret));
  std::sort(needles_.begin(), needles_.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  });
  needles_.erase(std::unique(needles_.begin(), needles_.end()), needles_.end());
}

std::string Redactor::redact(std::string_view text) const {
  std::string result(text);
  for (const std::string& needle : needles_) {
    for (std::size_t at = 0; (at = result.find(needle, at)) != std::string::npos; at += redacted.size()) {
      result.replace(at, needle.size(), redacted);
    }
  }
  return result;
}

std::size_t Redactor::longest() const {
  return needles_.empty() ? 0 : needles_.front().size();
}

std::string RedactingStream::feed(std::string_view piece) {
  held_ = redactor_.redact(held_ + std::string(piece));
  const std::size_t keep = redactor_.longest() == 0 ? 0 : redactor_.longest() - 1;
  if (held_.size() <= keep) return {};
  std::string sure = held_.substr(0, held_.size() - keep);
  held_.erase(0, sure.size());
  return sure;
}

std::string RedactingStream::finish() {
  return redactor_.redact(std::exchange(held_, {}));
}

}  // namespace hone
