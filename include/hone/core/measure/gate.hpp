// The gate: calibrate, screen, confirm. statistics.md section 7 is the contract, tests/bench/night_sim the proof.
// Calibration fits the noise of the champion's runs; one or a few candidate runs are screened against the champion's
// tracked level; what looks promising races the champion in fresh interleaved pairs, at an error that LORD allots;
// after a keep the level starts afresh, because the runs that selected a champion flatter it.
#pragma once

#include <optional>
#include <span>

#include "hone/core/measure/acceptance.hpp"

namespace hone::gate {

[[nodiscard]] std::optional<Series> calibration_step(const Acceptance&, const GateState&);
void fold_calibration(const Acceptance&, GateState&, std::span<const Observation>);
[[nodiscard]] GateRace start_race(std::int64_t lines);
[[nodiscard]] Step next_step(const Acceptance&, const GateState&, ExperimentId, const GateRace&);
void fold_series(const Acceptance&, GateState&, GateRace&, std::span<const Observation>);
[[nodiscard]] std::optional<NextRun> next_run(const Acceptance&, const GateState&, const GateRace&);
void fold_stopped(const Acceptance&, GateState&, GateRace&);
void fold_end(GateState&, const GateRace&, bool kept);

[[nodiscard]] std::string describe_mode(const Acceptance&, const GateState&);
// Of one run of a very expensive metric, in squared units: what was measured, with the noise prior.
[[nodiscard]] double expensive_variance(const Acceptance&, const GateState&);

// What the race decided, in words and numbers; only for a race that has ended.
[[nodiscard]] Verdict render_verdict(const GateState&, const GateRace&);

}  // namespace hone::gate
