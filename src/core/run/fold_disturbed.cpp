// Commands that write to what is sealed, or make files that the judge would read unasked. The executor says what it
// found and has put it right; here is what follows.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/run/fold_parts.hpp"

namespace hone {
namespace {

std::string say_changed(const std::vector<std::string>& paths, std::string_view when) {
  constexpr std::size_t most_named = 4;
  const bool more = paths.size() > most_named;
  const auto end = paths.begin() + static_cast<std::ptrdiff_t>(more ? most_named : paths.size());
  return fmt::format(
      "evaluator_changed: {}{} {} written to or made {}; what is sealed is restored, and nothing measured there counts",
      fmt::join(paths.begin(), end, ", "), more ? " and others" : "", paths.size() == 1 ? "was" : "were", when);
}

// Every workspace of the slot is made again before it is used.
void distrust_workspaces(State& state, SlotId slot) {
  for (Workspace& workspace : state.workspaces) {
    if (workspace.slot == slot) workspace.prepared = false;
  }
}

void suspect(Experiment& experiment, const std::vector<std::string>& changed, std::string_view when) {
  experiment.failure = Failure{Outcome::suspect, say_changed(changed, when), false, {}};
}

}  // namespace

// What the baseline's own commands write to is how things are here.
void learn_usual(State& state, const std::vector<std::string>& changed) {
  if (state.champion.experiment.value == 0) state.usual.insert(changed.begin(), changed.end());
}

bool end_disturbed_prepare(State& state, Experiment& experiment, const event::Prepared& prepared) {
  if (prepared.changed.empty()) return false;
  suspect(experiment, prepared.changed, "by its build or its check");
  experiment.failure->output = prepared.output;
  if (experiment.workspace) state.workspaces[experiment.workspace->value].prepared = false;
  release_workspace(state, experiment);
  return true;
}

bool end_disturbed_series(State& state, Experiment* experiment, const std::vector<Sample>& samples) {
  for (const Sample& sample : samples) {
    if (sample.changed.empty()) continue;
    if (experiment == nullptr && state.champion.experiment.value == 0) {
      learn_usual(state, sample.changed);
      continue;
    }
    if (experiment != nullptr && sample.role == Role::candidate) {
      suspect(*experiment, sample.changed, "while it was measured");
      experiment->failure->output = sample.output;
      if (experiment->slot) distrust_workspaces(state, *experiment->slot);
      release_workspace(state, *experiment);
      return true;
    }
    state.champion_changes = say_changed(sample.changed, "by a run of the champion");
    (experiment != nullptr ? experiment->champion_failures : state.champion_failures) += 1;
    return true;
  }
  return false;
}

}  // namespace hone
