#include "adapters/outlets/log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "hone/core/base/text.hpp"

namespace hone {
namespace {

class Silent : public Log {
 public:
  void debug(std::string_view) override {}
  void warn(std::string_view) override {}
};

class Written : public Log {
 public:
  Written(spdlog::sink_ptr sink, Redactor redactor) : logger_("hone", std::move(sink)), redactor_(std::move(redactor)) {
    logger_.set_level(spdlog::level::debug);
    logger_.flush_on(spdlog::level::debug);
    logger_.set_pattern("%Y-%m-%dT%H:%M:%S.%e %L %v");
  }
  void debug(std::string_view text) override { logger_.debug("{}", harmless(text)); }
  void warn(std::string_view text) override { logger_.warn("{}", harmless(text)); }

 private:
  [[nodiscard]] std::string harmless(std::string_view text) const { return strip_controls(redactor_.redact(text)); }
  spdlog::logger logger_;
  Redactor redactor_;
};

}  // namespace

Result<std::unique_ptr<Log>> open_log(const std::string& path, Redactor redactor) {
  try {
    if (path == "-") {
      return std::unique_ptr<Log>(
          std::make_unique<Written>(spdlog::sink_ptr(new spdlog::sinks::stderr_sink_mt), std::move(redactor)));
    }
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (descriptor < 0) {
      return fail(Reaction::fix_input, fmt::format("opening the log {}: {}; name a file in a folder that exists", path,
                                                   std::strerror(errno)));
    }
    ::close(descriptor);
    return std::unique_ptr<Log>(
        std::make_unique<Written>(spdlog::sink_ptr(new spdlog::sinks::basic_file_sink_mt(path)), std::move(redactor)));
  } catch (const spdlog::spdlog_ex& error) {
    return fail(Reaction::fix_input,
                fmt::format("opening the log {}: {}; name a file in a folder that exists", path, error.what()));
  }
}

std::unique_ptr<Log> silent_log() {
  return std::make_unique<Silent>();
}

}  // namespace hone
