// The loop: short enough to read aloud. One thread owns State; Crew::wait is its only blocking call.
#pragma once

#include <vector>

#include "hone/core/base/result.hpp"
#include "hone/core/run/event.hpp"
#include "hone/core/run/state.hpp"
#include "hone/ports/crew.hpp"
#include "hone/ports/journal.hpp"
#include "hone/ports/observer.hpp"

namespace hone {

struct NightPorts {
  Journal& journal;
  Crew& crew;
  std::vector<Observer*> observers;
};

struct NightEnd {
  State state;
  bool interrupted = false;  // resumable: exit code 130
};

// The state that the journal tells, and whether there was any event at all.
[[nodiscard]] Result<State> recall_state(Journal&);

// Runs until the run has ended or was interrupted. `opening`: the first events of this session (RunStarted for a
// new run, then SessionOpened; LimitsChanged for a larger budget).
[[nodiscard]] Result<NightEnd> run_night(State, const std::vector<EventBody>& opening, UnixTime date, NightPorts);

}  // namespace hone
