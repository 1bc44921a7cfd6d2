// The acceptance rule as a pure state machine: it asks for series of runs and turns what came back
// into a verdict: margin and greedy (plain.hpp), the gate (gate.hpp). Everything is a value: the same samples in the
// same order give the same questions and the same verdict, so resume and replay need nothing else.
//
//   while (auto series = calibration_step(acceptance)) measure it, fold_calibration(...)
//   race = start_race(acceptance, experiment)
//   loop: step = next_step(acceptance, race); a Series -> measure it, fold_series(...); a Verdict -> done
//   fold_end(acceptance, race, kept)
//
// Not thread-safe; the state thread owns it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "hone/core/base/direction.hpp"
#include "hone/core/base/ids.hpp"
#include "hone/core/base/units.hpp"
#include "hone/core/config/spec.hpp"
#include "hone/core/measure/foresight.hpp"
#include "hone/core/measure/gate_state.hpp"
#include "hone/core/measure/sample.hpp"
#include "hone/core/measure/verdict.hpp"

namespace hone {

// Runs to be made one after the other in one slot, in this order, without a pause.
struct Series {
  Phase phase = Phase::confirm;
  std::vector<Role> runs;
  std::uint64_t seed = 0;  // HONE_SEED for every run of the series (both sides share it)
};

// One valid run as the rule sees it. `at` is when it ended, for drift models.
struct Observation {
  Role role = Role::candidate;
  Phase phase = Phase::confirm;
  double value = 0;
  Seconds at{};
  Seconds wall{};
};

using Step = std::variant<Series, Verdict>;

// margin and greedy: the champion's runs since it became champion.
struct PlainState {
  std::vector<double> champion;  // the last 100; greedy: the one run that is the record
  std::size_t calibrated = 0;    // calibration runs that came back
};
struct PlainRace {
  std::vector<double> champion;  // pairs: champion[i] ran next to candidate[i]
  std::vector<double> candidate;
};

struct Acceptance {
  AcceptSpec spec;
  Direction direction = Direction::minimise;
  std::uint64_t seed = 0;
  Seconds budget{};  // of the whole run; 0 = not known. Bounds what the gate's calibration may take.
  double slots = 1;  // that measure at the same time
  std::variant<PlainState, GateState> state;
};

struct Race {
  ExperimentId experiment;
  std::variant<PlainRace, GateRace> state;
};

[[nodiscard]] Acceptance start_acceptance(const AcceptSpec&, Direction, std::uint64_t seed, Seconds budget = {});
// What must still be measured on the champion before candidates can be raced; nothing = ready.
[[nodiscard]] std::optional<Series> calibration_step(const Acceptance&);
void fold_calibration(Acceptance&, std::span<const Observation>);

// `lines`: added minus removed by the candidate, for ties.
[[nodiscard]] Race start_race(const Acceptance&, ExperimentId, std::int64_t lines = 0);
[[nodiscard]] Step next_step(const Acceptance&, const Race&);
// What came back of one series. A part of it is fine (a champion run failed, the night was cut off): whole pairs
// count, half a pair is forgotten, and next_step asks for what is still missing.
void fold_series(Acceptance&, Race&, std::span<const Observation>);
// After the experiment's end. `kept`: it is the new champion (whose level starts afresh).
void fold_end(Acceptance&, const Race&, bool kept);
// Whether the end of the candidate's next run may be foreseen, and what it must reach. Only runs that screen: in a race
// of pairs every run counts. Nothing: it may not.
[[nodiscard]] std::optional<NextRun> next_run(const Acceptance&, const Race&);
// That run was stopped before its end: it has no value, the race is lost.
void fold_stopped(Acceptance&, Race&);
// May the runs that made it champion stand for its level? Not where the rule starts it afresh.
[[nodiscard]] bool winner_is_known(const Acceptance&);
// The spread of one run of the champion, relative to its value: 0 = every run gives the same; nothing = not known yet.
[[nodiscard]] std::optional<double> relative_noise(const Acceptance&);
// What kind of metric the calibration made of it and why, in one line; "" = not known yet, or no gate.
[[nodiscard]] std::string describe_mode(const Acceptance&);
// How long proposing and one metric run took, for rules that choose their tier by the cost ratio.
void fold_cost(Acceptance&, Seconds proposing, Seconds run);

}  // namespace hone
