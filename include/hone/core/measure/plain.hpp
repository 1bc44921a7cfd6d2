// The two plain rules. `margin`: a fixed number of interleaved pairs, kept when the mean pair gain exceeds a margin.
// `greedy`: one run against the champion's recorded value, kept when better (Karpathy's bare comparison; 40 % of its
// keeps are false on a machine with 1 % noise, tests/bench/README.md). Neither controls an error rate; both say so.
#pragma once

#include <optional>
#include <span>

#include "hone/core/measure/acceptance.hpp"

namespace hone::plain {

[[nodiscard]] std::optional<Series> calibration_step(const Acceptance&, const PlainState&);
void fold_calibration(PlainState&, std::span<const Observation>);
[[nodiscard]] Step next_step(const Acceptance&, const PlainState&, ExperimentId, const PlainRace&);
void fold_series(const Acceptance&, PlainState&, PlainRace&, std::span<const Observation>);
void fold_end(const Acceptance&, PlainState&, const PlainRace&, bool kept);

}  // namespace hone::plain
