#include <catch2/catch.hpp>

#include "core/run/plan_parts.hpp"
#include "hone/core/base/random.hpp"

using namespace hone;

namespace {

Sample sample(Role role, std::optional<double> value) {
  Sample made;
  made.role = role;
  made.phase = Phase::holdout;
  made.value = value;
  if (!value) made.invalid = "crashed";
  return made;
}

// Five pairs: champion at 100, candidate at 100 (1 - gain), each with noise.
Experiment measured(double gain, double noise = 0, std::uint64_t seed = 1) {
  Random random = derive(seed, 1);
  const auto bell = [&random] {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += random.uniform();
    return sum;
  };
  Experiment experiment;
  for (int pair = 0; pair < 5; ++pair) {
    experiment.holdout.push_back(sample(Role::champion, 100 * (1 + noise * bell())));
    experiment.holdout.push_back(sample(Role::candidate, 100 * (1 - gain) * (1 + noise * bell())));
  }
  return experiment;
}

Decision decide(const Experiment& experiment) {
  return judge_holdout(State{}, experiment).decision;
}

bool mismatch(double claimed, const Experiment& experiment) {
  Verdict race;
  race.effect = claimed;
  return find_holdout_mismatch(race, judge_holdout(State{}, experiment)).has_value();
}

}  // namespace

TEST_CASE("what is worse on the hold-out is refused, however little where runs repeat exactly") {
  CHECK(decide(measured(-0.001)) == Decision::rejected);
  CHECK(decide(measured(-0.3, 0.03)) == Decision::rejected);
  CHECK(decide(measured(0)) == Decision::accepted);
  CHECK(decide(measured(0.01)) == Decision::accepted);
}

TEST_CASE("noise on the hold-out hardly ever refuses an honest patch") {
  int refused_same = 0, refused_better = 0;
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    refused_same += decide(measured(0, 0.05, seed)) == Decision::rejected ? 1 : 0;
    refused_better += decide(measured(0.03, 0.05, seed)) == Decision::rejected ? 1 : 0;
  }
  CHECK(refused_same < 60);  // 1 % of them; a rule that asks for a mean above zero refuses a half
  CHECK(refused_better <= 10);
}

TEST_CASE("a large gain that is not there on the hold-out is for a person") {
  CHECK(mismatch(0.5, measured(0)));
  CHECK(mismatch(0.5, measured(0.02, 0.01)));
  CHECK_FALSE(mismatch(0.5, measured(0.3)));
  CHECK(mismatch(0.05, measured(0)));           // exactly nothing, of a twentieth
  CHECK_FALSE(mismatch(0.05, measured(0.01)));  // a small gain may come from what the hold-out has little of
  CHECK_FALSE(mismatch(0.015, measured(0)));
  CHECK_FALSE(mismatch(0.05, measured(0, 0.01)));  // too noisy to say that there is nothing
  CHECK_FALSE(mismatch(0.2, measured(0.2, 0.3)));  // too noisy to say
}

TEST_CASE("a hold-out run without a value refuses, also when it was the first of its pair") {
  Experiment experiment;
  experiment.holdout = {sample(Role::champion, std::nullopt)};
  CHECK(decide(experiment) == Decision::rejected);
  experiment = measured(0.1);
  experiment.holdout.back() = sample(Role::candidate, std::nullopt);
  CHECK(decide(experiment) == Decision::rejected);
  State state;
  state.spec.holdout = "x";
  CHECK_FALSE(holdout_due(state, experiment));
}
