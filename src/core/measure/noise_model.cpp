#include "hone/core/measure/noise_model.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "hone/core/base/assert.hpp"
#include "hone/core/measure/caps.hpp"
#include "hone/core/measure/t_interval.hpp"

namespace hone {
namespace {

constexpr double least_drift = 0.002;
constexpr double chosen_on_the_same_runs = 2;  // variances grow by 1 + 2/n for it
constexpr double adjacent = 3.5;               // time units: champion runs this close share their surroundings
constexpr double jump_size = 4;                // sd
constexpr double jump_agreement = 2.5;         // sd
constexpr int jump_runs = 3;

std::size_t epoch_end(std::span<const ChampionRun> runs, std::size_t first) {
  std::size_t end = first;
  while (end < runs.size() && runs[end].epoch == runs[first].epoch) ++end;
  return end;
}

double epoch_median(std::span<const ChampionRun> runs) {
  std::vector<double> values;
  values.reserve(runs.size());
  for (const ChampionRun& run : runs) values.push_back(run.units);
  return median_of(values);
}

// Runs minus the median of their epoch, times sqrt(n/(n-1)) for the degree of freedom the median took.
std::vector<double> epoch_residuals(std::span<const ChampionRun> runs) {
  std::vector<double> residuals;
  for (std::size_t first = 0; first < runs.size();) {
    const std::size_t end = epoch_end(runs, first);
    const double n = static_cast<double>(end - first);
    if (end - first >= 4) {
      const double middle = epoch_median(runs.subspan(first, end - first));
      for (std::size_t i = first; i < end; ++i) {
        residuals.push_back((runs[i].units - middle) * std::sqrt(n / (n - 1)));
      }
    }
    first = end;
  }
  return residuals;
}

void fit_scores(NoiseModel& noise, std::span<const ChampionRun> runs) {
  noise.run_variance = noise.white;
  noise.low = -4 * std::sqrt(noise.white);
  noise.high = -noise.low;
  if (noise.drift > little_drift) return;
  const std::vector<double> residuals = epoch_residuals(runs);
  if (residuals.size() < 8) return;
  const Caps caps = choose_caps(residuals);
  const double n = static_cast<double>(residuals.size());
  noise.low = caps.low;
  noise.high = caps.high;
  noise.inside = caps.inside;
  noise.run_variance = std::max(caps.variance, 1e-12) / (caps.inside * caps.inside) * (1 + chosen_on_the_same_runs / n);
  noise.tail = std::max(caps.high, 3.5 * caps.scale);
  for (const double residual : residuals) {
    if (residual >= noise.tail) noise.tail_share += 1 / n;
  }
}

void fit_pairs(NoiseModel& noise, std::span<const ChampionRun> runs) {
  std::vector<double> differences;
  for (std::size_t i = 1; i < runs.size(); ++i) {
    if (runs[i].epoch == runs[i - 1].epoch && runs[i].at - runs[i - 1].at <= adjacent) {
      differences.push_back(runs[i].units - runs[i - 1].units);
    }
  }
  noise.pair_variance = 2 * noise.run_variance;
  noise.clip = 4 * std::sqrt(noise.pair_variance);
  if (differences.size() >= 8) {
    const PairClip clip = choose_clip(differences);
    noise.clip = clip.clip;
    noise.clip_inside = clip.inside;
    const double n = static_cast<double>(differences.size());
    noise.pair_variance =
        std::max(clip.variance, 1e-12) * (1 + chosen_on_the_same_runs / n) / (clip.inside * clip.inside);
  }
  noise.use_scores = noise.drift <= little_drift && 2 * noise.run_variance < 0.8 * noise.pair_variance;
  if (noise.use_scores) noise.pair_variance = 2 * noise.run_variance;
}

double score(const NoiseModel& noise, double deviation) {
  return std::clamp(deviation, noise.low, noise.high) / noise.inside;
}

// One-step M-estimate with the scores, two iterations from the median.
double steady_level(std::span<const ChampionRun> runs, const NoiseModel& noise) {
  double level = epoch_median(runs);
  for (int pass = 0; pass < 2; ++pass) {
    double step = 0;
    for (const ChampionRun& run : runs) step += score(noise, run.units - level);
    level += step / static_cast<double>(runs.size());
  }
  return level;
}

void follow(Level& level, const NoiseModel& noise, double run, double elapsed) {
  level.variance += noise.drift * noise.white * elapsed;
  const double total = level.variance + noise.run_variance;
  level.at += level.variance / total * score(noise, run - level.at);
  level.variance *= noise.run_variance / total;
}

// What a candidate's runs are compared with: runs about the level of their epoch, or about what was predicted of it.
RunShape fit_shape(std::span<const ChampionRun> runs, const NoiseModel& noise) {
  std::vector<double> residuals;
  for (std::size_t first = 0; first < runs.size();) {
    const std::span<const ChampionRun> epoch = runs.subspan(first, epoch_end(runs, first) - first);
    first += epoch.size();
    if (epoch.size() < 4) continue;
    const double n = static_cast<double>(epoch.size());
    const bool steady = noise.drift <= little_drift;
    Level level{steady ? steady_level(epoch, noise) : epoch.front().units, 4 * noise.run_variance, 0, 0};
    for (std::size_t i = steady ? 0 : 1; i < epoch.size(); ++i) {
      if (steady) {
        residuals.push_back((epoch[i].units - level.at) * std::sqrt(n / (n - 1)));
        continue;
      }
      if (i >= 3) residuals.push_back(epoch[i].units - level.at);
      follow(level, noise, epoch[i].units, epoch[i].at - epoch[i - 1].at);
    }
  }
  return shape_runs(std::move(residuals));
}

}  // namespace

NoiseModel fit_noise(std::span<const ChampionRun> runs) {
  HONE_ASSERT(runs.size() >= 2);
  const LevelFit fit = fit_level(runs);
  NoiseModel noise;
  noise.white = fit.white;
  noise.drift = std::max(fit.drift, least_drift);
  noise.degrees = std::max(2.0, static_cast<double>(runs.size()) - 2);
  fit_scores(noise, runs);
  fit_pairs(noise, runs);
  noise.shape = fit_shape(runs, noise);
  return noise;
}

Level fit_champion(std::span<const ChampionRun> runs, const NoiseModel& noise, std::uint64_t epoch, double now,
                   const Level& before) {
  std::size_t first = runs.size();
  while (first > 0 && runs[first - 1].epoch == epoch) --first;
  const std::span<const ChampionRun> own = runs.subspan(first);
  if (own.empty()) return before;
  Level level = before;
  const double idle = noise.drift * noise.white * (now - own.back().at);
  if (noise.drift <= little_drift && own.size() >= 4) {
    level.at = steady_level(own, noise);
    level.variance = noise.run_variance / static_cast<double>(own.size()) + idle;
    return level;
  }
  level.at = own.front().units;
  level.variance = 4 * noise.run_variance;
  for (std::size_t i = 1; i < own.size(); ++i) follow(level, noise, own[i].units, own[i].at - own[i - 1].at);
  level.variance += idle;
  return level;
}

void drift_level(Level& level, const NoiseModel& noise, double elapsed) {
  level.variance += noise.drift * noise.white * elapsed;
}

void fold_level(Level& level, const NoiseModel& noise, double run) {
  const double total = level.variance + noise.run_variance;
  const double error = run - level.at;
  const bool surprising = std::abs(error) > jump_size * std::sqrt(total);
  const bool agrees = std::abs(error - level.surprise) < jump_agreement * std::sqrt(noise.run_variance);
  if (!surprising) {
    level.surprises = 0;
  } else if (level.surprises == 0 || agrees) {
    ++level.surprises;
  } else {
    level.surprises = 1;
  }
  level.surprise = error;
  const double step = level.variance < 3 * noise.run_variance ? score(noise, error) : error;
  level.at += level.variance / total * step;
  level.variance *= noise.run_variance / total;
  if (level.surprises >= jump_runs) {
    level.variance = 20 * noise.white;
    level.surprises = 0;
  }
}

}  // namespace hone
