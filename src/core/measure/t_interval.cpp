#include "hone/core/measure/t_interval.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

#include "hone/core/base/assert.hpp"

namespace hone {

MeanSpread mean_spread(std::span<const double> values) {
  MeanSpread result;
  result.count = static_cast<std::int64_t>(values.size());
  if (values.empty()) return result;
  const double n = static_cast<double>(values.size());
  for (const double value : values) result.mean += value / n;
  if (values.size() < 2) return result;
  double squares = 0;
  for (const double value : values) squares += (value - result.mean) * (value - result.mean);
  result.variance = squares / (n - 1);
  return result;
}

Interval t_interval(const MeanSpread& sample, double confidence) {
  if (sample.count < 2) {
    const double infinity = std::numeric_limits<double>::infinity();
    return {-infinity, infinity};
  }
  const double n = static_cast<double>(sample.count);
  const double t = boost::math::quantile(boost::math::students_t(n - 1), 0.5 + confidence / 2);
  const double half = t * std::sqrt(sample.variance / n);
  return {sample.mean - half, sample.mean + half};
}

double median_of(std::span<double> values) {
  HONE_ASSERT(!values.empty());
  const std::size_t middle = values.size() / 2;
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(middle);
  std::nth_element(values.begin(), at, values.end());
  if (values.size() % 2 == 1) return *at;
  return (*std::max_element(values.begin(), at) + *at) / 2;
}

}  // namespace hone
