// What a proposer needs of the outside, for tests that use the real Http and Process.
#pragma once

#include <chrono>
#include <memory>

#include "adapters/http/curl_http.hpp"
#include "adapters/os/process.hpp"
#include "adapters/proposers/world.hpp"
#include "fakes/stops.hpp"
#include "hone/core/base/assert.hpp"

namespace hone::fakes {

class RealClock final : public Clock {
 public:
  [[nodiscard]] Seconds monotonic() const override {
    return {std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count()};
  }
  [[nodiscard]] UnixTime now() const override {
    return {
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count()};
  }
};

struct RealWorld {
  RealWorld() : http(make_curl_http({})) {
    auto made = os::make_process();
    HONE_ASSERT(made);
    process = std::move(*made);
  }
  [[nodiscard]] ProposerWorld world() { return {*http, *process, clock, limiter}; }

  std::unique_ptr<Http> http;
  std::unique_ptr<Process> process;
  RealClock clock;
  Limiter limiter;
};

inline Brief small_brief(std::uint64_t experiment = 1) {
  Brief brief;
  brief.experiment = {experiment};
  brief.seed = 7;
  brief.metric.command = "./bench";
  brief.target_paths = {"a.py"};
  brief.targets = {{"a.py", "x = 1\n"}};
  return brief;
}

}  // namespace hone::fakes
