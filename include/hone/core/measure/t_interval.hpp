// The textbook interval for a mean of independent differences.
#pragma once

#include <cstdint>
#include <span>

#include "hone/core/measure/verdict.hpp"

namespace hone {

struct MeanSpread {
  double mean = 0;
  double variance = 0;  // unbiased; 0 for fewer than two values
  std::int64_t count = 0;
};

[[nodiscard]] MeanSpread mean_spread(std::span<const double> values);

// mean -+ t(1 - (1 - confidence)/2, n - 1) sqrt(variance / n): Student 1908. One value gives no width that could be
// known, so the interval is then [-inf, inf]; equal values give a point.
[[nodiscard]] Interval t_interval(const MeanSpread&, double confidence);

// The middle value (mean of the two middle ones). `values` is reordered; it must not be empty.
[[nodiscard]] double median_of(std::span<double> values);

}  // namespace hone
