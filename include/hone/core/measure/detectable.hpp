// What the gate could see tonight, for doctor: its own screen and confirm race, played on resampled champion runs
// (Efron's bootstrap) with a gain planted into the candidate's.
#pragma once

#include <cstdint>
#include <span>

#include "hone/core/base/direction.hpp"
#include "hone/core/measure/tiers.hpp"

namespace hone {

struct Detection {
  double kept = 0;  // share of such patches that would be kept
  double runs = 0;  // metric runs a patch costs
};

struct DetectionSetting {
  Direction direction = Direction::minimise;
  Tier tier = Tier::balanced;
  double alpha = 0.005;  // what LORD allots in a usual night
  int races = 200;
  std::uint64_t seed = 1;
};

// `champion`: its runs, in time order, at least 6 and not all equal. `gain` is relative, > 0 better.
[[nodiscard]] Detection detection_of(double gain, std::span<const double> champion, const DetectionSetting&);

// The smallest relative gain that is kept 8 times of 10; equal runs (a deterministic metric) give 0.
[[nodiscard]] double smallest_detectable(std::span<const double> champion, const DetectionSetting&);

// The same for a very expensive metric: a gain in the units of `sd` that a single race keeps 8 times of 10, with
// Gaussian noise. `degrees`: of freedom behind `sd`.
[[nodiscard]] double smallest_in_single_race(double sd, double degrees, double alpha);

}  // namespace hone
