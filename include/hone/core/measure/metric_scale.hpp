// The scale on which the gate computes: percent, lower is better. ln(metric) when every value so far was positive
// (effects are then relative and multiply), else the raw value over the champion's size.
#pragma once

#include <span>

#include "hone/core/base/direction.hpp"

namespace hone {

struct MetricScale {
  Direction direction = Direction::minimise;
  bool logarithmic = true;
  double unit = 1;  // the champion's size, > 0
};

// Chosen from the champion's own runs; `values` must not be empty.
[[nodiscard]] MetricScale choose_scale(Direction, std::span<const double> values);

// A value that a logarithmic scale cannot hold (<= 0) counts as a billionth of the unit: far better or far worse than
// anything seen, by the direction, and finite.
[[nodiscard]] double to_units(const MetricScale&, double value);
[[nodiscard]] double from_units(const MetricScale&, double units);

// Between a gain in units (champion minus candidate) and a relative improvement (+.03 = 3 % better).
[[nodiscard]] double relative_gain(const MetricScale&, double units);
[[nodiscard]] double gain_in_units(const MetricScale&, double relative);

}  // namespace hone
