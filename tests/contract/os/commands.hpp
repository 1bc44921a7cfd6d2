// Shell commands through the real Process port, for the suites of this folder.
#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <memory>
#include <string>

#include "adapters/os/process.hpp"
#include "adapters/os/stop.hpp"

namespace hone::os {

inline std::unique_ptr<Process> process() {
  auto made = os::make_process();
  REQUIRE(made);
  return std::move(*made);
}

inline Command shell(const std::string& script) {
  return {{"/bin/sh", "-c", script}, "/tmp", {{"PATH", "/usr/local/bin:/usr/bin:/bin"}}, ""};
}

inline ProcessReport run(Process& port, const Command& command, const ProcessLimits& limits = {}) {
  const os::NoStop stop;
  auto report = port.run(command, limits, stop);
  INFO((report ? "" : report.error().message));
  REQUIRE(report);
  return *report;
}

inline ProcessReport run(const std::string& script, const ProcessLimits& limits = {}) {
  const auto port = process();
  return run(*port, shell(script), limits);
}

inline ProcessLimits within(double wall, double grace = 0.2) {
  ProcessLimits limits;
  limits.wall = Seconds{wall};
  limits.grace = Seconds{grace};
  return limits;
}

// A mark that no other process has in its command line.
inline std::string mark() {
  static std::atomic<int> next{0};
  return fmt::format("30{}.{}", ::getpid(), ++next);  // an odd number of seconds to sleep
}

inline bool alive(const std::string& text) {
  const auto port = process();
  return !run(*port, shell(fmt::format("grep -las -- '{}' /proc/[0-9]*/cmdline | grep -v \"/$$/\" | "
                                       "while read f; do tr '\\0' ' ' < $f | grep -q '^sleep' && echo $f; done",
                                       text)))
              .output.empty();
}

}  // namespace hone::os
