#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <utility>

#include "hone/core/base/random.hpp"
#include "hone/core/measure/acceptance.hpp"
#include "hone/core/measure/confirm.hpp"

using namespace hone;

namespace {

// A machine with a champion and a candidate whose runs differ by a known gain (percent) and uniform noise.
struct Bench {
  Direction direction = Direction::minimise;
  double champion = 100;
  double noise = 1;  // percent, half width
  Random random{7};
  double clock = 0;
  std::vector<std::vector<Observation>> told{};  // every series that was folded

  double value(double gain) {
    const double sign = direction == Direction::minimise ? -1 : 1;
    return champion * std::exp((sign * gain + noise * (2 * random.uniform() - 1)) / 100);
  }
  std::vector<Observation> answer(const Series& series, double gain) {
    std::vector<Observation> seen;
    for (const Role role : series.runs) {
      clock += 1;
      seen.push_back({role, series.phase, value(role == Role::candidate ? gain : 0), Seconds{clock}, Seconds{1}});
    }
    told.push_back(seen);
    return seen;
  }
};

Acceptance calibrated(Bench& bench, AcceptSpec spec = {}) {
  Acceptance acceptance = start_acceptance(spec, bench.direction, 3);
  while (const auto series = calibration_step(acceptance)) fold_calibration(acceptance, bench.answer(*series, 0));
  return acceptance;
}

Verdict race_to_end(Acceptance& acceptance, Race& race, Bench& bench, double gain) {
  for (int i = 0; i < 500; ++i) {
    const Step step = next_step(acceptance, race);
    if (const auto* verdict = std::get_if<Verdict>(&step)) return *verdict;
    fold_series(acceptance, race, bench.answer(std::get<Series>(step), gain));
  }
  FAIL("the race never ends");
  return {};
}

Verdict try_gain(Acceptance& acceptance, Bench& bench, std::uint64_t id, double gain) {
  Race race = start_race(acceptance, ExperimentId{id});
  const Verdict verdict = race_to_end(acceptance, race, bench, gain);
  const bool kept = verdict.decision == Decision::accepted;
  if (kept)
    bench.champion = bench.direction == Direction::minimise ? bench.champion * std::exp(-gain / 100)
                                                            : bench.champion * std::exp(gain / 100);
  fold_end(acceptance, race, kept);
  return verdict;
}

const GateState& gate_of(const Acceptance& acceptance) {
  return std::get<GateState>(acceptance.state);
}

Observation seen(Role role, double value) {
  return {role, Phase::confirm, value, Seconds{0}, Seconds{0}};
}

Acceptance deterministic(double value) {
  Acceptance acceptance = start_acceptance({}, Direction::minimise, 1);
  while (const auto series = calibration_step(acceptance)) {
    fold_calibration(acceptance, std::vector(series->runs.size(), seen(Role::champion, value)));
  }
  return acceptance;
}

}  // namespace

TEST_CASE("the gate keeps a plain gain, rejects nothing and harm, and says why", "[gate]") {
  for (const Direction direction : {Direction::minimise, Direction::maximise}) {
    Bench bench{direction};
    Acceptance acceptance = calibrated(bench);
    CHECK(gate_of(acceptance).mode == GateMode::noisy);
    const Verdict harm = try_gain(acceptance, bench, 1, -5);
    CHECK(harm.decision == Decision::rejected);
    CHECK(harm.samples == 1);
    CHECK(harm.effect < 0);
    const Verdict gain = try_gain(acceptance, bench, 2, 5);
    CHECK(gain.decision == Decision::accepted);
    CHECK(gain.effect == Approx(0.05).margin(0.012));
    CHECK(gain.interval.low < gain.effect);
    CHECK(gain.interval.high > gain.effect);
    CHECK(gain.alpha > 0);
    CHECK(gain.path.find("evidence") != std::string::npos);
    CHECK(gain.path.size() < 2048);
    CHECK(gain.reason.substr(0, 6) == "better");
  }
}

TEST_CASE("after a keep the level starts afresh: the next screen runs the champion first", "[gate]") {
  Bench bench;
  Acceptance acceptance = calibrated(bench);
  Race before = start_race(acceptance, ExperimentId{1});
  CHECK(std::get<Series>(next_step(acceptance, before)).runs == std::vector{Role::candidate});
  REQUIRE(try_gain(acceptance, bench, 2, 6).decision == Decision::accepted);
  Race after = start_race(acceptance, ExperimentId{3});
  CHECK(std::get<Series>(next_step(acceptance, after)).runs == std::vector{Role::champion, Role::candidate});
}

TEST_CASE("when the first run of every candidate is slower, races begin with a run that does not count", "[gate]") {
  Bench bench;
  Acceptance acceptance = calibrated(bench);
  const auto try_cold = [&](std::uint64_t id, double gain) {
    Race race = start_race(acceptance, ExperimentId{id});
    bool cold = true;
    Step step = next_step(acceptance, race);
    while (const auto* series = std::get_if<Series>(&step)) {
      std::vector<Observation> runs = bench.answer(*series, gain);
      for (Observation& run : runs) {
        if (run.role == Role::candidate) run.value *= std::exchange(cold, false) ? 1.08 : 1;
      }
      fold_series(acceptance, race, runs);
      step = next_step(acceptance, race);
    }
    fold_end(acceptance, race, false);
    return std::get<Verdict>(step);
  };
  for (std::uint64_t id = 1; id <= 12; ++id) CHECK(try_cold(id, 0).decision != Decision::accepted);
  CHECK(gate_of(acceptance).first_runs.left_out);
  const Verdict verdict = try_cold(13, 4);
  CHECK(verdict.decision == Decision::accepted);
  CHECK(verdict.path.find("after a first run that does not count") != std::string::npos);
  CHECK(verdict.effect == Approx(0.04).margin(0.01));
  for (std::uint64_t id = 14; id < 40; ++id) try_gain(acceptance, bench, id, -3);
  CHECK_FALSE(gate_of(acceptance).first_runs.left_out);
}

TEST_CASE("the first run of every candidate of a deterministic metric may be slower as well", "[gate]") {
  Acceptance acceptance = deterministic(100);
  REQUIRE(gate_of(acceptance).mode == GateMode::deterministic);
  const auto try_cold = [&](std::uint64_t id, double value, double cold) {
    Race race = start_race(acceptance, ExperimentId{id});
    Step step = next_step(acceptance, race);
    while (const auto* series = std::get_if<Series>(&step)) {
      std::vector<Observation> runs;
      for (const Role role : series->runs) {
        runs.push_back(seen(role, role == Role::champion ? 100 : value + std::exchange(cold, 0)));
      }
      fold_series(acceptance, race, runs);
      step = next_step(acceptance, race);
    }
    fold_end(acceptance, race, false);
    return std::get<Verdict>(step);
  };
  for (std::uint64_t id = 1; id <= 5; ++id) CHECK(try_cold(id, 100, 8).decision == Decision::rejected);
  CHECK(gate_of(acceptance).first_runs.left_out);
  const Verdict better = try_cold(6, 99, 8);
  CHECK(better.decision == Decision::accepted);
  CHECK(better.after == 99);
  CHECK(better.reason.find("after a first run that does not count") != std::string::npos);
  for (std::uint64_t id = 7; id < 20; ++id) CHECK(try_cold(id, 101, 0).decision == Decision::rejected);
  CHECK_FALSE(gate_of(acceptance).first_runs.left_out);
}

TEST_CASE("the gate replayed from its observations asks and decides the same", "[gate]") {
  Bench bench;
  Acceptance first = calibrated(bench);
  Race race = start_race(first, ExperimentId{1});
  const Verdict verdict = race_to_end(first, race, bench, 2.0);
  Acceptance second = start_acceptance({}, Direction::minimise, 3);
  std::size_t next = 0;
  while (calibration_step(second)) fold_calibration(second, bench.told[next++]);
  Race again = start_race(second, ExperimentId{1});
  while (std::holds_alternative<Series>(next_step(second, again))) {
    REQUIRE(std::get<Series>(next_step(second, again)).runs.size() == bench.told[next].size());
    fold_series(second, again, bench.told[next++]);
  }
  const Verdict replayed = std::get<Verdict>(next_step(second, again));
  CHECK(replayed.path == verdict.path);
  CHECK(replayed.effect == verdict.effect);
  CHECK(replayed.reason == verdict.reason);
}

TEST_CASE("a series that did not come back, or only half, is asked again", "[gate]") {
  Bench bench;
  Acceptance acceptance = calibrated(bench);
  Race race = start_race(acceptance, ExperimentId{1});
  fold_series(acceptance, race, bench.answer(std::get<Series>(next_step(acceptance, race)), 5));
  const Series pair = std::get<Series>(next_step(acceptance, race));
  REQUIRE(pair.runs.size() == 2);
  fold_series(acceptance, race, {});
  fold_series(acceptance, race, std::vector{bench.answer({Phase::confirm, {Role::champion}, 0}, 5)});
  const Series again = std::get<Series>(next_step(acceptance, race));
  CHECK(again.runs == pair.runs);
  CHECK(again.seed == pair.seed);
  CHECK(std::get<GateRace>(race.state).pairs.candidate.empty());
}

TEST_CASE("every second pair mirrors the order of the one before, and the first of two is by chance", "[gate]") {
  Bench bench;
  Acceptance acceptance = calibrated(bench);
  int champion_first = 0;
  for (std::uint64_t id = 1; id <= 60; ++id) {
    Race race = start_race(acceptance, ExperimentId{id});
    fold_series(acceptance, race, bench.answer(std::get<Series>(next_step(acceptance, race)), 5));
    const Series one = std::get<Series>(next_step(acceptance, race));
    REQUIRE(one.runs.size() == 2);
    fold_series(acceptance, race, bench.answer(one, 5));
    const Series two = std::get<Series>(next_step(acceptance, race));
    CHECK(two.runs == std::vector{one.runs[1], one.runs[0]});
    champion_first += one.runs[0] == Role::champion ? 1 : 0;
  }
  CHECK(champion_first > 10);
  CHECK(champion_first < 50);
}

TEST_CASE("a race whose champion was overtaken in another slot ends undecided", "[gate]") {
  Bench bench;
  Acceptance acceptance = calibrated(bench);
  Race slow = start_race(acceptance, ExperimentId{1});
  fold_series(acceptance, slow, bench.answer(std::get<Series>(next_step(acceptance, slow)), 5));
  REQUIRE(try_gain(acceptance, bench, 2, 6).decision == Decision::accepted);
  const Verdict verdict = std::get<Verdict>(next_step(acceptance, slow));
  CHECK(verdict.decision == Decision::undecided);
  CHECK(verdict.reason.find("champion changed") != std::string::npos);
}

TEST_CASE("gains below --min-effect are not kept, larger ones are, also on a very quiet metric", "[gate]") {
  for (const double noise : {0.001, 0.2}) {
    Bench bench;
    bench.noise = noise;
    AcceptSpec spec;
    spec.min_effect = 0.02;
    Acceptance acceptance = calibrated(bench, spec);
    CHECK(try_gain(acceptance, bench, 1, 1.0).decision != Decision::accepted);
    CHECK(try_gain(acceptance, bench, 2, 4.0).decision == Decision::accepted);
  }
  Bench quiet;
  quiet.noise = 0.001;
  Acceptance acceptance = calibrated(quiet);
  CHECK(try_gain(acceptance, quiet, 1, 0.05).decision == Decision::accepted);
}

TEST_CASE("a drifting machine is seen as drifting and every screen then runs the champion too", "[gate]") {
  Bench bench;
  bench.noise = 0.2;
  Acceptance acceptance = start_acceptance({}, Direction::minimise, 3);
  const auto wander = [&] { bench.champion *= std::exp((bench.random.coin() ? 1 : -1) * 0.01); };
  while (const auto series = calibration_step(acceptance)) {
    std::vector<Observation> runs;
    for (std::size_t i = 0; i < series->runs.size(); ++i) {
      wander();
      runs.push_back(bench.answer({Phase::calibrate, {Role::champion}, 0}, 0).front());
    }
    fold_calibration(acceptance, runs);
  }
  CHECK(gate_of(acceptance).noise.drift > 0.1);
  for (std::uint64_t id = 1; id < 5; ++id) {
    Race race = start_race(acceptance, ExperimentId{id});
    const Series series = std::get<Series>(next_step(acceptance, race));
    CHECK(series.runs.size() == 2);
    race_to_end(acceptance, race, bench, -5);
    fold_end(acceptance, race, false);
  }
}

TEST_CASE("a metric that crosses zero is judged on its own scale", "[gate]") {
  Acceptance acceptance = start_acceptance({}, Direction::maximise, 1);
  Random random{5};
  const auto draw = [&](double middle) { return middle + 0.1 * (random.uniform() - 0.5); };
  while (const auto series = calibration_step(acceptance)) {
    std::vector<Observation> runs;
    for (std::size_t i = 0; i < series->runs.size(); ++i) runs.push_back(seen(Role::champion, draw(-0.01)));
    fold_calibration(acceptance, runs);
  }
  Race race = start_race(acceptance, ExperimentId{1});
  Step step = next_step(acceptance, race);
  while (const auto* series = std::get_if<Series>(&step)) {
    std::vector<Observation> runs;
    for (const Role role : series->runs) runs.push_back(seen(role, draw(role == Role::candidate ? 0.5 : -0.01)));
    fold_series(acceptance, race, runs);
    step = next_step(acceptance, race);
  }
  CHECK(std::get<Verdict>(step).decision == Decision::accepted);
  CHECK(std::get<Verdict>(step).after == Approx(0.5).margin(0.1));
}

TEST_CASE("a positive metric that a candidate drives to zero or below stays finite", "[gate]") {
  Bench bench;
  Acceptance acceptance = calibrated(bench);
  Race race = start_race(acceptance, ExperimentId{1});
  Step step = next_step(acceptance, race);
  while (const auto* series = std::get_if<Series>(&step)) {
    std::vector<Observation> runs;
    for (const Role role : series->runs) runs.push_back(seen(role, role == Role::candidate ? -3 : bench.value(0)));
    fold_series(acceptance, race, runs);
    step = next_step(acceptance, race);
  }
  CHECK(std::get<Verdict>(step).decision == Decision::accepted);
  CHECK(std::isfinite(std::get<Verdict>(step).effect));
  CHECK(std::get<Verdict>(step).effect <= 1);
}

TEST_CASE("a positive metric that gains drive through zero is still seen to gain below it", "[gate]") {
  for (const Direction direction : {Direction::minimise, Direction::maximise}) {
    const double way = direction == Direction::minimise ? -1 : 1;
    Acceptance acceptance = start_acceptance({}, direction, 1);
    Random random{5};
    double level = direction == Direction::minimise ? 0.2 : 0.001;
    const auto answer = [&](const Series& series, double gain) {
      std::vector<Observation> runs;
      for (const Role role : series.runs) {
        runs.push_back(
            seen(role, level + (role == Role::candidate ? way * gain : 0) + 0.0009 * (2 * random.uniform() - 1)));
      }
      return runs;
    };
    while (const auto series = calibration_step(acceptance)) fold_calibration(acceptance, answer(*series, 0));
    REQUIRE(gate_of(acceptance).scale.logarithmic);
    if (direction == Direction::maximise) level = -0.001;  // the champion itself falls below zero
    int kept = 0;
    for (std::uint64_t id = 1; id <= 8; ++id) {
      Race race = start_race(acceptance, ExperimentId{id});
      Step step = next_step(acceptance, race);
      while (const auto* series = std::get_if<Series>(&step)) {
        fold_series(acceptance, race, answer(*series, 0.06));
        step = next_step(acceptance, race);
      }
      const bool better = std::get<Verdict>(step).decision == Decision::accepted;
      fold_end(acceptance, race, better);
      kept += better;
      if (better) level += way * 0.06;
    }
    CHECK(kept >= 7);
    CHECK_FALSE(gate_of(acceptance).scale.logarithmic);
  }
}

TEST_CASE("deterministic: gains of at least --min-effect are kept below zero too", "[gate]") {
  AcceptSpec spec;
  spec.min_effect = 0.1;
  Acceptance acceptance = start_acceptance(spec, Direction::minimise, 1);
  while (const auto series = calibration_step(acceptance)) {
    fold_calibration(acceptance, std::vector(series->runs.size(), seen(Role::champion, 1)));
  }
  double champion = 1;
  for (std::uint64_t id = 1; id <= 4; ++id) {
    Race race = start_race(acceptance, ExperimentId{id});
    Step step = next_step(acceptance, race);
    while (const auto* series = std::get_if<Series>(&step)) {
      std::vector<Observation> runs;
      for (const Role role : series->runs)
        runs.push_back(seen(role, role == Role::candidate ? champion - 0.75 : champion));
      fold_series(acceptance, race, runs);
      step = next_step(acceptance, race);
    }
    CHECK(std::get<Verdict>(step).decision == Decision::accepted);
    fold_end(acceptance, race, true);
    champion -= 0.75;
  }
}

TEST_CASE("equal calibration runs make the metric deterministic after six", "[gate]") {
  const Acceptance acceptance = deterministic(42);
  CHECK(gate_of(acceptance).mode == GateMode::deterministic);
}

TEST_CASE("deterministic: one run rejects a tie; a gain is run once more beside the champion", "[gate]") {
  Acceptance acceptance = deterministic(42);
  Race tie = start_race(acceptance, ExperimentId{1});
  CHECK(std::get<Series>(next_step(acceptance, tie)).runs == std::vector{Role::candidate});
  fold_series(acceptance, tie, std::vector{seen(Role::candidate, 42)});
  CHECK(std::get<Verdict>(next_step(acceptance, tie)).decision == Decision::rejected);
  fold_end(acceptance, tie, false);
  Race gain = start_race(acceptance, ExperimentId{2});
  fold_series(acceptance, gain, std::vector{seen(Role::candidate, 41)});
  CHECK(std::get<Series>(next_step(acceptance, gain)).runs == std::vector{Role::champion, Role::candidate});
  fold_series(acceptance, gain, std::vector{seen(Role::champion, 42), seen(Role::candidate, 41)});
  const Verdict verdict = std::get<Verdict>(next_step(acceptance, gain));
  CHECK(verdict.decision == Decision::accepted);
  CHECK(verdict.rule == "deterministic");
  CHECK(verdict.effect == Approx(1 / 42.));
  fold_end(acceptance, gain, true);
  CHECK(gate_of(acceptance).history.back().value == 41);
}

TEST_CASE("deterministic: a champion that gives another value ends the mode and says so", "[gate]") {
  Acceptance acceptance = deterministic(42);
  Race race = start_race(acceptance, ExperimentId{1});
  fold_series(acceptance, race, std::vector{seen(Role::candidate, 40)});
  fold_series(acceptance, race, std::vector{seen(Role::champion, 43), seen(Role::candidate, 40)});
  const Verdict verdict = std::get<Verdict>(next_step(acceptance, race));
  CHECK(verdict.decision == Decision::undecided);
  CHECK(verdict.reason.find("not deterministic") != std::string::npos);
  CHECK(calibration_step(acceptance).has_value());
}

TEST_CASE("deterministic: a candidate that brings noise along has to beat the champion in eight runs", "[gate]") {
  Acceptance acceptance = deterministic(42);
  Race race = start_race(acceptance, ExperimentId{1});
  fold_series(acceptance, race, std::vector{seen(Role::candidate, 40)});
  fold_series(acceptance, race, std::vector{seen(Role::champion, 42), seen(Role::candidate, 43)});
  const Series more = std::get<Series>(next_step(acceptance, race));
  CHECK(more.runs == std::vector(6, Role::candidate));
  std::vector<Observation> runs;
  for (const double value : {41., 42.5, 40.5, 43., 41.5, 42.}) runs.push_back(seen(Role::candidate, value));
  fold_series(acceptance, race, runs);
  CHECK(std::get<Verdict>(next_step(acceptance, race)).decision == Decision::rejected);
}

TEST_CASE("deterministic: the champion is run again every fifty experiments", "[gate]") {
  Acceptance acceptance = deterministic(42);
  for (std::uint64_t id = 1; id <= 50; ++id) {
    Race race = start_race(acceptance, ExperimentId{id});
    const Series asked = std::get<Series>(next_step(acceptance, race));  // now and then the candidate twice
    fold_series(acceptance, race, std::vector(asked.runs.size(), seen(Role::candidate, 50)));
    fold_end(acceptance, race, false);
  }
  const Race race = start_race(acceptance, ExperimentId{51});
  CHECK(std::get<Series>(next_step(acceptance, race)).runs == std::vector{Role::champion, Role::candidate});
}

TEST_CASE("a gain so great that a few pairs prove it has to be there in eight of them", "[gate]") {
  NoiseModel noise;
  noise.pair_variance = 2;
  noise.white = 1;
  noise.clip = 1e9;
  noise.degrees = 30;
  const auto race_of = [&noise](double gain, std::size_t fast) {
    PairRace race;
    race.design = design_pairs(noise, {Tier::balanced, 0.01, 0});
    for (std::size_t i = 0; race.end == PairEnd::open; ++i)
      fold_pair(race, 0, 0, (i < fast ? -gain : gain) + .3 * std::sin(2.4 * static_cast<double>(i)));
    return race;
  };
  CHECK(race_of(4, 100).candidate.size() == 5);
  const PairRace great = race_of(10, 100);
  CHECK(great.end == PairEnd::accepted);
  CHECK(great.candidate.size() == 8);
  CHECK(race_of(10, 6).end == PairEnd::futile);  // six fast runs, then as many slow ones: no gain
}

TEST_CASE("a quantised metric with many ties calibrates and still sees a gain", "[gate]") {
  Acceptance acceptance = start_acceptance({}, Direction::minimise, 1);
  Random random{5};
  const auto draw = [&](double middle) { return middle + (random.uniform() < 0.3 ? 1 : 0); };
  while (const auto series = calibration_step(acceptance)) {
    std::vector<Observation> runs;
    for (std::size_t i = 0; i < series->runs.size(); ++i) runs.push_back(seen(Role::champion, draw(100)));
    fold_calibration(acceptance, runs);
  }
  REQUIRE(gate_of(acceptance).mode == GateMode::noisy);
  int kept = 0;
  for (std::uint64_t id = 1; id <= 60; ++id) {
    Race race = start_race(acceptance, ExperimentId{id});
    Step step = next_step(acceptance, race);
    while (const auto* series = std::get_if<Series>(&step)) {
      std::vector<Observation> runs;
      for (const Role role : series->runs) {
        runs.push_back(seen(role, draw(id == 60 && role == Role::candidate ? 90 : 100)));
      }
      fold_series(acceptance, race, runs);
      step = next_step(acceptance, race);
    }
    if (id < 60) kept += std::get<Verdict>(step).decision == Decision::accepted;
    if (id == 60) CHECK(std::get<Verdict>(step).decision == Decision::accepted);
    fold_end(acceptance, race, false);
  }
  CHECK(kept == 0);
}

TEST_CASE("calibration takes at most a twentieth of the night, and never less than six runs", "[gate]") {
  const auto runs_at = [](double budget) {
    Bench bench;
    Acceptance acceptance = start_acceptance({}, Direction::minimise, 3, Seconds{budget});
    std::size_t runs = 0;
    while (const auto series = calibration_step(acceptance)) {
      runs += series->runs.size();
      fold_calibration(acceptance, bench.answer(*series, 0));
    }
    return runs;
  };
  CHECK(runs_at(10000) == 16);
  CHECK(runs_at(200) == 10);
  CHECK(runs_at(155) == 7);
}

TEST_CASE("the first run of calibration is dropped when it is clearly a warm-up", "[gate]") {
  Bench bench;
  Acceptance acceptance = start_acceptance({}, Direction::minimise, 3);
  bool first = true;
  while (const auto series = calibration_step(acceptance)) {
    std::vector<Observation> runs = bench.answer(*series, 0);
    if (first) runs.front().value = 150;
    first = false;
    fold_calibration(acceptance, runs);
  }
  CHECK(gate_of(acceptance).history.size() == 15);
}

TEST_CASE("the tier follows the observed cost ratio, and changes only after twenty experiments outside its band",
          "[gate]") {
  CostWatch watch;
  for (int i = 0; i < 3; ++i) fold_cost_ratio(watch, 0.5, 1);
  CHECK(watch.tier == Tier::expensive);
  for (int i = 0; i < 15; ++i) fold_cost_ratio(watch, 30, 1);
  CHECK(watch.tier == Tier::expensive);
  for (int i = 0; i < 25; ++i) fold_cost_ratio(watch, 30, 1);
  CHECK(watch.tier == Tier::cheap);
}

TEST_CASE("a large gain is kept although the machine became faster since the champion's level was taken", "[gate]") {
  for (const double shift : {0.98, 0.99, 0.995, 1.0, 1.005, 1.02}) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      INFO("the champion's value times " << shift << ", seed " << seed);
      Bench bench;
      bench.random = Random{seed};
      bench.noise = 0.05;
      Acceptance acceptance = start_acceptance({}, bench.direction, 3);
      while (const auto series = calibration_step(acceptance)) {
        bench.noise = bench.random.uniform() < 0.3 ? 3 : 0.02;  // quiet, with a few wild runs
        fold_calibration(acceptance, bench.answer(*series, 0));
      }
      bench.noise = 0.02;
      bench.champion *= shift;
      const Verdict verdict = try_gain(acceptance, bench, 1, 25);
      INFO(verdict.reason);
      CHECK(verdict.decision == Decision::accepted);
    }
  }
}

TEST_CASE("gains are kept although the machine became slower since the champion's level was taken", "[gate]") {
  Bench bench;
  Acceptance acceptance = calibrated(bench);
  bench.champion *= 1.08;
  int kept = 0;
  for (std::uint64_t id = 1; id <= 12; ++id) {
    kept += try_gain(acceptance, bench, id, 4).decision == Decision::accepted;
  }
  CHECK(kept >= 5);  // 0 when the level is believed: every candidate looks 4 % worse
}

TEST_CASE("a metric that repeats itself only for one seed does not pass for deterministic", "[gate]") {
  Acceptance acceptance = start_acceptance(AcceptSpec{}, Direction::minimise, 1);
  double clock = 0;
  while (const auto series = calibration_step(acceptance)) {
    std::vector<Observation> seen;
    for (const Role role : series->runs) {
      clock += 1;
      seen.push_back(
          {role, series->phase, 100 + 0.1 * static_cast<double>(series->seed % 17), Seconds{clock}, Seconds{1}});
    }
    fold_calibration(acceptance, seen);
  }
  CHECK(gate_of(acceptance).mode == GateMode::noisy);
}
