// What the fold and the plan do with runs that print their metric by steps (core/measure/foresight, curves).
#pragma once

#include <optional>
#include <vector>

#include "hone/core/run/state.hpp"

namespace hone {

// For a series that ends with a screening run of a candidate.
[[nodiscard]] std::optional<StopPlan> plan_stop(const State&, const Experiment&, const Series&);
void keep_champion_curves(State&, const std::vector<Sample>&);
// After they were folded, so that the champion's level is known as well as it can be; `first`: by them the race began.
void keep_candidate_curves(State&, Experiment&, const std::vector<Sample>&, bool first);
void crown_curves(State&, const Experiment&);

}  // namespace hone
