// How an experiment leaves: back to be patched into a newer champion, as the champion, or for good.
#include <fmt/format.h>

#include "core/run/early_stop.hpp"
#include "core/run/fold_parts.hpp"
#include "hone/core/base/text.hpp"
#include "hone/core/guard/distribution.hpp"
#include "hone/core/measure/t_interval.hpp"

namespace hone {
namespace {

// For guards on the share of worse cases: how far every case of the champion is from the baseline's.
void keep_case_distances(State& state, const Experiment& experiment) {
  for (const GuardSpec& guard : state.spec.guards) {
    const auto wanted = parse_distribution(guard.name);
    if (!wanted || wanted->shape != Distribution::Shape::worse) continue;
    const std::string& metric = wanted->metric.empty() ? state.score : wanted->metric;
    for (const auto& [name, after] : experiment.means) {
      const auto before = experiment.champion_means.find(name);
      if (!is_case_of(name, metric) || before == experiment.champion_means.end()) continue;
      Distance& distance = state.distances[name];
      distance.mean += after.value() - before->second.value();
      distance.variance += after.error_squared() + before->second.error_squared();
    }
  }
}

}  // namespace

void release_workspace(State& state, Experiment& experiment) {
  if (experiment.slot) {
    Slot& slot = state.slots[experiment.slot->value];
    if (slot.racing == experiment.id) slot.racing = ExperimentId{};
  }
  if (experiment.workspace) {
    Workspace& workspace = state.workspaces[experiment.workspace->value];
    if (!workspace.champion) {
      workspace.experiment = ExperimentId{};
    }
  }
  experiment.workspace.reset();
  experiment.slot.reset();
}

void forget_race(Experiment& experiment) {
  experiment.race.reset();
  experiment.judged.reset();
  experiment.means.clear();
  experiment.champion_means.clear();
  experiment.guard_pairs.clear();
  experiment.guard_series = 0;
  experiment.source = Source::judge;
  experiment.clean = false;
  experiment.confirmation.clear();
  experiment.holdout.clear();
  experiment.curves.clear();
}

void reanchor(State& state, Experiment& experiment) {
  release_workspace(state, experiment);
  experiment.stage = Stage::assembling;
  experiment.reanchored = true;
  forget_race(experiment);
}

void crown(State& state, Experiment& experiment, const CommitId& commit) {
  for (Workspace& workspace : state.workspaces) workspace.champion = false;
  if (experiment.workspace) {
    Workspace& workspace = state.workspaces[experiment.workspace->value];
    workspace.champion = true;
    workspace.experiment = ExperimentId{};
  }
  for (const auto& [name, pairs] : experiment.guard_pairs) {
    const MeanSpread step = mean_spread(pairs);
    if (step.count == 0) continue;
    Distance& distance = state.distances[name];
    distance.mean += step.mean;
    distance.variance += step.variance / static_cast<double>(step.count);
  }
  keep_case_distances(state, experiment);
  crown_curves(state, experiment);
  const double value = experiment.judged ? experiment.judged->file.verdict.after : 0;
  state.artifacts = experiment.artifacts;  // what the old champion left says nothing of this one
  state.champion = Champion{commit, experiment.tree, experiment.id, value, state.champion.lines + experiment.lines};
  for (auto& [id, other] : state.active) {
    const bool idle_with_reply = !other.in_flight && other.stage != Stage::asking && id != experiment.id;
    if (idle_with_reply && !other.failure && other.parent != commit) reanchor(state, other);
  }
}

void finish(State& state, ExperimentId id, const event::Finished& finished) {
  Experiment* experiment = find(state, id);
  if (!experiment) return;
  LedgerEntry entry;
  entry.experiment = id;
  entry.idea = experiment->idea;
  entry.outcome = finished.outcome;
  // The ledger goes into prompts, and the hold-out does not: not by how much, and not what it printed.
  const bool told = !finished.reason.starts_with("hold-out:") && !finished.reason.starts_with("holdout_mismatch");
  entry.reason = told ? finished.reason : "hold-out: not better there";
  entry.reply = experiment->reply;
  entry.paths = experiment->paths;
  if (experiment->backend < state.spec.backends.size()) {
    const BackendSpec& backend = state.spec.backends[experiment->backend];
    entry.backend = backend.model.empty() ? backend.kind : backend.kind + ":" + backend.model;
  }
  if (experiment->judged) {
    const Verdict& verdict = experiment->judged->file.verdict;
    entry.effect = verdict.effect;
    entry.low = verdict.interval.low;
    entry.high = verdict.interval.high;
  }
  if (experiment->failure && !experiment->failure->output.value.empty()) {
    state.last_failure = experiment->failure->output;
    state.last_failure_title = fmt::format("attempt #{}: {}", id.value, experiment->failure->reason);
  }
  const bool kept = finished.outcome == Outcome::kept;
  if (experiment->champion_failures >= void_after_failures) {
    state.void_races += 1;
    state.last_failure_title = experiment->champion_trouble;
  } else if (experiment->judged) {
    state.void_races = 0;
  }
  if (kept && state.spec.canary > 0) state.canary.doubted.push_back(id);
  if (kept) {
    for (const std::string_view word : split(experiment->key, ' ')) {
      if (!word.empty()) state.won.emplace(word, id);
    }
  }
  if (experiment->race) {
    fold_end(state.acceptance, *experiment->race, kept);
    fold_cost(state.acceptance, experiment->proposing, Seconds{state.metric_wall.value()});
  }
  release_workspace(state, *experiment);
  state.finished += 1;
  state.kept += kept ? 1 : 0;
  state.since_keep = kept ? 0 : state.since_keep + 1;
  remember(state.memory, entry);
  state.active.erase(id);
}

}  // namespace hone
