#include "hone/core/run/fold.hpp"

#include <algorithm>

#include "core/run/canary_parts.hpp"
#include "core/run/fold_parts.hpp"

namespace hone {
namespace {

constexpr std::size_t told_most = 64;

// Applies one event to a state. A visitor, so that a new event without a rule does not compile.
struct Folder {
  State& state;
  const Event& event;

  void operator()(const event::RunStarted& started) {
    state.spec = started.spec;
    state.version = started.version;
    state.base = started.base;
    state.base_tree = started.base_tree;
    state.target_paths = started.target_paths;
    state.context_paths = started.context_paths;
    state.usual.insert(started.target_paths.begin(), started.target_paths.end());
    state.champion = Champion{started.base, started.base_tree, ExperimentId{}, std::nullopt};
    state.seen_trees.insert(tree_key(started.base_tree));
    state.acceptance =
        start_acceptance(started.spec.accept, started.spec.metric.goal, started.spec.seed, started.spec.limits.budget);
    state.acceptance.slots = started.spec.slots;
    state.backends.resize(started.spec.backends.size());
    state.slots.resize(started.spec.slots);
    state.workspaces.resize(static_cast<std::size_t>(started.spec.slots) * workspaces_per_slot);
    for (std::uint32_t i = 0; i < state.workspaces.size(); ++i)
      state.workspaces[i].slot = SlotId{i / workspaces_per_slot};
    state.final_work.wanted = started.spec.final_pairs > 0;
  }

  void operator()(const event::SessionOpened& opened) { open_session(state, opened); }

  void operator()(const event::LimitsChanged& changed) {
    state.spec.limits = changed.limits;
    if (changed.anyway) {
      state.spec.anyway = true;
      state.canary.alarm.clear();
      state.champion_changes.clear();
    }
    reopen(state);
  }

  void operator()(const event::Began& began) { begin_effect(state, event.experiment, began); }

  void operator()(const event::Proposed& proposed) {
    const InFlight flight = end_effect(state, proposed.effect);
    const Usage& usage = proposed.proposal.usage;
    state.money.spent += proposed.proposal.cost.value_or(flight.reserve);
    state.money.tokens +=
        usage.in_uncached + usage.cache_read + usage.cache_write_5m + usage.cache_write_1h + usage.out_total;
    state.idle_refusals = 0;
    if (Experiment* experiment = find(state, event.experiment)) {
      experiment->proposing += event.at - flight.began;
      take_proposal(*experiment, proposed);
    }
  }

  void operator()(const event::ProposeFailed& failed) {
    const InFlight flight = end_effect(state, failed.effect);
    state.money.spent += failed.cost.value_or(flight.reserve);
    if (failed.error.reaction == Reaction::cancelled) return;
    state.idle_refusals += 1;
    if (flight.backend < state.backends.size()) {
      Backend& backend = state.backends[flight.backend];
      backend.why = failed.error.message;
      if (failed.error.reaction == Reaction::retry) {
        backend.rest_until = std::max(backend.rest_until, failed.retry_at.value_or(event.at + Seconds{1}));
      } else {
        backend.dropped = true;
      }
    }
  }

  void operator()(const event::Assembled& assembled) {
    end_effect(state, assembled.effect);
    if (is_canary(event.experiment)) return end_canary_plant(state, assembled);
    Experiment* experiment = find(state, event.experiment);
    if (!experiment) return;
    // Re-applied to the new champion it gives the very tree it gave before: it replaces what was kept meanwhile.
    if (experiment->reanchored && experiment->tree == assembled.tree) return refuse_as_stale(*experiment);
    experiment->tree = assembled.tree;
    experiment->paths = assembled.paths;
    experiment->lines = assembled.lines_added - assembled.lines_removed;
    experiment->key = assembled.key;
    experiment->odd = assembled.odd;
    if (experiment->idea.empty()) experiment->idea = assembled.idea;
    screen(state, *experiment, assembled);
  }

  void operator()(const event::AssembleRefused& refused) {
    end_effect(state, refused.effect);
    if (Experiment* experiment = find(state, event.experiment)) refuse(*experiment, refused.rejection);
  }

  void operator()(const event::Prepared& prepared) { end_prepare(state, event.experiment, prepared); }
  void operator()(const event::Measured& measured) { end_measure(state, event, measured); }

  void operator()(const event::Advanced& advanced) {
    end_effect(state, advanced.effect);
    if (Experiment* experiment = find(state, event.experiment)) crown(state, *experiment, advanced.commit);
  }

  void operator()(const event::EffectFailed& failed) {
    const InFlight flight = end_effect(state, failed.effect);
    if (failed.error.reaction == Reaction::cancelled) return;
    // Perhaps it is this candidate that the environment cannot stand: it gets three sessions, like one that kills hone.
    Experiment* experiment = find(state, event.experiment);
    if (experiment && flight.kind != EffectKind::advance) experiment->crashes += 1;
    const std::string& why = failed.error.message;
    state.stopping = why.starts_with("ref_moved")           ? EndReason::ref_moved
                     : why.starts_with("evaluator_changed") ? EndReason::evaluator_changed
                                                            : EndReason::environment;
    state.stopping_note = failed.error.message;
  }

  void operator()(const event::Judged& judged) {
    Experiment* experiment = find(state, event.experiment);
    if (!experiment) return;
    experiment->judged = judged;
    if (judged.outcome == Outcome::kept) experiment->stage = Stage::advancing;
  }

  void operator()(const event::Finished& finished) {
    if (is_canary(event.experiment)) return finish_canary(state, event.experiment, finished);
    finish(state, event.experiment, finished);
  }

  void operator()(const event::CanaryBegan& began) { begin_canary(state, event.experiment, began); }
  void operator()(const event::Doubted&) { std::erase(state.canary.doubted, event.experiment); }

  void operator()(const event::Told& told) {
    state.told.push_back(told.text);
    if (state.told.size() > told_most) state.told.erase(state.told.begin());
  }

  void operator()(const event::StopAsked& asked) {
    state.stopping = EndReason::stopped;
    state.stopping_note = asked.by;
    if (asked.at_once) state.final_work.wanted = false;
  }

  void operator()(const event::Closing& closing) {
    state.stopping = closing.reason;
    state.stopping_note = closing.note;
  }

  void operator()(const event::FinalWord& word) { state.final_word = word; }

  void operator()(const event::RunEnded& ended) {
    state.stopping = ended.reason;
    state.stopping_note = ended.note;
    if (ended.reason != EndReason::interrupted) state.ended = ended.reason;
  }
};

}  // namespace

Experiment* find(State& state, ExperimentId id) {
  const auto found = state.active.find(id);
  return found == state.active.end() ? nullptr : &found->second;
}

State fold(State state, const Event& event) {
  state.now = std::max(state.now, event.at);
  std::visit(Folder{state, event}, event.body);
  return state;
}

}  // namespace hone
