#include "hone/core/run/make_brief.hpp"

#include <algorithm>
#include <cmath>

#include "hone/core/base/random.hpp"
#include "hone/core/run/plan.hpp"

namespace hone {

ExperimentId next_experiment(const State& state) {
  return ExperimentId{static_cast<std::uint64_t>(state.begun) + 1};
}

namespace {

void add_measured(Brief& brief, const State& state) {
  for (const auto& [name, mean] : state.baseline_means) {
    if (!name.empty() && mean.count > 0) brief.baseline_values.push_back({name, mean.value()});
  }
  for (const GuardSpec& guard : state.spec.guards) {
    const auto baseline = state.baseline_means.find(guard.name);
    const auto distance = state.distances.find(guard.name);
    if (baseline == state.baseline_means.end() || baseline->second.value() == 0) continue;
    const double change = distance == state.distances.end() ? 0 : distance->second.mean;
    brief.guard_changes.push_back({guard.name, change / std::abs(baseline->second.value())});
  }
}

// What others are busy with: asked ahead, a model would propose the same again.
void add_pending(Brief& brief, const State& state) {
  for (const auto& [id, experiment] : state.active) {
    if (id == brief.experiment || experiment.idea.empty()) continue;
    LedgerEntry entry;
    entry.experiment = id;
    entry.idea = experiment.idea;
    brief.pending.push_back(std::move(entry));
  }
}

}  // namespace

Brief make_brief(const State& state, const Experiment* experiment) {
  Brief brief;
  brief.experiment = experiment ? experiment->id : next_experiment(state);
  brief.parent = state.champion.commit;
  brief.parent_tree = state.champion.tree;
  brief.seed = derive(state.spec.seed, brief.experiment.value).next();
  brief.metric = state.spec.metric;
  brief.guards = state.spec.guards;
  brief.baseline = state.baseline_value;
  brief.champion = state.champion.value;
  brief.target_paths = state.target_paths;
  brief.context_paths = state.context_paths;
  brief.instructions = state.spec.instructions;
  brief.noise = relative_noise(state.acceptance);
  brief.ledger = recall(state.memory);
  brief.last_failure = state.last_failure;
  brief.last_failure_title = state.last_failure_title;
  brief.told = state.told;
  brief.outcomes.assign(state.memory.outcomes.begin(), state.memory.outcomes.end());
  brief.since_keep = state.since_keep;
  brief.min_effect = state.spec.accept.min_effect;
  brief.machine = state.machine;
  brief.build = state.spec.build;
  brief.check = state.spec.check;
  brief.timeout = state.spec.limits.timeout;
  brief.champion_artifacts = state.artifacts;
  add_measured(brief, state);
  add_pending(brief, state);
  brief.left = std::max(Seconds{}, closing_time(state) - state.now);
  if (state.spec.limits.max_experiments)
    brief.attempts_left = *state.spec.limits.max_experiments - static_cast<std::int64_t>(brief.experiment.value) + 1;
  if (experiment) {
    brief.complaint = experiment->failure ? experiment->failure->reason : experiment->complaint;
    brief.previous_reply = experiment->failure ? experiment->reply : experiment->previous_reply;
    if (!brief.complaint.empty()) brief.operation = Operator::repair;
    if (!brief.complaint.empty()) {  // of this attempt or none: another one's output would mislead
      brief.last_failure = experiment->failure ? experiment->failure->output : experiment->complaint_output;
      brief.last_failure_title = brief.complaint;
    }
  }
  return brief;
}

}  // namespace hone
