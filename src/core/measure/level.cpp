#include "hone/core/measure/level.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "hone/core/measure/t_interval.hpp"

namespace hone {
namespace {

constexpr std::array drift_grid{0., .001, .003, .01, .03, .1, .3, 1., 3.};
constexpr double drift_penalty = 2.5;
constexpr double huber = 2.5;
constexpr double winsor = 4;

// Innovations of one pass, each divided by the root of its factor: all have the white variance.
struct Innovations {
  std::vector<double> scaled;
  std::vector<double> factor;
};

double starting_level(std::span<const ChampionRun> runs, std::size_t first) {
  std::array<double, 3> values{};
  std::size_t count = 0;
  while (count < 3 && first + count < runs.size() && runs[first + count].epoch == runs[first].epoch) {
    values[count] = runs[first + count].units;
    ++count;
  }
  return median_of(std::span(values).first(count));
}

void filter(std::span<const ChampionRun> runs, double drift, double scale, Innovations& out) {
  double level = 0;
  double variance = 1;  // in units of the white variance
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (i == 0 || runs[i].epoch != runs[i - 1].epoch) {
      level = starting_level(runs, i);
      variance = 1;
    } else {
      variance += drift * (runs[i].at - runs[i - 1].at);
    }
    const double factor = variance + 1;
    const double error = runs[i].units - level;
    const double size = std::abs(error) / std::sqrt(factor);
    out.scaled[i] = size;
    out.factor[i] = factor;
    level += variance / factor * error * std::min(1.0, huber / (size / scale + 1e-12));
    variance /= factor;
  }
}

}  // namespace

double robust_scale(std::span<const double> deviations) {
  std::vector<double> sizes(deviations.begin(), deviations.end());
  double mean = 0;
  for (double& size : sizes) {
    size = std::abs(size);
    mean += size / static_cast<double>(sizes.size());
  }
  const double middle = 1.4826 * median_of(sizes);
  // 1.2533 = sqrt(pi/2): what makes the mean absolute deviation of normal noise its sd.
  return (middle > 1e-3 * mean ? middle : 1.2533 * mean) + 1e-9;
}

LevelFit fit_level(std::span<const ChampionRun> runs) {
  std::vector<double> differences;
  for (std::size_t i = 1; i < runs.size(); ++i) {
    if (runs[i].epoch == runs[i - 1].epoch) differences.push_back(runs[i].units - runs[i - 1].units);
  }
  if (differences.size() < 2) return {};
  const double first_scale = robust_scale(differences) / std::sqrt(2.0);
  Innovations innovations{std::vector<double>(runs.size()), std::vector<double>(runs.size())};
  LevelFit best;
  double best_likelihood = -std::numeric_limits<double>::infinity();
  for (const double drift : drift_grid) {
    double scale = first_scale;
    for (int pass = 0; pass < 2; ++pass) {
      filter(runs, drift, scale, innovations);
      scale = robust_scale(innovations.scaled);
    }
    double likelihood = drift > 0 ? -drift_penalty : 0;
    double squares = 0;
    for (std::size_t i = 0; i < runs.size(); ++i) {
      const double z = innovations.scaled[i] / scale;
      likelihood -= 0.5 * std::log(innovations.factor[i]) + std::log(scale) + 2.5 * std::log1p(z * z / 4);
      const double bounded = std::min(innovations.scaled[i], winsor * scale);
      squares += bounded * bounded;
    }
    if (likelihood <= best_likelihood) continue;
    best_likelihood = likelihood;
    best = {std::max(squares / static_cast<double>(runs.size()), 1e-12), drift};
  }
  return best;
}

}  // namespace hone
