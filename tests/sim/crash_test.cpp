// Thousands of nights in virtual time: random completion order, a crash possible at every boundary, resumed until
// they end; an independent checker judges each. HONE_SIM_SEEDS sets how many.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cstdlib>

#include "hone/core/run/consequence.hpp"
#include "hone/core/run/fold.hpp"
#include "hone/loop/night.hpp"
#include "sim/checker.hpp"
#include "sim/world.hpp"

using namespace hone;
using namespace hone::sim;

namespace {

struct Outline {
  std::uint64_t seed = 0;
  double crash_rate = 0;
  Bugs bugs;
  bool person = false;
  bool fooled = false;
  bool curves = false;
};

RunSpec spec_for(const Outline& outline) {
  Random random = derive(outline.seed, 1);
  RunSpec spec;
  spec.name = "sim";
  spec.branch = "hone/sim";
  spec.metric.command = "measure";
  constexpr std::array rules = {AcceptRule::gate, AcceptRule::margin, AcceptRule::greedy};
  spec.accept.rule = rules[random.below(rules.size())];
  spec.accept.pairs = 2;
  spec.backends = {{"sim", "", 1, ""}};
  spec.slots = static_cast<std::uint32_t>(1 + random.below(2));
  spec.proposers = static_cast<std::uint32_t>(1 + random.below(3));
  if (random.coin()) spec.build = "make";
  spec.limits.budget = Seconds{400};
  spec.limits.max_experiments = static_cast<std::int64_t>(4 + random.below(5));
  if (random.coin()) spec.limits.max_cost = MicroDollars{price.value * static_cast<std::int64_t>(3 + random.below(30))};
  spec.final_pairs = static_cast<std::int64_t>(random.below(3));
  if (random.coin()) spec.guards.push_back({"cpu", GuardSpec::Bound::at_most, 0.05, true, "cpu<=+5%"});
  constexpr std::array canaries = {0, 1, 3};
  spec.canary = canaries[outline.seed % canaries.size()];
  if (outline.seed % 3 == 1) spec.holdout = "measure what nobody saw";
  if (random.coin()) spec.metric.measure = Measure::wall;  // a slow-down can be planted
  if (outline.fooled) spec.canary = 2;
  if (outline.curves) {
    spec.accept.rule = AcceptRule::gate;
    spec.metric.measure = Measure::printed;
    spec.limits.max_experiments = 40;
    spec.limits.max_cost.reset();
    spec.limits.budget = Seconds{2000};
  }
  Random kinds = derive(outline.seed, 2);
  constexpr std::array modes = {MetricMode::automatic, MetricMode::automatic, MetricMode::expensive,
                                MetricMode::noisy,     MetricMode::automatic, MetricMode::deterministic};
  spec.accept.mode = modes[kinds.below(modes.size())];
  spec.accept.smaller_wins_tie = kinds.coin();
  spec.seed = outline.seed;
  return spec;
}

// One process: recalls, opens a session, runs until the end or a crash. True: the run has ended.
bool live(World& world, const Outline& outline, CommitId base, TreeId base_tree) {
  SimJournal journal(world);
  SimRepo repo(world);
  SimExecutor executor(world);
  std::vector<std::unique_ptr<Proposer>> proposers;
  proposers.push_back(std::make_unique<SimProposer>(world));
  Workbench bench{journal, repo, executor, proposers};
  State state = recall_state(journal).value();
  if (state.ended && !may_go_on(*state.ended)) return true;  // it died after its last record
  std::vector<EventBody> opening;
  if (world.journal.empty()) {
    opening.push_back(event::RunStarted{spec_for(outline), base, base_tree, {target}, {}, "sim"});
  }
  event::SessionOpened session;
  session.overlap = outline.seed % 3 != 0;
  session.worst_case = {price};
  opening.push_back(session);
  SimCrew crew(world, bench, state.now.value);
  try {
    const auto end = run_night(std::move(state), opening, UnixTime{1}, {journal, crew, {}});
    REQUIRE(end);
    REQUIRE_FALSE(keep_to_tell(end->state));  // what is on the branch is in the journal as kept, interrupted or not
    return !end->interrupted && !may_go_on(end->state.ended.value());
  } catch (const Crash&) {
    ++world.crashes;
    world.crash_rate = world.crashes > 12 ? 0 : world.crash_rate;
    const double rate = std::exchange(world.crash_rate, 0);
    crew.crash();
    world.crash_rate = rate;
    return false;
  }
}

std::vector<std::string> simulate(const Outline& outline, World& world) {
  world.bugs = outline.bugs;
  world.crash_rate = outline.crash_rate;
  world.person_moves_branch = outline.person;
  world.fooled = outline.fooled;
  world.curves = outline.curves;
  world.interrupts = outline.seed % 3 == 1 ? 3 : 0;
  world.shortages = outline.seed % 5 == 2 ? 4 : 0;
  const TreeId tree = world.add_tree("x = 100\n");
  const CommitId base = world.add_commit({CommitId{}, tree, "base", false});
  int lives = 0;
  while (!live(world, outline, base, tree) && ++lives < 60) {
  }
  auto found = check(world, base);
  if (lives >= 60) found.push_back("the run never ended");
  return found;
}

std::uint64_t seeds(std::uint64_t usual) {
  const char* asked = std::getenv("HONE_SIM_SEEDS");
  return asked ? std::strtoull(asked, nullptr, 10) : usual;
}

std::uint64_t count_canaries(const World& world, Outcome outcome) {
  return static_cast<std::uint64_t>(std::count_if(world.journal.begin(), world.journal.end(), [&](const Event& event) {
    const auto* end = std::get_if<event::Finished>(&event.body);
    return end && is_canary(event.experiment) && end->outcome == outcome;
  }));
}

bool caught(Bugs bugs, bool person) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    World world(seed);
    if (!simulate({seed, 0.03, bugs, person, false}, world).empty()) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("a night with crashes at every boundary keeps all invariants") {
  std::uint64_t crashes = 0;
  std::uint64_t keeps = 0;
  std::uint64_t canaries = 0;
  for (std::uint64_t seed = 1; seed <= seeds(5000); ++seed) {
    World world(seed);
    const auto found = simulate({seed, seed % 4 == 0 ? 0 : 0.02, {}, seed % 10 == 9, false}, world);
    canaries += count_canaries(world, Outcome::discarded);
    REQUIRE(count_canaries(world, Outcome::suspect) == 0);
    crashes += world.crashes;
    for (const Event& event : world.journal) keeps += std::holds_alternative<event::Advanced>(event.body) ? 1 : 0;
    INFO("seed " << seed << ", " << world.crashes << " crashes");
    for (const std::string& complaint : found) UNSCOPED_INFO(complaint);
    REQUIRE(found.empty());
  }
  CHECK(crashes > seeds(5000) / 4);
  CHECK(keeps > seeds(5000));
  CHECK(canaries > seeds(5000));
}

TEST_CASE("a night whose hopeless runs are stopped keeps all invariants, and each of them ends its experiment") {
  std::uint64_t stopped = 0, keeps = 0, nights = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    World world(seed);
    const auto found = simulate({seed, seed % 4 == 0 ? 0 : 0.01, {}, false, false, true}, world);
    INFO("seed " << seed);
    for (const std::string& complaint : found) UNSCOPED_INFO(complaint);
    REQUIRE(found.empty());
    std::map<ExperimentId, std::string> reasons;
    for (const Event& event : world.journal) {
      keeps += std::holds_alternative<event::Advanced>(event.body) ? 1 : 0;
      const auto* measured = std::get_if<event::Measured>(&event.body);
      if (measured != nullptr && measured->samples.back().exit == ExitKind::stopped_early) {
        CHECK(measured->samples.back().role == Role::candidate);
        reasons[event.experiment] = measured->samples.back().invalid;
      }
      const auto* end = std::get_if<event::Finished>(&event.body);
      if (end == nullptr || !reasons.contains(event.experiment)) continue;
      CHECK(end->outcome == Outcome::discarded);
      CHECK(end->reason == reasons[event.experiment]);
    }
    stopped += reasons.size();
    nights += reasons.empty() ? 0 : 1;
  }
  CHECK(nights > 10);
  CHECK(stopped > 20);
  CHECK(keeps > 100);
}

TEST_CASE("an evaluator that a comment fools ends the night, and every keep since the last passed canary is doubted") {
  std::uint64_t stopped = 0;
  std::uint64_t doubted = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    World world(seed);
    const auto found = simulate({seed, seed % 2 == 0 ? 0 : 0.02, {}, false, true}, world);
    INFO("seed " << seed);
    for (const std::string& complaint : found) UNSCOPED_INFO(complaint);
    REQUIRE(found.empty());
    const auto& end = std::get<event::RunEnded>(world.journal.back().body);
    stopped += end.reason == EndReason::evaluator_insensitive ? 1 : 0;
    CHECK(count_canaries(world, Outcome::discarded) == 0);
    for (const Event& event : world.journal) doubted += std::holds_alternative<event::Doubted>(event.body) ? 1 : 0;
  }
  CHECK(stopped > 150);  // the others end before their first canary is decided: too few experiments, too little money
  CHECK(doubted > 150);
}

TEST_CASE("the checker catches acting before the intent is durable") {
  CHECK(caught({.act_before_journalling = true}, false));
}

TEST_CASE("the checker catches a branch moved without compare-and-swap") {
  CHECK(caught({.no_compare_and_swap = true}, true));
}

TEST_CASE("the checker catches money that was not reserved") {
  CHECK(caught({.no_reservation = true}, false));
}

TEST_CASE("a fold of the journal is the state the loop had") {
  World world(7);
  REQUIRE(simulate({7, 0, {}, false, false}, world).empty());
  SimJournal journal(world);
  const State state = recall_state(journal).value();
  CHECK(state.ended.has_value());
  CHECK(state.active.empty());
  CHECK(state.in_flight.empty());
  CHECK(state.money.reserved == MicroDollars{});
  CHECK(state.champion.commit == (world.branch.value.empty() ? state.base : world.branch));
}
