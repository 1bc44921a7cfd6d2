#include "hone/core/run/state.hpp"

#include <algorithm>
#include <charconv>

#include "core/run/plan_parts.hpp"

namespace hone {

bool affordable(const State& state, std::uint32_t backend, MicroDollars planned) {
  const LimitsSpec& limits = state.spec.limits;
  const MicroDollars worst = state.backends[backend].worst_case.value_or(MicroDollars{0});
  if (limits.max_cost && state.money.spent + state.money.reserved + planned + worst > *limits.max_cost) return false;
  return !limits.max_tokens || state.money.tokens < *limits.max_tokens;
}

bool listens(const BackendSpec& backend) {
  return backend.kind != "mutate" && backend.kind != "replay";
}

bool wants_repair(const State& state, const Experiment& experiment) {
  if (!experiment.failure || !experiment.failure->repairable || state.stopping) return false;
  return listens(state.spec.backends[experiment.backend]) && !state.backends[experiment.backend].dropped &&
         experiment.repairs < state.spec.repairs && affordable(state, experiment.backend);
}

std::vector<std::string> usual_paths(const State& state) {
  return {state.usual.begin(), state.usual.end()};
}

bool needs_prepare(const State& state) {
  return !state.spec.build.empty() || !state.spec.check.empty();
}

MetricSpec metric_of(const State& state) {
  MetricSpec metric = state.spec.metric;
  if (metric.name.empty() && metric.measure == Measure::printed) metric.name = state.score;
  return metric;
}

bool calibrated(const State& state) {
  return !calibration_step(state.acceptance).has_value() && !holdout_untried(state);
}

std::optional<WorkspaceId> champion_workspace(const State& state, SlotId slot) {
  for (std::uint32_t i = 0; i < state.workspaces.size(); ++i) {
    const Workspace& workspace = state.workspaces[i];
    if (workspace.slot == slot && workspace.champion && workspace.prepared && workspace.tree == state.champion.tree) {
      return WorkspaceId{i};
    }
  }
  return std::nullopt;
}

std::optional<WorkspaceId> free_workspace(const State& state, SlotId slot) {
  for (std::uint32_t i = 0; i < state.workspaces.size(); ++i) {
    if (state.workspaces[i].slot == slot && state.workspaces[i].free()) return WorkspaceId{i};
  }
  return std::nullopt;
}

bool timing(const State& state) {
  return std::any_of(state.slots.begin(), state.slots.end(), [](const Slot& slot) { return slot.timing; });
}

std::uint64_t tree_key(const TreeId& tree) {
  std::uint64_t key = 0;
  std::from_chars(tree.value.data(), tree.value.data() + std::min<std::size_t>(16, tree.value.size()), key, 16);
  return key;
}

}  // namespace hone
