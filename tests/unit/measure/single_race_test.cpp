#include "hone/core/measure/single_race.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "bench/night_sim/play.hpp"
#include "hone/core/measure/acceptance.hpp"
#include "hone/core/measure/noise_prior.hpp"

using namespace hone;
using night_sim::Dice;

namespace {

SingleEnd race(Dice& dice, double gain, std::size_t& most) {
  SingleRace race = open_single({0, .25, 3, 3}, {.03, 0, 1, 10}, 1);
  while (race.end == SingleEnd::open) {
    const Role role = next_single_run(race);
    fold_single(race, role, dice.normal() - (role == Role::candidate ? gain : 0));
  }
  most = std::max(most, race.evidence.size());
  return race.end;
}

double kept_share(double gain, std::size_t& most) {
  Dice dice(Random(21));
  int kept = 0;
  for (int i = 0; i < 2000; ++i) kept += race(dice, gain, most) == SingleEnd::accepted;
  return kept / 2000.;
}

const GateState& gate_of(const Acceptance& acceptance) {
  return std::get<GateState>(acceptance.state);
}

// Calibrates on values in turn, each run of `wall` seconds, in an hour.
Acceptance calibrated(const AcceptSpec& spec, std::vector<double> values, double wall, std::size_t& runs) {
  Acceptance acceptance = start_acceptance(spec, Direction::minimise, 1, Seconds{3600});
  runs = 0;
  while (const auto series = calibration_step(acceptance)) {
    std::vector<Observation> seen;
    for (std::size_t i = 0; i < series->runs.size(); ++i, ++runs) {
      seen.push_back({Role::champion, Phase::calibrate, values[runs % values.size()],
                      Seconds{wall * static_cast<double>(runs + 1)}, Seconds{wall}});
    }
    fold_calibration(acceptance, seen);
  }
  return acceptance;
}

const std::vector<double> noisy{100, 101, 100.4, 99.2, 100.1, 99.6, 100.9};

}  // namespace

TEST_CASE("a single race keeps large gains, hardly ever nothing, and takes six runs at most", "[gate]") {
  std::size_t most = 0;
  CHECK(kept_share(0, most) < .01);
  CHECK(kept_share(-1, most) < .003);
  CHECK(kept_share(4, most) > .8);
  CHECK(most <= single_runs_most);
}

TEST_CASE("one wild run is no keep in a single race", "[gate]") {
  SingleRace race = open_single({0, .25, 3, 3}, {.03, 0, 1, 10}, 1);
  fold_single(race, Role::candidate, -30);
  CHECK(race.end == SingleEnd::open);
  fold_single(race, Role::candidate, 0);
  while (race.end == SingleEnd::open) fold_single(race, next_single_run(race), 0);
  CHECK(race.end == SingleEnd::dropped);
}

TEST_CASE("what a single race claims is less than what it saw", "[gate]") {
  SingleRace race = open_single({0, .25, 3, 3}, {.03, 0, 1, 10}, 1);
  while (race.end == SingleEnd::open) {
    const Role role = next_single_run(race);
    fold_single(race, role, role == Role::champion ? 0 : race.candidate.empty() ? -4.5 : -4.2);
  }
  REQUIRE(race.end == SingleEnd::accepted);
  CHECK(corrected_gain(race) > 0);
  CHECK(corrected_gain(race) < race.gain);
  const ChampionBelief after = belief_after(race, true);
  CHECK(after.level > race.belief.level - race.gain);
  CHECK(after.share >= .75);
}

TEST_CASE("the calibration finds out that a night affords few runs, and a flag overrules it", "[gate]") {
  std::size_t runs = 0;
  CHECK(gate_of(calibrated({}, noisy, 60, runs)).mode == GateMode::expensive);
  CHECK(runs == 4);
  AcceptSpec spec;
  spec.noise_prior = .01;
  CHECK(gate_of(calibrated(spec, noisy, 60, runs)).mode == GateMode::expensive);
  CHECK(runs == 3);
  CHECK(gate_of(calibrated({}, noisy, 1, runs)).mode == GateMode::noisy);
  spec.mode = MetricMode::noisy;
  CHECK(gate_of(calibrated(spec, noisy, 60, runs)).mode == GateMode::noisy);
  spec.mode = MetricMode::expensive;
  CHECK(gate_of(calibrated(spec, noisy, 1, runs)).mode == GateMode::expensive);
}

TEST_CASE("equal runs of a very expensive metric are deterministic, unless only the seed made them equal", "[gate]") {
  std::size_t runs = 0;
  CHECK(gate_of(calibrated({}, {7}, 60, runs)).mode == GateMode::deterministic);
  const Acceptance seeded = calibrated({}, {7, 7, 8, 6}, 60, runs);
  CHECK(gate_of(seeded).mode == GateMode::expensive);
  CHECK(gate_of(seeded).belief.degrees == 2);  // the two runs of one seed count once
}

TEST_CASE("--metric-mode deterministic holds while two runs agree, and says so when they do not", "[gate]") {
  std::size_t runs = 0;
  AcceptSpec spec;
  spec.mode = MetricMode::deterministic;
  const Acceptance exact = calibrated(spec, {7}, 1, runs);
  CHECK(gate_of(exact).mode == GateMode::deterministic);
  CHECK(runs == 2);
  CHECK(describe_mode(exact).find("as --metric-mode says") != std::string::npos);
  const Acceptance denied = calibrated(spec, noisy, 1, runs);
  CHECK(gate_of(denied).mode == GateMode::noisy);
  CHECK(describe_mode(denied).find("not deterministic, whatever --metric-mode says") == 0);
  spec.mode = MetricMode::noisy;
  CHECK(gate_of(calibrated(spec, {7}, 1, runs)).mode == GateMode::noisy);
}

TEST_CASE("an expensive night of 96 runs makes progress with few false keeps", "[gate][night]") {
  night_sim::Setting setting;
  setting.accept.mode = MetricMode::expensive;
  setting.accept.noise_prior = .01;
  setting.cost_ratio = 0;
  setting.budget = 96;
  double progress = 0, wrong = 0, experiments = 0, claimed = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const night_sim::Night night = night_sim::play(setting, seed);
    progress += night.progress / 300;
    wrong += night.false_commits / 300;
    experiments += night.experiments / 300;
    claimed += night.claimed / 300;
    CHECK(night.runs <= 96 + static_cast<double>(single_runs_most));
  }
  CHECK(experiments == Approx(80).margin(6));  // the reference: 81 experiments, 4.6 of progress, .04 false
  CHECK(progress == Approx(4.6).margin(1.2));
  CHECK(wrong < .12);
  CHECK(claimed < 1.3 * progress);
}

TEST_CASE("deterministic: a tie is kept only when asked for and the code got shorter", "[gate]") {
  const auto decide = [](bool asked, std::int64_t lines) {
    AcceptSpec spec;
    spec.smaller_wins_tie = asked;
    std::size_t runs = 0;
    Acceptance acceptance = calibrated(spec, {7}, 1, runs);
    Race race = start_race(acceptance, ExperimentId{1}, lines);
    Step step = next_step(acceptance, race);
    while (const Series* series = std::get_if<Series>(&step)) {
      std::vector<Observation> seen;
      for (const Role role : series->runs) seen.push_back({role, series->phase, 7, Seconds{9}, Seconds{1}});
      fold_series(acceptance, race, seen);
      step = next_step(acceptance, race);
    }
    return std::get<Verdict>(step);
  };
  CHECK(decide(true, -3).decision == Decision::accepted);
  CHECK(decide(true, -3).reason == "a tie by exact comparison, 7, with 3 lines fewer");
  CHECK(decide(true, 0).decision == Decision::rejected);
  CHECK(decide(true, 2).decision == Decision::rejected);
  CHECK(decide(false, -3).decision == Decision::rejected);
}

TEST_CASE("earlier calibrations pool into a prior that is rather too wide, and few runs into none", "[gate]") {
  Dice dice(Random(3));
  std::vector<std::vector<double>> nights;
  for (int night = 0; night < 5; ++night) {
    nights.emplace_back();
    for (int i = 0; i < 4; ++i) nights.back().push_back((90 + 5 * night) * std::exp(dice.normal() / 100));
  }
  const auto prior = pool_noise(Direction::minimise, nights);
  REQUIRE(prior);
  CHECK(prior->spread > .008);
  CHECK(prior->spread < .018);
  CHECK(prior->weight == 10);
  CHECK_FALSE(pool_noise(Direction::minimise, std::vector<std::vector<double>>{{1, 2, 3}}));
  CHECK_FALSE(pool_noise(Direction::minimise, std::vector<std::vector<double>>{{5, 5, 5, 5, 5}}));
}
