// Candidates that look worse one after the other may say more of the measurement than of themselves: the machine became
// slower, or the first run of a race is.
#pragma once

#include "hone/core/measure/gate_state.hpp"

namespace hone::gate {

// So bad candidates in a row that this race runs the champion too, and the candidate twice.
[[nodiscard]] bool doubted(const GateState&);
// A candidate's run that counts.
void count_slow(GateState&, double units);
void count_slow_exact(GateState&, bool worse);
// A run of the champion during a screen, not yet folded into the level.
void fold_doubt(GateState&, double champion_units);
// The two runs of one candidate that a race began with. True: the first does not count.
bool fold_first_runs(GateState&, double first, double second);
// The same of a deterministic metric, where one difference is proof.
bool fold_first_exact_runs(GateState&, double first, double second);

}  // namespace hone::gate
