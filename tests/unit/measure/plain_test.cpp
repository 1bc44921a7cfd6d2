#include <catch2/catch.hpp>

#include "hone/core/measure/acceptance.hpp"
#include "hone/core/measure/t_interval.hpp"

using namespace hone;

namespace {

AcceptSpec rule(AcceptRule which) {
  AcceptSpec spec;
  spec.rule = which;
  return spec;
}

Observation seen(Role role, double value) {
  return {role, Phase::confirm, value, {}, {}};
}

void calibrate(Acceptance& acceptance, double value) {
  while (const auto series = calibration_step(acceptance)) {
    const std::vector<Observation> runs(series->runs.size(), seen(Role::champion, value));
    fold_calibration(acceptance, runs);
  }
}

// Answers every series with these two values until there is a verdict.
Verdict race_with(Acceptance& acceptance, Race& race, double champion, double candidate) {
  while (true) {
    const Step step = next_step(acceptance, race);
    if (const auto* verdict = std::get_if<Verdict>(&step)) return *verdict;
    std::vector<Observation> runs;
    for (const Role role : std::get<Series>(step).runs) {
      runs.push_back(seen(role, role == Role::champion ? champion : candidate));
    }
    fold_series(acceptance, race, runs);
  }
}

}  // namespace

TEST_CASE("margin keeps a candidate whose mean pair gain exceeds the margin, and says so with an interval") {
  Acceptance acceptance = start_acceptance(rule(AcceptRule::margin), Direction::minimise, 1);
  calibrate(acceptance, 100);
  Race race = start_race(acceptance, ExperimentId{1});
  const double candidates[] = {97, 98, 96.5, 97.5, 98};
  for (const double candidate : candidates) {
    const Step step = next_step(acceptance, race);
    REQUIRE(std::holds_alternative<Series>(step));
    fold_series(acceptance, race, std::vector{seen(Role::champion, 100), seen(Role::candidate, candidate)});
  }
  const Step end = next_step(acceptance, race);
  const Verdict& verdict = std::get<Verdict>(end);
  CHECK(verdict.decision == Decision::accepted);
  CHECK(verdict.samples == 5);
  CHECK(verdict.effect == Approx(0.026));
  // gains .03 .02 .035 .025 .02: sd .0065192, t(.975, 4) = 2.776445
  CHECK(verdict.interval.low == Approx(0.026 - 0.0080946).epsilon(1e-3));
  CHECK(verdict.interval.high == Approx(0.026 + 0.0080946).epsilon(1e-3));
  CHECK(verdict.reason.find("+2.60 %") != std::string::npos);
}

TEST_CASE("margin runs its pairs A B B A and rejects what is clearly not better without the rest") {
  Acceptance acceptance = start_acceptance(rule(AcceptRule::margin), Direction::maximise, 1);
  calibrate(acceptance, 100);
  Race race = start_race(acceptance, ExperimentId{4});
  CHECK(std::get<Series>(next_step(acceptance, race)).runs == std::vector{Role::champion, Role::candidate});
  fold_series(acceptance, race, std::vector{seen(Role::champion, 100), seen(Role::candidate, 90)});
  const Series second = std::get<Series>(next_step(acceptance, race));
  CHECK(second.runs == std::vector{Role::candidate, Role::champion});
  fold_series(acceptance, race, std::vector{seen(Role::candidate, 90), seen(Role::champion, 100)});
  const Verdict verdict = std::get<Verdict>(next_step(acceptance, race));
  CHECK(verdict.decision == Decision::rejected);
  CHECK(verdict.samples == 2);
  CHECK(verdict.effect == Approx(-0.1));
}

TEST_CASE("half a pair counts nothing and is asked again") {
  Acceptance acceptance = start_acceptance(rule(AcceptRule::margin), Direction::minimise, 1);
  calibrate(acceptance, 100);
  Race race = start_race(acceptance, ExperimentId{2});
  const Series before = std::get<Series>(next_step(acceptance, race));
  fold_series(acceptance, race, std::vector{seen(Role::champion, 100)});
  fold_series(acceptance, race, {});
  const Series after = std::get<Series>(next_step(acceptance, race));
  CHECK(after.runs == before.runs);
  CHECK(after.seed == before.seed);
}

TEST_CASE("greedy keeps any better run, and that run becomes the record") {
  Acceptance acceptance = start_acceptance(rule(AcceptRule::greedy), Direction::minimise, 1);
  calibrate(acceptance, 100);
  Race first = start_race(acceptance, ExperimentId{1});
  CHECK(race_with(acceptance, first, 0, 99).decision == Decision::accepted);
  fold_end(acceptance, first, true);
  Race second = start_race(acceptance, ExperimentId{2});
  const Verdict verdict = race_with(acceptance, second, 0, 99);
  CHECK(verdict.decision == Decision::rejected);
  CHECK(verdict.before == 99);
}

TEST_CASE("the plain rules never ask to be calibrated again after a keep") {
  for (const AcceptRule which : {AcceptRule::margin, AcceptRule::greedy}) {
    AcceptSpec spec = rule(which);
    spec.pairs = 1;
    Acceptance acceptance = start_acceptance(spec, Direction::minimise, 1);
    calibrate(acceptance, 100);
    Race race = start_race(acceptance, ExperimentId{1});
    REQUIRE(race_with(acceptance, race, 100, 50).decision == Decision::accepted);
    fold_end(acceptance, race, true);
    CHECK_FALSE(calibration_step(acceptance).has_value());
  }
}

TEST_CASE("a champion of zero gives a finite gain") {
  Acceptance acceptance = start_acceptance(rule(AcceptRule::margin), Direction::maximise, 1);
  calibrate(acceptance, 0);
  Race race = start_race(acceptance, ExperimentId{1});
  const Verdict verdict = race_with(acceptance, race, 0, 2);
  CHECK(verdict.decision == Decision::accepted);
  CHECK(verdict.effect == Approx(2));
}

TEST_CASE("the middle of an even number of values lies between the two middle ones") {
  std::vector<double> values{4, 1, 3, 2};
  CHECK(median_of(values) == Approx(2.5));
}
