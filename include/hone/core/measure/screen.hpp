// Screening: one to four candidate runs against the tracked level of the champion, a likelihood ratio of the design
// effect against none. Its runs never enter an estimate, so being lucky here wins nothing but a fair race.
#pragma once

#include <optional>
#include <vector>

#include "hone/core/measure/noise_model.hpp"
#include "hone/core/measure/tiers.hpp"

namespace hone {

enum class ScreenEnd { open, promoted, dropped };

struct Screen {
  std::vector<double> runs;  // candidate runs in units, also a forgotten one
  double sum = 0;            // of scored gains
  int counted = 0;
  bool second_chance_used = false;
  bool first_left_out = false;  // its first run was one of those that are slower than the rest
  bool champion_ran = false;    // one champion run before the candidate is all a screen asks for
  double log_ratio = 0;
  ScreenEnd end = ScreenEnd::open;
};

struct ScreenRule {
  const TierRule* tier = nullptr;
  double smallest_effect = 0;  // units: max(tier's, --min-effect)
  double cost_ratio = 3;
};

// d1 = min(max(dfl, kS sqrt V), 4 sqrt V); I = 1 / (V/n + Pb); l = d1 m I - d1^2 I / 2; promoted when l >= bS, dropped
// when l < -aS or after nS runs. A first run in the slow tail gets one second chance where tails are common
// (share >= .25 / (1 + c0)).
void fold_screen(Screen&, const ScreenRule&, const NoiseModel&, const Level&, double run);

// The gain (units) that the next run must show or the candidate is dropped by it. Nothing: that run may be forgiven.
[[nodiscard]] std::optional<double> least_screen_gain(const Screen&, const ScreenRule&, const NoiseModel&,
                                                      const Level&);

}  // namespace hone
