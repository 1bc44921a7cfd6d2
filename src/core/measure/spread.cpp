#include "hone/core/measure/spread.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "hone/core/measure/level.hpp"
#include "hone/core/measure/t_interval.hpp"

namespace hone {
namespace {

constexpr std::size_t least_runs = 8;
constexpr double distance_cap = 4;
constexpr double skew_cap = 6;  // units: the mean of a tail without end cannot be known from a hundred runs
constexpr double kernel_width = 0.7;
constexpr double table_end = 8;  // asinh of 1500 units
constexpr double table_step = 0.1;
constexpr std::array stretches{1 / 3., 1 / 2., 1., 1.5, 2., 3., 4.5, 7., 10.};
constexpr std::array steps{0., .25, .5, 1., 1.5, 2., 3., 4., 6., 9.};  // units from the bar
constexpr std::array around_seen{-1., -.5, 0., .5, 1.};                // units from the median of the runs

std::vector<double> distances(std::span<const double> runs) {
  std::vector<double> sorted(runs.begin(), runs.end());
  const double middle = median_of(sorted);
  std::vector<double> sizes;
  for (const double run : runs) sizes.push_back(std::abs(run - middle));
  return sizes;
}

double log_kernel_sum(std::span<const double> places, double width, double at) {
  double sum = 0;
  for (const double place : places) {
    const double u = (at - place) / width;
    const double t = 1 + u * u / 3;
    sum += 1 / (t * t);
  }
  return std::log(sum);
}

// The table of ln f, up to a constant that cancels in every ratio.
std::vector<double> tabulate_density(const RunShape& shape, std::span<const double> residuals) {
  std::vector<double> places;
  for (const double residual : residuals) places.push_back(std::asinh((residual - shape.middle) / shape.unit));
  const double width = kernel_width * std::pow(shape.runs, -0.2);  // Silverman 1986, 3.4
  std::vector<double> table;
  for (int i = 0; i <= 2 * table_end / table_step + 0.5; ++i) {
    const double at = i * table_step - table_end;
    table.push_back(log_kernel_sum(places, width, at) - std::log(std::cosh(at)));
  }
  return table;
}

// ln f of a run `off` units from the middle.
double log_density(const RunShape& shape, double off) {
  const double last = static_cast<double>(shape.log_density.size() - 1);
  const double place = std::clamp((std::asinh(off) + table_end) / table_step, 0.0, last - 1e-9);
  const auto below = static_cast<std::size_t>(place);
  const double share = place - static_cast<double>(below);
  return shape.log_density[below] * (1 - share) + shape.log_density[below + 1] * share;
}

struct Stretched {
  double stretch = 1;
  double gain = 0;  // of the median
};

double log_likelihood(const RunShape& shape, std::span<const double> deviations, const Stretched& patch) {
  double sum = -static_cast<double>(deviations.size()) * std::log(patch.stretch);
  for (const double deviation : deviations) {
    sum += log_density(shape, (deviation + patch.gain - shape.middle) / (patch.stretch * shape.unit));
  }
  return sum;
}

}  // namespace

RunShape shape_runs(std::vector<double> residuals) {
  if (residuals.size() < least_runs) return {};
  RunShape shape;
  shape.runs = static_cast<double>(residuals.size());
  shape.middle = median_of(residuals);
  std::vector<double> sizes = distances(residuals);
  shape.unit = robust_scale(sizes);
  for (const double residual : residuals) {
    shape.skew += std::clamp(residual - shape.middle, -skew_cap * shape.unit, skew_cap * shape.unit) / shape.runs;
  }
  for (double& size : sizes) size = std::min(size / shape.unit, distance_cap);
  const MeanSpread spread = mean_spread(sizes);
  shape.distance = spread.mean;
  shape.distance_sd = std::sqrt(spread.variance);
  shape.log_density = tabulate_density(shape, residuals);
  return shape;
}

double spread_surprise(const RunShape& shape, std::span<const double> runs) {
  if (shape.distance_sd <= 0 || runs.size() < 2) return 0;
  const double n = static_cast<double>(runs.size());
  const double own_median = std::sqrt(n / (n - 1));  // for the degree of freedom that it took
  double mean = 0;
  for (const double size : distances(runs)) mean += std::min(own_median * size / shape.unit, distance_cap) / n;
  const double error = shape.distance_sd * std::sqrt(1 / n + 1 / shape.runs);
  return (mean - shape.distance) / error;
}

double spread_ratio(const RunShape& shape, std::span<const double> runs) {
  if (shape.unit <= 0 || runs.size() < 2) return 1;
  return robust_scale(distances(runs)) / shape.unit;
}

StretchTest test_stretch(const RunShape& shape, std::span<const double> deviations) {
  StretchTest test;
  double best = -std::numeric_limits<double>::infinity();
  double null = best;
  std::vector<double> sorted(deviations.begin(), deviations.end());
  const double seen = shape.middle - median_of(sorted);
  const auto try_gain = [&](const Stretched& patch, double bar) {
    if (patch.gain <= bar) return;
    const double value = log_likelihood(shape, deviations, patch);
    if (value <= best) return;
    best = value;
    test.stretch = patch.stretch;
  };
  for (const double stretch : stretches) {
    // The median gain from which on the mean gains as well.
    const double bar = std::max(0.0, (stretch - 1) * shape.skew);
    for (const double step : steps) {
      null = std::max(null, log_likelihood(shape, deviations, {stretch, bar - step * shape.unit}));
      try_gain({stretch, bar + step * shape.unit}, bar);
    }
    for (const double step : around_seen) try_gain({stretch, seen + step * shape.unit}, bar);
  }
  test.evidence = best - null;
  return test;
}

}  // namespace hone
