#include "hone/core/measure/remeasure.hpp"

#include <cmath>
#include <vector>

#include "hone/core/base/assert.hpp"
#include "hone/core/measure/metric_scale.hpp"
#include "hone/core/measure/t_interval.hpp"

namespace hone {

Remeasured remeasure(Direction direction, std::span<const double> baseline, std::span<const double> champion) {
  HONE_ASSERT(!baseline.empty() && baseline.size() == champion.size());
  std::vector<double> all(baseline.begin(), baseline.end());
  all.insert(all.end(), champion.begin(), champion.end());
  MetricScale scale = choose_scale(direction, baseline);
  if (!choose_scale(direction, all).logarithmic) scale.logarithmic = false;
  std::vector<double> before;
  std::vector<double> gains;
  for (std::size_t i = 0; i < baseline.size(); ++i) {
    before.push_back(to_units(scale, baseline[i]));
    gains.push_back(before.back() - to_units(scale, champion[i]));
  }
  const MeanSpread gain = mean_spread(gains);
  const double level = mean_spread(before).mean;
  Remeasured result;
  result.baseline = from_units(scale, level);
  result.champion = from_units(scale, level - gain.mean);
  result.effect = relative_gain(scale, gain.mean);
  const Interval units = t_interval(gain, 0.95);
  result.interval = {relative_gain(scale, units.low), relative_gain(scale, units.high)};
  result.pairs = gain.count;
  return result;
}

bool remeasured_enough(const Remeasured& result) {
  if (result.pairs < remeasure_pairs_least) return false;
  if (result.pairs >= remeasure_pairs_most) return true;
  return (result.interval.high - result.interval.low) / 2 < std::abs(result.effect) / 10;
}

}  // namespace hone
