// Secrets leave no trace: every text that goes to a log, journal, report, terminal or error passes through here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hone {

// Knows a secret also as base64 (both alphabets, wherever in a longer text it was encoded), URL-encoded and with
// JSON escapes. Secrets of fewer than 8 bytes are not hidden: they would black out ordinary words.
class Redactor {
 public:
  void add(std::string_view secret);
  [[nodiscard]] std::string redact(std::string_view text) const;
  [[nodiscard]] bool empty() const { return needles_.empty(); }
  // The longest form a secret takes.
  [[nodiscard]] std::size_t longest() const;

 private:
  std::vector<std::string> needles_;  // longest first
};

inline constexpr std::string_view redacted = "[secret]";

// The same for a text that comes in pieces: what could be the start of a secret is held back until it is sure.
class RedactingStream {
 public:
  explicit RedactingStream(const Redactor& redactor) : redactor_(redactor) {}
  [[nodiscard]] std::string feed(std::string_view piece);
  [[nodiscard]] std::string finish();

 private:
  const Redactor& redactor_;
  std::string held_;
};

}  // namespace hone
