#include "hone/core/measure/caps.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "hone/core/base/assert.hpp"
#include "hone/core/measure/level.hpp"
#include "hone/core/measure/t_interval.hpp"

namespace hone {
namespace {

constexpr std::array low_steps{6., 3., 2.};
constexpr std::array high_steps{6., 4., 3., 2., 1.5, 1., .7};
constexpr std::array clip_steps{6., 4., 2.5, 1.5, 1.};
constexpr double least_inside = 0.45;

double efficacy(double inside, double variance) {
  return inside * inside / (variance + 1e-18);
}

// The plain mean is preferred unless clipping clearly pays: the choice was made on the same runs.
double clipping_penalty(std::size_t n) {
  return 0.85 - 1.5 / static_cast<double>(n);
}

void measure_caps(std::span<const double> residuals, Caps& caps) {
  const double n = static_cast<double>(residuals.size());
  double mean = 0;
  double inside = 0;
  for (const double residual : residuals) {
    mean += std::clamp(residual, caps.low, caps.high) / n;
    if (caps.low < residual && residual < caps.high) inside += 1;
  }
  double squares = 0;
  for (const double residual : residuals) {
    const double off = std::clamp(residual, caps.low, caps.high) - mean;
    squares += off * off;
  }
  caps.inside = inside / n;
  caps.variance = squares / (n - 1);
}

}  // namespace

Caps choose_caps(std::span<const double> residuals) {
  HONE_ASSERT(residuals.size() >= 2);
  std::vector<double> sorted(residuals.begin(), residuals.end());
  const double middle = median_of(sorted);
  for (double& value : sorted) value -= middle;
  const double scale = robust_scale(sorted);
  Caps best;
  best.scale = scale;
  double best_efficacy = -1;
  for (const double low : low_steps) {
    for (const double high : high_steps) {
      Caps caps{middle - low * scale, middle + high * scale, 1, 1, scale};
      measure_caps(residuals, caps);
      if (caps.inside < least_inside) continue;
      const bool plain = low == low_steps.front() && high == high_steps.front();
      const double value = efficacy(caps.inside, caps.variance) * (plain ? 1 : clipping_penalty(residuals.size()));
      if (value <= best_efficacy) continue;
      best_efficacy = value;
      best = caps;
    }
  }
  return best;
}

PairClip choose_clip(std::span<const double> differences) {
  HONE_ASSERT(!differences.empty());
  const double n = static_cast<double>(differences.size());
  const double scale = robust_scale(differences);
  PairClip best{4 * scale, 1, scale * scale};
  double best_efficacy = -1;
  for (const double step : clip_steps) {
    if (step < 2 && differences.size() < 30) continue;
    const double clip = step * scale;
    double squares = 0;
    double inside = 0;
    for (const double difference : differences) {
      const double size = std::abs(difference);
      if (size < clip) inside += 1;
      squares += std::min(size, clip) * std::min(size, clip);
    }
    if (inside / n < least_inside) continue;
    const bool plain = step == clip_steps.front();
    const double value = efficacy(inside / n, squares / n) * (plain ? 1 : clipping_penalty(differences.size()));
    if (value <= best_efficacy) continue;
    best_efficacy = value;
    best = {clip, inside / n, squares / n};
  }
  return best;
}

}  // namespace hone
