#include "core/run/early_stop.hpp"

namespace hone {
namespace {

constexpr std::size_t most_own = 5;  // curves of an experiment, for the day it is champion

// Numbers that hone measures itself have no steps.
bool looked_at(const State& state) {
  return state.spec.accept.early_stop && state.spec.accept.rule == AcceptRule::gate &&
         state.spec.metric.measure == Measure::printed;
}

}  // namespace

std::optional<StopPlan> plan_stop(const State& state, const Experiment& experiment, const Series& series) {
  if (!looked_at(state) || state.curves.completed.size() < least_completed) return std::nullopt;
  if (series.runs.size() > 2 || series.runs.back() != Role::candidate) return std::nullopt;
  const Race race = experiment.race ? *experiment.race : start_race(state.acceptance, experiment.id, experiment.lines);
  const auto next = next_run(state.acceptance, race);
  return next ? plan_stop(state.curves, *next, metric_of(state).name) : std::nullopt;
}

void keep_champion_curves(State& state, const std::vector<Sample>& samples) {
  if (!looked_at(state)) return;
  const std::string name = metric_of(state).name;
  for (const Sample& sample : samples) {
    if (sample.role == Role::candidate || !sample.value) continue;
    fold_champion_curve(state.curves, curve_of(sample.values, name));
  }
}

void keep_candidate_curves(State& state, Experiment& experiment, const std::vector<Sample>& samples, bool first) {
  if (!looked_at(state)) return;
  const std::string name = metric_of(state).name;
  for (const Sample& sample : samples) {
    if (sample.role != Role::candidate || !sample.value) continue;
    Curve curve = curve_of(sample.values, name);
    if (curve.empty()) continue;
    if (first && &sample == &samples.back()) {
      const auto next = next_run(state.acceptance, start_race(state.acceptance, experiment.id));
      if (next) fold_completed(state.curves, curve, *next, *sample.value);
    }
    if (winner_is_known(state.acceptance) && experiment.curves.size() < most_own)
      experiment.curves.push_back(std::move(curve));
  }
}

void crown_curves(State& state, const Experiment& experiment) {
  forget_champion(state.curves);
  for (const Curve& curve : experiment.curves) fold_champion_curve(state.curves, curve);
}

}  // namespace hone
