#include "adapters/os/thread_crew.hpp"

#include <poll.h>
#include <signal.h>

#include <catch2/catch.hpp>
#include <limits>
#include <set>

using namespace hone;
using namespace hone::os;

namespace {

class SteadyClock final : public Clock {
 public:
  Seconds monotonic() const override {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return Seconds{static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec)};
  }
  UnixTime now() const override { return UnixTime{1}; }
};

// Ends at once, or, as a Prepare, when it is cancelled.
EffectDone answer(const Effect& effect, const Stop& stop) {
  if (std::holds_alternative<effect::Prepare>(effect.body)) {
    pollfd watched{stop.descriptor(), POLLIN, 0};
    poll(&watched, 1, -1);
    return {effect.id, effect.experiment, event::EffectFailed{effect.id, {Reaction::cancelled, ""}}, {}};
  }
  return {effect.id, effect.experiment, event::Advanced{effect.id, {}}, {}};
}

const Seconds never{std::numeric_limits<double>::infinity()};

}  // namespace

TEST_CASE("every effect comes back once, whatever their number") {
  const SteadyClock clock;
  ThreadCrew crew(clock, Seconds{100}, {}, answer);
  for (std::uint64_t i = 1; i <= 500; ++i) crew.start(Effect{EffectId{i}, ExperimentId{i}, effect::Assemble{}});
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 500; ++i) {
    const Completion done = crew.wait(never);
    CHECK(done.at >= Seconds{100});
    seen.insert(std::get<EffectDone>(done.what).effect.value);
  }
  CHECK(seen.size() == 500);
  CHECK(std::holds_alternative<Tick>(crew.wait(Seconds{0}).what));
}

TEST_CASE("what is in flight ends when it is cancelled, and at the latest with the crew") {
  const SteadyClock clock;
  ThreadCrew crew(clock, Seconds{0}, {}, answer);
  crew.start(Effect{EffectId{1}, ExperimentId{1}, effect::Prepare{}});
  crew.cancel_all();
  const Completion done = crew.wait(never);
  CHECK(std::holds_alternative<event::EffectFailed>(std::get<EffectDone>(done.what).body));
  crew.start(Effect{EffectId{2}, ExperimentId{1}, effect::Prepare{}});
}

TEST_CASE("signals enter through wait() and nowhere else") {
  block_signals();
  const SteadyClock clock;
  ThreadCrew crew(clock, Seconds{0}, {}, answer);
  raise(SIGINT);
  CHECK(std::get<Signalled>(crew.wait(never).what).signal == Signal::interrupt);
  raise(SIGUSR1);
  CHECK(std::holds_alternative<Poked>(crew.wait(never).what));
  raise(SIGHUP);
  CHECK(std::get<Signalled>(crew.wait(never).what).signal == Signal::hangup);
}
