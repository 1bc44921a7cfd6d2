// The champion's runs as a local-level model: y_i = b_i + noise, b a random walk (Harvey 1989; Durbin & Koopman 2012).
// White variance s2 and drift ratio r = q / s2 per time unit are fitted; afterwards the level is tracked run by run.
#pragma once

#include <cstdint>
#include <span>

namespace hone {

// One champion run. `at` is in time units (about one run long), `epoch` counts champions.
struct ChampionRun {
  double value = 0;  // as measured
  double units = 0;  // on the gate's scale
  double at = 0;
  std::uint64_t epoch = 0;
};

struct LevelFit {
  double white = 1;  // s2
  double drift = 0;  // r; 0 = none seen
};

// Grid over r in {0, .001, .003, .01, .03, .1, .3, 1, 3}; Student-t(4) likelihood of the innovations of a
// Huber-weighted filter (min(1, 2.5/|z|)), so that lone slow runs are not taken for drift; penalty 2.5 for r > 0;
// s2 = mean of squared innovations winsorised at 4 scales. `runs` in time order.
[[nodiscard]] LevelFit fit_level(std::span<const ChampionRun> runs);

// 1.4826 median|x| about 0; when more than half are exactly 0 (a quantised metric) the mean absolute deviation
// stands in, and never less than a rounding error.
[[nodiscard]] double robust_scale(std::span<const double> deviations);

// What is believed about the champion's level now.
struct Level {
  double at = 0;
  double variance = 1;
  int surprises = 0;    // champion runs in a row that lay > 4 sd off and agree
  double surprise = 0;  // the last one's distance
};

}  // namespace hone
