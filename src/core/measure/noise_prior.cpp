#include "hone/core/measure/noise_prior.hpp"

#include <algorithm>
#include <cmath>

#include "hone/core/measure/metric_scale.hpp"
#include "hone/core/measure/t_interval.hpp"

namespace hone {
namespace {

constexpr double least_degrees = 3, most_weight = 10;

}  // namespace

std::optional<NoisePrior> pool_noise(Direction direction, std::span<const std::vector<double>> calibrations) {
  double squares = 0, degrees = 0;
  for (const std::vector<double>& values : calibrations) {
    if (values.size() < 2) continue;
    const MetricScale scale = choose_scale(direction, values);
    std::vector<double> units;
    for (const double value : values) units.push_back(to_units(scale, value));
    const MeanSpread spread = mean_spread(units);
    const double more = static_cast<double>(spread.count) - 1;
    squares += spread.variance * more;
    degrees += more;
  }
  if (degrees < least_degrees || squares <= 0) return std::nullopt;
  const double sd = std::sqrt(squares / degrees) * (1 + 1 / std::sqrt(2 * degrees));
  return NoisePrior{sd / 100, std::min(degrees, most_weight)};  // units are percent
}

}  // namespace hone
