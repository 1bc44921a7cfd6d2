// The end of a run: when to stop asking, and the fresh measurement that is the headline.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "core/run/final_word.hpp"
#include "core/run/plan_parts.hpp"
#include "hone/core/measure/remeasure.hpp"
#include "hone/core/run/plan.hpp"

namespace hone {
namespace {

constexpr double closing_share = 0.2;  // of the budget: the most that is kept back for the final word
constexpr WorkspaceId baseline_folder{0};
constexpr WorkspaceId champion_folder{1};

bool fresh_in(const State& state, WorkspaceId id, const TreeId& tree) {
  const Workspace& workspace = state.workspaces[id.value];
  return workspace.fresh && workspace.prepared && workspace.tree == tree;
}

std::size_t pairs_done(const State& state) {
  return state.final_work.samples.size() / 2;
}

// Whole pairs with values, in the order they ran.
struct FinalValues {
  std::vector<double> baseline, champion;
};
FinalValues final_values(const State& state) {
  FinalValues values;
  const std::vector<Sample>& samples = state.final_work.samples;
  for (std::size_t i = 0; i + 1 < samples.size(); i += 2) {
    if (!samples[i].value || !samples[i + 1].value) continue;
    const bool baseline_first = samples[i].role == Role::baseline;
    values.baseline.push_back(*samples[baseline_first ? i : i + 1].value);
    values.champion.push_back(*samples[baseline_first ? i + 1 : i].value);
  }
  return values;
}

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

// --final-pairs at least; more, up to 40, while the interval is wider than a tenth of the gain and the time that
// is kept back for this lasts.
bool final_word_complete(const State& state) {
  const std::vector<Sample>& samples = state.final_work.samples;
  if (std::any_of(samples.begin(), samples.end(), [](const Sample& sample) { return !sample.value; })) return true;
  if (pairs_done(state) < static_cast<std::size_t>(state.spec.final_pairs)) return false;
  if (state.spec.final_pairs < remeasure_pairs_least || pairs_done(state) >= remeasure_pairs_most) return true;
  double used = 0;
  for (const Sample& sample : samples) used += sample.wall.value;
  const double more = 2 * used / static_cast<double>(samples.size());
  if (used + more > closing_share * last_moment(state).value) return true;
  const auto [baseline, champion] = final_values(state);
  return remeasured_enough(remeasure(state.spec.metric.goal, baseline, champion));
}

bool final_word_due(const State& state) {
  if (!state.final_work.wanted || state.final_word || state.kept == 0 || !state.active.empty()) return false;
  if (state.champion_failures >= 3 || state.now >= last_moment(state)) return false;
  switch (*state.stopping) {
    case EndReason::ref_moved:
    case EndReason::environment:
    case EndReason::baseline_failed:
    case EndReason::interrupted:
    case EndReason::evaluator_insensitive:
    case EndReason::evaluator_changed:
      return false;
    default:
      return !final_word_complete(state);
  }
}

std::vector<Effect> plan_final_word(const State& state) {
  if (!state.in_flight.empty()) return {};
  EffectId next = state.next_effect;
  std::vector<Effect> effects;
  for (const auto& [folder, tree] :
       {std::pair{baseline_folder, state.base_tree}, {champion_folder, state.champion.tree}}) {
    if (fresh_in(state, folder, tree)) continue;
    effect::Prepare prepare{folder, SlotId{0}, tree, state.spec.build, state.spec.check, state.spec.limits.timeout,
                            false,  true};
    prepare.own = true;
    effects.push_back({next, ExperimentId{}, std::move(prepare)});
    ++next.value;
  }
  if (!effects.empty()) return effects;
  effect::Measure measure;
  measure.candidate = champion_folder;
  measure.phase = Phase::final_word;
  measure.runs = {{Role::baseline, baseline_folder, state.base_tree, ""},
                  {Role::champion, champion_folder, state.champion.tree, ""}};
  if (pairs_done(state) % 2 == 1) std::swap(measure.runs[0], measure.runs[1]);
  measure.seed = derive(state.spec.seed, 0, 1000 + pairs_done(state)).next();
  measure.metric = metric_of(state);
  measure.channel_only = state.private_channel;
  measure.printed_only = !state.private_channel;
  measure.usual = usual_paths(state);
  measure.timeout = state.spec.limits.timeout;
  return {Effect{next, ExperimentId{}, std::move(measure)}};
}

std::optional<event::FinalWord> say_final_word(const State& state) {
  const auto [baseline, champion] = final_values(state);
  if (baseline.size() < 2) return std::nullopt;
  const Remeasured found = remeasure(state.spec.metric.goal, baseline, champion);
  event::FinalWord word;
  word.baseline = found.baseline;
  word.champion = found.champion;
  word.effect = found.effect;
  word.interval = found.interval;
  word.pairs = found.pairs;
  return word;
}

}  // namespace hone
