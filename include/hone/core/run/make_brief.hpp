// The brief of an experiment, all but the file texts.
#pragma once

#include "hone/core/prompt/brief.hpp"
#include "hone/core/run/state.hpp"

namespace hone {
// `experiment`: the repair of this one, or nullptr for a new experiment with the next number.
[[nodiscard]] Brief make_brief(const State&, const Experiment* experiment);
[[nodiscard]] ExperimentId next_experiment(const State&);
}  // namespace hone
