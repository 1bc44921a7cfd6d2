// Calibration: what the champion's runs say about the noise, fitted anew every 10 experiments and after each keep on
// the last 100 runs.
#pragma once

#include <span>

#include "hone/core/measure/level.hpp"
#include "hone/core/measure/spread.hpp"

namespace hone {

struct NoiseModel {
  double white = 1;           // s2 of the level model
  double drift = 0.002;       // r per time unit
  double low = -4, high = 4;  // caps of a run's score about the level
  double inside = 1;
  double run_variance = 1;  // V: of one scored run (score / inside)
  double tail = 1e9;        // a run beyond this lies in the slow tail
  double tail_share = 0;    // share of champion runs beyond it
  bool use_scores = false;  // pair differences of scores; else raw differences, clipped at `clip`
  double clip = 4;
  double clip_inside = 1;
  double pair_variance = 2;  // vd: of one pair difference
  double degrees = 2;        // of freedom behind these variances
  RunShape shape;            // of runs about their epoch's level; about the predicted level when it drifts
};

inline constexpr double little_drift = 0.011;  // below it runs of one champion share a level

// `runs` in time order, at least 2.
[[nodiscard]] NoiseModel fit_noise(std::span<const ChampionRun> runs);

// The level of champion `epoch` at time `now` by these runs; `before` when it has none yet.
[[nodiscard]] Level fit_champion(std::span<const ChampionRun> runs, const NoiseModel&, std::uint64_t epoch, double now,
                                 const Level& before);

// Time passes: the level may have walked.
void drift_level(Level&, const NoiseModel&, double elapsed);
// One more champion run. Three surprises in a row on one side are a jump: the level is then nearly forgotten.
void fold_level(Level&, const NoiseModel&, double run);

}  // namespace hone
