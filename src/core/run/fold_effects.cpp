// Sessions, intents and their ends: who is busy, what is reserved, what a dead session left behind.
#include <algorithm>

#include <fmt/format.h>

#include "core/run/canary_parts.hpp"
#include "core/run/fold_parts.hpp"
#include "hone/core/run/fold.hpp"
#include "hone/core/run/plan.hpp"

namespace hone {
namespace {

void settle(State& state, const InFlight& flight) {
  state.money.reserved -= flight.reserve;
  if (flight.workspace) state.workspaces[flight.workspace->value].busy = false;
  if (flight.slot && flight.kind == EffectKind::measure) state.slots[flight.slot->value].timing = false;
}

// Whatever a dead session left begun and not ended is paid at its worst case, and its experiment is blamed
// once, but never for the git steps.
void close_dead_session(State& state) {
  for (const auto& [id, flight] : state.in_flight) {
    settle(state, flight);
    state.money.spent += flight.reserve;
    if (is_canary(flight.experiment)) end_canary_effect(state, id, flight.kind != EffectKind::plant);
    Experiment* experiment = find(state, flight.experiment);
    if (!experiment) continue;
    experiment->in_flight.reset();
    if (flight.kind != EffectKind::advance && flight.kind != EffectKind::assemble) experiment->crashes += 1;
  }
  state.in_flight.clear();
}

// Nothing on disk is trusted after a restart: every tree is checked out and prepared again.
void forget_workspaces(State& state) {
  for (Workspace& workspace : state.workspaces)
    workspace = Workspace{workspace.slot, {}, false, false, false, false, {}};
  for (Slot& slot : state.slots) slot = Slot{};
  forget_canary_workspace(state);
  for (auto& [id, experiment] : state.active) {
    experiment.workspace.reset();
    experiment.slot.reset();
    experiment.clean = false;
    if (experiment.stage == Stage::ready || experiment.stage == Stage::racing || experiment.stage == Stage::holdout) {
      experiment.stage = Stage::queued;
    }
    // It was being timed when another one won, and the session died before it could be asked to fit the new champion.
    const bool left_behind = experiment.stage == Stage::queued && experiment.parent != state.champion.commit;
    if (left_behind && !experiment.failure) reanchor(state, experiment);
  }
}

void start_repair(State& state, Experiment& experiment) {
  experiment.complaint = experiment.failure->reason;
  experiment.complaint_output = experiment.failure->output;
  experiment.previous_reply = experiment.reply;
  if (!experiment.failure->output.value.empty()) {
    state.last_failure = experiment.failure->output;
    state.last_failure_title = fmt::format("attempt #{}: {}", experiment.id.value, experiment.failure->reason);
  }
  experiment.failure.reset();
  experiment.repairs += 1;
  experiment.stage = Stage::asking;
  forget_race(experiment);
}

}  // namespace

bool may_go_on(EndReason reason) {
  return reason == EndReason::environment || reason == EndReason::no_backend;
}

void reopen(State& state) {
  state.ended.reset();
  state.stopping.reset();
  state.stopping_note.clear();
  state.final_word.reset();
  state.final_work.samples.clear();
  for (Backend& backend : state.backends) backend.dropped = false;
}

void open_session(State& state, const event::SessionOpened& opened) {
  close_dead_session(state);
  forget_workspaces(state);
  state.overlap = opened.overlap;
  state.until = opened.until;
  state.acceptance.budget = last_moment(state);
  state.machine = opened.machine;
  state.champion_failures = 0;
  if (state.ended && may_go_on(*state.ended)) reopen(state);
  if (!state.ended) {
    state.stopping.reset();
    state.stopping_note.clear();
  }
  for (std::size_t i = 0; i < state.backends.size(); ++i) {
    const auto worst_case = i < opened.worst_case.size() ? opened.worst_case[i] : std::nullopt;
    state.backends[i] = Backend{false, "", Seconds{}, worst_case};
  }
}

void begin_effect(State& state, ExperimentId id, const event::Began& began) {
  state.next_effect = EffectId{std::max(state.next_effect.value, began.effect.value + 1)};
  state.in_flight[began.effect] =
      InFlight{began.kind, id, began.reserve, began.backend, began.workspace, began.slot, state.now};
  state.money.reserved += began.reserve;
  if (began.kind == EffectKind::propose && !state.active.contains(id)) {
    Experiment fresh;
    fresh.id = id;
    state.begun = std::max(state.begun, static_cast<std::int64_t>(id.value));
    state.active.emplace(id, std::move(fresh));
  }
  if (began.workspace) {
    Workspace& workspace = state.workspaces[began.workspace->value];
    workspace.busy = true;
    if (began.kind == EffectKind::prepare && began.tree) {
      workspace.tree = *began.tree;
      workspace.prepared = false;
      workspace.fresh = began.fresh;
      workspace.champion = id.value == 0;
    }
    workspace.experiment = id;
  }
  if (began.slot && began.kind == EffectKind::measure) {
    Slot& slot = state.slots[began.slot->value];
    slot.timing = true;
    slot.racing = id;
  }
  if (is_canary(id)) return begin_canary_effect(state, began);
  Experiment* experiment = find(state, id);
  if (!experiment) return;
  experiment->in_flight = began.effect;
  if (began.kind == EffectKind::propose || began.kind == EffectKind::assemble) {
    experiment->parent = began.parent;
    if (began.tree) experiment->parent_tree = *began.tree;
  }
  if (began.kind == EffectKind::propose) {
    experiment->backend = began.backend;
    if (experiment->failure) start_repair(state, *experiment);
  }
  if (began.workspace) experiment->workspace = began.workspace;
  if (began.kind == EffectKind::measure) {
    experiment->slot = began.slot;
    experiment->stage = began.phase == Phase::holdout ? Stage::holdout : Stage::racing;
    if (!experiment->workspace) return;
    Workspace& workspace = state.workspaces[experiment->workspace->value];
    workspace.tree = experiment->tree;
    workspace.prepared = true;
    workspace.fresh = false;
  }
}

InFlight end_effect(State& state, EffectId id) {
  const auto found = state.in_flight.find(id);
  if (found == state.in_flight.end()) return {};
  const InFlight flight = found->second;
  state.in_flight.erase(found);
  settle(state, flight);
  if (is_canary(flight.experiment)) end_canary_effect(state, id, false);
  if (Experiment* experiment = find(state, flight.experiment)) experiment->in_flight.reset();
  return flight;
}

}  // namespace hone
