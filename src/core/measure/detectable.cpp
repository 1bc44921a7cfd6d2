#include "hone/core/measure/detectable.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "hone/core/base/assert.hpp"
#include "hone/core/base/random.hpp"
#include "hone/core/measure/confirm.hpp"
#include "hone/core/measure/metric_scale.hpp"
#include "hone/core/measure/screen.hpp"
#include "hone/core/measure/single_race.hpp"

namespace hone {
namespace {

constexpr double wanted_power = 0.8;
constexpr int halvings = 12;

// The champion's runs in units, their noise and level: what every race of one detection starts from.
struct Start {
  std::vector<double> runs;
  NoiseModel noise;
  Level level;
};

Start start_from(std::span<const double> champion, const MetricScale& scale) {
  std::vector<ChampionRun> history;
  Start start;
  for (const double value : champion) {
    history.push_back({value, to_units(scale, value), static_cast<double>(history.size()), 0});
    start.runs.push_back(history.back().units);
  }
  start.noise = fit_noise(history);
  start.level = fit_champion(history, start.noise, 0, static_cast<double>(history.size()), {});
  return start;
}

// One race of a patch with this gain in units; says whether it is kept and adds its runs.
bool race_kept(const Start& start, double gain, const DetectionSetting& setting, Random& random, double& runs) {
  const auto draw = [&] { return start.runs[random.below(start.runs.size())]; };
  const TierRule& tier = tier_rule(setting.tier);
  Screen screen;
  while (screen.end == ScreenEnd::open) {
    fold_screen(screen, {&tier, tier.smallest_effect, 3}, start.noise, start.level, draw() - gain);
    runs += 1;
  }
  if (screen.end == ScreenEnd::dropped) return false;
  PairRace pairs;
  pairs.design = design_pairs(start.noise, {setting.tier, setting.alpha, 0});
  while (pairs.end == PairEnd::open) {
    const double run = draw();
    fold_pair(pairs, start.level.at, run, draw() - gain);
    runs += 2;
  }
  return pairs.end == PairEnd::accepted;
}

Detection detect(const Start& start, double units, const DetectionSetting& setting) {
  Random random = derive(setting.seed, 0xDE7EC7);
  Detection result;
  for (int i = 0; i < setting.races; ++i) result.kept += race_kept(start, units, setting, random, result.runs) ? 1 : 0;
  result.kept /= setting.races;
  result.runs /= setting.races;
  return result;
}

// Sum of twelve uniforms: near enough to a normal for a power of 8 in 10.
double bell(Random& random) {
  double sum = -6;
  for (int i = 0; i < 12; ++i) sum += random.uniform();
  return sum;
}

// In units of a run's standard deviation.
double single_power(double gain, double degrees, double alpha) {
  constexpr int races = 200;
  Random random = derive(1, 0x516);
  int kept = 0;
  for (int i = 0; i < races; ++i) {
    const ChampionBelief belief{bell(random) / std::sqrt(degrees + 1), 1 / (degrees + 1), degrees, degrees};
    SingleRace race = open_single(belief, {.alpha = alpha}, 0);
    while (race.end == SingleEnd::open) {
      const Role role = next_single_run(race);
      fold_single(race, role, bell(random) - (role == Role::candidate ? gain : 0));
    }
    kept += race.end == SingleEnd::accepted ? 1 : 0;
  }
  return static_cast<double>(kept) / races;
}

}  // namespace

double smallest_in_single_race(double sd, double degrees, double alpha) {
  double low = 1.0 / 50;
  double high = 50;
  for (int i = 0; i < halvings; ++i) {
    const double middle = std::sqrt(low * high);
    (single_power(middle, std::max(degrees, 1.0), alpha) >= wanted_power ? high : low) = middle;
  }
  return sd * high;
}

Detection detection_of(double gain, std::span<const double> champion, const DetectionSetting& setting) {
  HONE_ASSERT(champion.size() >= 6);
  const MetricScale scale = choose_scale(setting.direction, champion);
  return detect(start_from(champion, scale), gain_in_units(scale, gain), setting);
}

double smallest_detectable(std::span<const double> champion, const DetectionSetting& setting) {
  HONE_ASSERT(champion.size() >= 6);
  if (std::all_of(champion.begin(), champion.end(), [&](double value) { return value == champion.front(); })) return 0;
  const MetricScale scale = choose_scale(setting.direction, champion);
  const Start start = start_from(champion, scale);
  const double sd = std::sqrt(start.noise.pair_variance);
  double low = sd / 50;
  double high = 50 * sd + 1;
  for (int i = 0; i < halvings; ++i) {
    const double middle = std::sqrt(low * high);
    (detect(start, middle, setting).kept >= wanted_power ? high : low) = middle;
  }
  return relative_gain(scale, high);
}

}  // namespace hone
