// Diagnostics for --verbose: one file a session, never the terminal that shows the live block. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "hone/core/base/redact.hpp"
#include "hone/core/base/result.hpp"

namespace hone {

class Log {
 public:
  virtual ~Log() = default;
  virtual void debug(std::string_view text) = 0;
  virtual void warn(std::string_view text) = 0;
};

// Appends to `path`, mode 0600; every line passes the redactor. "-" writes to stderr.
[[nodiscard]] Result<std::unique_ptr<Log>> open_log(const std::string& path, Redactor redactor);
// Takes lines and keeps none: without --verbose.
[[nodiscard]] std::unique_ptr<Log> silent_log();

}  // namespace hone
