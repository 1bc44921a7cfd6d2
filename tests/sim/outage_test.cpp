// A model service that is away for hours, in virtual time, by the waits of the real decision table: no experiment is
// lost to it and no money, and the night goes on where it was; also when hone dies meanwhile, and when only one of two
// backends is away or gone for good.
#include <algorithm>
#include <catch2/catch.hpp>

#include "hone/core/run/fold.hpp"
#include "hone/loop/night.hpp"
#include "sim/checker.hpp"
#include "sim/world.hpp"

using namespace hone;
using namespace hone::sim;

namespace {

constexpr double hour = 3600;

RunSpec spec_of(double budget, std::size_t backends) {
  RunSpec spec;
  spec.name = "sim";
  spec.branch = "hone/sim";
  spec.metric.command = "measure";
  spec.accept.rule = AcceptRule::greedy;
  spec.backends = {{"first", "", 1, ""}, {"second", "", 1, ""}};
  spec.backends.resize(backends);
  spec.proposers = 1;
  spec.limits.budget = Seconds{budget};
  spec.limits.max_experiments = 8;
  spec.final_pairs = 0;
  spec.canary = 0;
  return spec;
}

struct Seen {
  EndReason end = EndReason::interrupted;
  int finished = 0, abandoned = 0, asked_in_vain = 0;
  double over = 0;  // run time of the last event
  int sessions = 0;
};

// Lives until the end; the first backend is away as the world's outage says, the second never.
Seen play(World& world, const RunSpec& spec) {
  const TreeId tree = world.add_tree("x = 100\n");
  const CommitId base = world.add_commit({CommitId{}, tree, "base", false});
  Seen seen;
  for (bool over = false; !over && seen.sessions < 200;) {
    ++seen.sessions;
    SimJournal journal(world);
    SimRepo repo(world);
    SimExecutor executor(world);
    std::vector<std::unique_ptr<Proposer>> proposers;
    proposers.push_back(std::make_unique<SimProposer>(world));
    if (spec.backends.size() > 1) proposers.push_back(std::make_unique<SimProposer>(world, true));
    State state = recall_state(journal).value();
    if (state.ended && !may_go_on(*state.ended)) break;
    std::vector<EventBody> opening;
    if (world.journal.empty()) opening.push_back(event::RunStarted{spec, base, tree, {target}, {}, "sim"});
    event::SessionOpened session;
    session.worst_case.assign(spec.backends.size(), price);
    opening.push_back(session);
    SimCrew crew(world, {journal, repo, executor, proposers}, state.now.value);
    try {
      const auto end = run_night(std::move(state), opening, UnixTime{1}, {journal, crew, {}});
      REQUIRE(end);
      over = true;
    } catch (const Crash&) {
      ++world.crashes;
      const double rate = std::exchange(world.crash_rate, 0);
      crew.crash();
      world.crash_rate = world.crashes > 40 ? 0 : rate;
    }
  }
  for (const Event& event : world.journal) {
    seen.over = event.at.value;
    if (const auto* failed = std::get_if<event::ProposeFailed>(&event.body))
      seen.asked_in_vain += failed->cost == MicroDollars{0};
    if (const auto* finished = std::get_if<event::Finished>(&event.body)) {
      ++seen.finished;
      seen.abandoned += finished->outcome == Outcome::abandoned;
    }
    if (const auto* ended = std::get_if<event::RunEnded>(&event.body)) seen.end = ended->reason;
  }
  for (const std::string& complaint : check(world, base)) FAIL_CHECK(complaint);
  return seen;
}

}  // namespace

TEST_CASE("an outage of two hours is waited out: it costs no experiment, and all that were wanted are made") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    INFO("seed " << seed);
    World world(seed);
    world.outage = {.from = 0, .until = 2 * hour};
    world.crash_rate = seed % 2 == 0 ? 0.01 : 0;
    const Seen seen = play(world, spec_of(8 * hour, 1));
    CHECK(seen.end == EndReason::experiments);
    CHECK(seen.finished == 8);
    if (world.crash_rate == 0) CHECK(seen.abandoned == 0);  // else: one that saw hone die three times is given up
    CHECK(seen.over > 2 * hour);
    CHECK(seen.over < 2 * hour + 600 + 8 * 120);          // the longest rest after its end, and the experiments
    CHECK(seen.asked_in_vain >= 24);                      // looked again at least every five minutes,
    CHECK(seen.asked_in_vain <= 60 + 8 * seen.sessions);  // and was not hammered
  }
}

TEST_CASE("an outage that outlasts the budget ends the night at its time, with its best") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    INFO("seed " << seed);
    World world(seed);
    world.outage = {.from = 5, .until = 99 * hour};
    const Seen seen = play(world, spec_of(hour, 1));
    CHECK(seen.end == EndReason::budget);
    CHECK(seen.over >= hour);
    CHECK(seen.over < hour + 60);
    CHECK(seen.finished <= 8);
  }
}

TEST_CASE("while one backend is away the other one works, whatever the first had been asked") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    INFO("seed " << seed);
    World world(seed);
    world.outage = {.from = 0, .until = 7 * hour};
    world.outage.for_good = seed % 2 == 0;
    RunSpec spec = spec_of(8 * hour, 2);
    spec.seed = seed;
    const Seen seen = play(world, spec);
    CHECK(seen.end == EndReason::experiments);
    CHECK(seen.finished == 8);
    CHECK(seen.over < hour);
  }
}
