#include "hone/core/measure/metric_scale.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "hone/core/measure/t_interval.hpp"

namespace hone {
namespace {
constexpr double smallest_share = 1e-9;  // of the unit; stands for 0 and below on a logarithmic scale
}

MetricScale choose_scale(Direction direction, std::span<const double> values) {
  MetricScale scale;
  scale.direction = direction;
  scale.logarithmic = std::all_of(values.begin(), values.end(), [](double value) { return value > 0; });
  std::vector<double> sizes(values.begin(), values.end());
  for (double& size : sizes) size = std::abs(size);
  const double largest = *std::max_element(sizes.begin(), sizes.end());
  const double middle = median_of(sizes);
  if (middle > 0) {
    scale.unit = middle;
  } else {
    scale.unit = largest > 0 ? largest : 1;
  }
  return scale;
}

double to_units(const MetricScale& scale, double value) {
  const double percent =
      scale.logarithmic ? 100 * std::log(std::max(value / scale.unit, smallest_share)) : 100 * (value / scale.unit);
  return scale.direction == Direction::minimise ? percent : -percent;
}

double from_units(const MetricScale& scale, double units) {
  const double percent = scale.direction == Direction::minimise ? units : -units;
  return scale.logarithmic ? scale.unit * std::exp(percent / 100) : scale.unit * percent / 100;
}

double relative_gain(const MetricScale& scale, double units) {
  if (!scale.logarithmic) return units / 100;
  return scale.direction == Direction::minimise ? -std::expm1(-units / 100) : std::expm1(units / 100);
}

double gain_in_units(const MetricScale& scale, double relative) {
  if (!scale.logarithmic) return 100 * relative;
  if (scale.direction == Direction::maximise) return 100 * std::log1p(relative);
  return relative < 1 ? -100 * std::log1p(-relative) : 1e6;  // nothing positive is 100 % smaller
}

}  // namespace hone
