// The final word of a run: baseline and champion from fresh checkouts, in interleaved pairs, all of it new data. The
// headline of a run is this and never the sum of what its keeps claimed.
#pragma once

#include <cstdint>
#include <span>

#include "hone/core/base/direction.hpp"
#include "hone/core/measure/verdict.hpp"

namespace hone {

inline constexpr std::int64_t remeasure_pairs_least = 10;
inline constexpr std::int64_t remeasure_pairs_most = 40;

struct Remeasured {
  double baseline = 0;  // geometric mean where all values are positive, else the mean; the metric's own unit
  double champion = 0;
  double effect = 0;  // relative improvement, > 0 better
  Interval interval;  // 95 %, Student t over pair differences
  std::int64_t pairs = 0;
};

// baseline[i] ran next to champion[i]. The spans have one length, at least 1.
[[nodiscard]] Remeasured remeasure(Direction, std::span<const double> baseline, std::span<const double> champion);

// Enough: at least 10 pairs, and a half-width under a tenth of the gain, or 40 pairs.
[[nodiscard]] bool remeasured_enough(const Remeasured&);

}  // namespace hone
