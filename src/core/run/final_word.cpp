// The end of a run: when to stop asking, and the fresh measurement that is the headline.
#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

#include "core/run/final_word.hpp"
#include "core/run/plan_parts.hpp"
#include "hone/core/run/plan.hpp"

namespace hone {
namespace {

constexpr double closing_share = 0.2;   // of the budget: the most that is kept back for the final word
constexpr WorkspaceId baseline_folder{0};
constexpr WorkspaceId champion_folder{1};

bool fresh_in(const State& state, WorkspaceId id, const TreeId& tree) {
  const Workspace& workspace = state.workspaces[id.value];
  return workspace.fresh && workspace.prepared && workspace.tree == tree;
}

std::size_t pairs_done(const State& state) { return state.final_work.samples.size() / 2; }

}  // namespace

Seconds last_moment(const State& state) {
  Seconds deadline = state.spec.limits.budget;
  if (state.until) deadline = std::min(deadline, *state.until);
  return deadline;
}

Seconds closing_time(const State& state) {
  const Seconds deadline = last_moment(state);
  if (!state.final_work.wanted || state.kept == 0) return deadline;
  const double runs = 2.0 * static_cast<double>(state.spec.final_pairs) * 1.1;
  const double wanted = runs * state.metric_wall.value() + 2.0;
  return deadline - Seconds{std::min(wanted, closing_share * deadline.value)};
}

bool final_word_complete(const State& state) {
  if (pairs_done(state) >= static_cast<std::size_t>(state.spec.final_pairs)) return true;
  return std::any_of(state.final_work.samples.begin(), state.final_work.samples.end(),
                     [](const Sample& sample) { return !sample.value; });
}

bool final_word_due(const State& state) {
  if (!state.final_work.wanted || state.final_word || state.kept == 0 || !state.active.empty()) return false;
  if (state.champion_failures >= 3 || state.now >= last_moment(state)) return false;
  switch (*state.stopping) {
    case EndReason::ref_moved:
    case EndReason::environment:
    case EndReason::baseline_failed:
    case EndReason::interrupted:
      return false;
    default:
      return !final_word_complete(state);
  }
}

std::vector<Effect> plan_final_word(const State& state) {
  if (!state.in_flight.empty()) return {};
  EffectId next = state.next_effect;
  std::vector<Effect> effects;
  for (const auto& [folder, tree] : {std::pair{baseline_folder, state.base_tree}, {champion_folder, state.champion.tree}}) {
    if (fresh_in(state, folder, tree)) continue;
    effects.push_back({next, ExperimentId{}, effect::Prepare{folder, SlotId{0}, tree, state.spec.build, state.spec.check,
                                                             state.spec.limits.timeout, false, true}});
    ++next.value;
  }
  if (!effects.empty()) return effects;
  effect::Measure measure;
  measure.candidate = champion_folder;
  measure.phase = Phase::final_word;
  measure.runs = {{Role::baseline, baseline_folder, state.base_tree}, {Role::champion, champion_folder, state.champion.tree}};
  if (pairs_done(state) % 2 == 1) std::swap(measure.runs[0], measure.runs[1]);
  measure.seed = derive(state.spec.seed, 0, 1000 + pairs_done(state)).next();
  measure.metric = state.spec.metric;
  measure.timeout = state.spec.limits.timeout;
  return {Effect{next, ExperimentId{}, std::move(measure)}};
}

// Mean of the paired relative gains with its t interval (Student 1908; n - 1 degrees of freedom).
std::optional<event::FinalWord> say_final_word(const State& state) {
  std::vector<double> gains;
  event::FinalWord word;
  const std::vector<Sample>& samples = state.final_work.samples;
  for (std::size_t i = 0; i + 1 < samples.size(); i += 2) {
    if (!samples[i].value || !samples[i + 1].value) continue;
    const bool first_is_baseline = samples[i].role == Role::baseline;
    const double before = first_is_baseline ? *samples[i].value : *samples[i + 1].value;
    const double after = first_is_baseline ? *samples[i + 1].value : *samples[i].value;
    word.baseline += before;
    word.champion += after;
    gains.push_back(before == 0 ? 0 : improvement(state.spec.metric.goal, before, after));
  }
  if (gains.size() < 2) return std::nullopt;
  const double n = static_cast<double>(gains.size());
  word.baseline /= n;
  word.champion /= n;
  for (const double gain : gains) word.effect += gain / n;
  double squares = 0;
  for (const double gain : gains) squares += (gain - word.effect) * (gain - word.effect);
  const double error = std::sqrt(squares / (n - 1) / n);
  const double t = boost::math::quantile(boost::math::students_t(n - 1), 0.975);
  word.interval = {word.effect - t * error, word.effect + t * error};
  word.pairs = static_cast<std::int64_t>(gains.size());
  return word;
}

}  // namespace hone
