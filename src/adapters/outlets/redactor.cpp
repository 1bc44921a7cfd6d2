#include "adapters/outlets/redactor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace hone {
namespace {

constexpr std::size_t shortest = 8;

std::string url_encoded(std::string_view text, bool upper) {
  std::string result;
  for (const char c : text) {
    const bool safe = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                      std::string_view("-_.~").find(c) != std::string_view::npos;
    const auto byte = static_cast<unsigned char>(c);
    result += safe ? std::string(1, c) : upper ? fmt::format("%{:02X}", byte) : fmt::format("%{:02x}", byte);
  }
  return result;
}

// The base64 digits that depend on `text` alone when `before` unknown bytes stand in front of it.
std::string base64_core(std::string_view text, std::size_t before, bool url) {
  const std::string_view alphabet = url ? "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
                                        : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::string bytes = std::string(before, '\0').append(text);
  std::string digits;
  for (std::size_t bit = 0; bit + 6 <= bytes.size() * 8; bit += 6) {
    std::uint32_t value = 0;
    for (std::size_t k = bit; k < bit + 6; ++k) {
      value = value * 2 + ((static_cast<unsigned char>(bytes[k / 8]) >> (7 - k % 8)) & 1U);
    }
    digits += alphabet[value];
  }
  const std::size_t shared = (before * 8 + 5) / 6;  // digits that mix in the unknown bytes
  return digits.substr(shared);
}

}  // namespace

Redactor::Redactor(const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets) {
    if (secret.size() < shortest) continue;
    forms_.push_back(secret);
    for (const bool flag : {false, true}) {
      forms_.push_back(url_encoded(secret, flag));
      for (std::size_t before = 0; before < 3; ++before) forms_.push_back(base64_core(secret, before, flag));
    }
  }
  std::ranges::sort(forms_);
  forms_.erase(std::unique(forms_.begin(), forms_.end()), forms_.end());
  std::ranges::stable_sort(forms_, std::greater{}, [](const std::string& form) { return form.size(); });
}

std::string Redactor::redact(std::string_view text) const {
  std::string result(text);
  for (const std::string& form : forms_) {
    for (auto at = result.find(form); at != std::string::npos; at = result.find(form, at)) {
      result.replace(at, form.size(), "[redacted]");
      at += std::string_view("[redacted]").size();
    }
  }
  return result;
}

}  // namespace hone
