// What the gate remembers of a run and of one race. Plain values, bounded: the last 100 champion runs, the pairs of
// one race. Filled and read by gate.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "hone/core/base/units.hpp"
#include "hone/core/measure/confirm.hpp"
#include "hone/core/measure/exact.hpp"
#include "hone/core/measure/metric_scale.hpp"
#include "hone/core/measure/noise_model.hpp"
#include "hone/core/measure/screen.hpp"
#include "hone/core/measure/single_race.hpp"
#include "hone/core/measure/tiers.hpp"

namespace hone {

enum class GateMode {
  calibrating,    // the champion is being run
  noisy,          // screen, then confirm
  deterministic,  // one run each
  expensive       // one race a candidate, in which every run counts
};

// Run time in time units: about one metric run long, so that drift means the same on every machine.
struct GateClock {
  double now = 0;
  Seconds last{};  // end of the last run
  Seconds unit{};  // median wall time of the calibration runs; 0 = every run is one unit
  double gap = 1;  // usual pause between two races
};

// Candidates that look worse in a row: is it the champion's level that is old?
struct LevelDoubt {
  int slow_in_a_row = 0;  // experiments whose first run was clearly worse than the level
  int patience = 4;       // that many cost one run of the champion; doubled, up to 16, when it shows nothing new
};

// Is the first run of a race slower than its second, because nothing is built, cached or awake yet? A cumulative sum
// (Page 1954) of their differences, which turns around when first runs begin to be left out.
struct FirstRuns {
  double sum = 0;         // sd
  bool left_out = false;  // a race begins with a run that does not count
};

struct GateState {
  GateMode mode = GateMode::calibrating;
  MetricScale scale;
  bool crosses_zero = false;  // 0 or less was seen of a champion: a logarithm is no scale for this metric
  GateClock clock;
  std::vector<ChampionRun> history;  // the last 100
  std::uint64_t epoch = 0;           // counts champions
  NoiseModel noise;
  Level level;
  LevelDoubt doubt;
  FirstRuns first_runs;
  ChampionBelief belief;      // expensive: instead of noise and level
  bool contradicted = false;  // it was called deterministic, and two runs of one champion differ
  CostWatch costs;
  std::int64_t experiments = 0;       // ended
  std::int64_t unchecked = 0;         // deterministic: experiments since the champion last ran
  std::int64_t tests = 0;             // that reached the confirm race
  std::vector<std::int64_t> keeps;    // indices of those that were kept, ascending
  std::optional<double> fixed_alpha;  // instead of LORD: simulations of one test's error set it
};

struct GateRace {
  enum class Stage { fresh, screen, confirm, exact, single, stale } stage = Stage::fresh;
  std::uint64_t epoch = 0;
  Tier tier = Tier::balanced;
  Screen screen;
  std::int64_t test = 0;  // its index among confirm tests; 0 = none
  PairRace pairs;
  ExactRace exact;
  SingleRace single;
  std::int64_t lines = 0;  // added minus removed by the candidate
  double level = 0;        // the champion's, in units, when the last run was folded
  double level_variance = 0;
  double champion_value = 0;  // deterministic mode: as measured
};

}  // namespace hone
