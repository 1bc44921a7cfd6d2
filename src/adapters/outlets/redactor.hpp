// Secrets never leave through a log line, a report or a terminal. Every sink of free text passes through
// redact(). Thread-safe once made.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hone {

class Redactor {
 public:
  // Values such as API keys; those shorter than 8 bytes are ignored, they would blank out ordinary words.
  // Each is found as it is, URL-encoded and in base64 at any alignment.
  explicit Redactor(const std::vector<std::string>& secrets = {});
  [[nodiscard]] std::string redact(std::string_view text) const;

 private:
  std::vector<std::string> forms_;  // longest first
};

}  // namespace hone
