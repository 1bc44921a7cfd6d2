// The gate's bookkeeping of champion runs: how many calibration still needs, what time a run was made at, and the
// fits made from them.
#pragma once

#include <span>
#include <vector>

#include "hone/core/measure/acceptance.hpp"

namespace hone::gate {

// A run with the time units that passed since the one before it.
struct TimedRun {
  Role role = Role::candidate;
  double value = 0;
  double elapsed = 1;
  double length = 1;  // of the run itself
};

// Observations of one series may share one `at` (the end of the series); their wall times then place them.
[[nodiscard]] std::vector<TimedRun> time_runs(GateClock&, std::span<const Observation>);
// The pause before the first run of a race.
void fold_gap(GateClock&, const TimedRun& first);

// How many runs the whole night has room for; 0 = not known.
[[nodiscard]] double runs_afforded(const Acceptance&, const GateState&);
void remember_run(GateState&, double value);
void refit(GateState&);
// Forgets the noise: the next series calibrate again.
void start_over(GateState&);

}  // namespace hone::gate
