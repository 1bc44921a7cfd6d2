#include <catch2/catch.hpp>

#include "core/run/fold_parts.hpp"
#include "core/run/plan_parts.hpp"
#include "hone/core/guard/guard.hpp"

using namespace hone;

namespace {

State with_guard(std::string_view text) {
  State state;
  state.spec.guards = {parse_guard(text).value()};
  state.baseline_means["cpu"] = {10, 10};  // 1 second
  return state;
}

// Runs of a machine that has become `slower` times as slow, of a candidate that costs `more` seconds than the champion.
Experiment raced(double slower, double more) {
  Experiment experiment;
  for (int i = 0; i < 6; ++i) {
    const double wobble = 0.002 * (i % 3 - 1);
    experiment.guard_pairs["cpu"].push_back(more + wobble);
    Mean& mean = experiment.means["cpu"];
    mean.sum += slower + more + wobble;
    mean.count += 1;
  }
  return experiment;
}

bool passes(const State& state, const Experiment& experiment) {
  return !guards_due(state, experiment) && judge_guards(state, experiment).front().passed;
}

}  // namespace

TEST_CASE("a machine that became slower since the baseline does not fail a guard") {
  CHECK(passes(with_guard("cpu<=+5%"), raced(1.3, 0)));
}

TEST_CASE("a machine that became faster since the baseline does not hide a worse candidate") {
  CHECK_FALSE(passes(with_guard("cpu<=+5%"), raced(0.7, 0.08)));
}

TEST_CASE("small losses add up against the original baseline, keep after keep") {
  State state = with_guard("cpu<=+5%");
  int kept = 0;
  while (kept < 10 && passes(state, raced(1, 0.01))) {
    Experiment experiment = raced(1, 0.01);
    crown(state, experiment, CommitId{"c"});
    ++kept;
  }
  CHECK(kept == 4);  // the fifth would end at +5 %, which its spread does not show to be within +5 %
}

TEST_CASE("every keep makes the distance from the baseline less sure, and the guard knows") {
  State state = with_guard("cpu<=+5%");
  CHECK(passes(state, raced(1, 0.03)));
  state.distances["cpu"] = {0, 0.02 * 0.02};  // +-2 %
  CHECK_FALSE(passes(state, raced(1, 0.03)));
}

TEST_CASE("lines are counted since the baseline") {
  State state = with_guard("lines<=+10");
  Experiment experiment;
  experiment.lines = 6;
  CHECK(judge_guards(state, experiment).front().passed);
  crown(state, experiment, CommitId{"c"});
  CHECK_FALSE(judge_guards(state, experiment).front().passed);
}
