// The pieces of fold(), one for every thing that can happen to an experiment.
#pragma once

#include "hone/core/run/event.hpp"
#include "hone/core/run/state.hpp"

namespace hone {

[[nodiscard]] Experiment* find(State&, ExperimentId);  // nullptr: already finished

// The run goes on: nothing that ended it counts any longer.
void reopen(State&);
void open_session(State&, const event::SessionOpened&);
void begin_effect(State&, ExperimentId, const event::Began&);
InFlight end_effect(State&, EffectId);  // settles its reserve; the caller adds what was spent

void fail_with(Experiment&, Outcome, std::string reason, bool repairable);
void take_proposal(Experiment&, const event::Proposed&);
void screen(State&, Experiment&, const event::Assembled&);  // duplicates, no-ops, seeds, what a keep won
void refuse(Experiment&, const Rejection&);
void refuse_as_stale(Experiment&);
void end_prepare(State&, ExperimentId, const event::Prepared&);
void end_measure(State&, const Event&, event::Measured);
void crown(State&, Experiment&, const CommitId&);  // it is the champion now
void finish(State&, ExperimentId, const event::Finished&);
void release_workspace(State&, Experiment&);
// Writes to sealed files, see fold_disturbed.cpp. True: what was prepared or measured counts for nothing.
void learn_usual(State&, const std::vector<std::string>& changed);
[[nodiscard]] bool end_disturbed_prepare(State&, Experiment&, const event::Prepared&);
[[nodiscard]] bool end_disturbed_series(State&, Experiment*, const std::vector<Sample>&);  // nullptr: no race
void forget_race(Experiment&);  // what was measured of its last candidate counts no longer
// Sends an experiment made for an older champion back to be patched into the new one.
void reanchor(State&, Experiment&);

}  // namespace hone
