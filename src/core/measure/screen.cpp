#include "hone/core/measure/screen.hpp"

#include <algorithm>
#include <cmath>

namespace hone {
namespace {
constexpr double common_tail = 0.25;

bool may_forgive(const Screen& screen, const ScreenRule& rule, const NoiseModel& noise) {
  const bool tails_common = noise.tail_share >= common_tail / (1 + rule.cost_ratio);
  return tails_common && !screen.second_chance_used && screen.counted == 0;
}

double design_of(const ScreenRule& rule, double sd) {
  return std::min(std::max(rule.smallest_effect, rule.tier->screen_effect * sd), 4 * sd);
}

}  // namespace

void fold_screen(Screen& screen, const ScreenRule& rule, const NoiseModel& noise, const Level& level, double run) {
  const TierRule& tier = *rule.tier;
  const double sd = std::sqrt(noise.run_variance);
  screen.runs.push_back(run);
  const double deviation = run - level.at;
  if (may_forgive(screen, rule, noise) && deviation >= noise.tail) {
    screen.second_chance_used = true;
    return;
  }
  ++screen.counted;
  // The slow side is capped, the fast side hardly: a great gain must look great.
  screen.sum -= std::clamp(deviation, noise.low - 10 * sd, noise.high) / noise.inside;
  const double design = design_of(rule, sd);
  const double n = screen.counted;
  const double information = 1 / (noise.run_variance / n + level.variance);
  screen.log_ratio = design * (screen.sum / n) * information - design * design * information / 2;
  if (screen.log_ratio >= tier.promote_at) {
    screen.end = ScreenEnd::promoted;
  } else if (screen.log_ratio < -tier.drop_below || screen.counted >= tier.screen_runs) {
    screen.end = ScreenEnd::dropped;
  }
}

std::optional<double> least_screen_gain(const Screen& screen, const ScreenRule& rule, const NoiseModel& noise,
                                        const Level& level) {
  if (may_forgive(screen, rule, noise)) return std::nullopt;
  const TierRule& tier = *rule.tier;
  const double n = screen.counted + 1;
  const double design = design_of(rule, std::sqrt(noise.run_variance));
  const double information = 1 / (noise.run_variance / n + level.variance);
  const double bar = screen.counted + 1 < tier.screen_runs ? -tier.drop_below : tier.promote_at;
  const double mean = (bar + design * design * information / 2) / (design * information);
  return (mean * n - screen.sum) * noise.inside;
}

}  // namespace hone
