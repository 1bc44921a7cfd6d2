#include "hone/core/measure/exact.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "hone/core/measure/t_interval.hpp"

namespace hone {
namespace {

bool good_enough(const ExactRule& rule, double value) {
  if (value == rule.champion) return rule.tie_wins;
  return better(rule.scale.direction, value, rule.champion) &&
         to_units(rule.scale, rule.champion) - to_units(rule.scale, value) >= rule.wanted;
}

// One-sided t test that the mean gain exceeds what is wanted.
bool beats_champion(const ExactRace& race, const ExactRule& rule) {
  std::vector<double> gains;
  for (const double value : race.candidate)
    gains.push_back(to_units(rule.scale, rule.champion) - to_units(rule.scale, value));
  return t_interval(mean_spread(gains), 1 - 2 * rule.alpha).low > rule.wanted;
}

}  // namespace

void fold_exact_champion(ExactRace& race, const ExactRule& rule, double value) {
  race.champion_ran = true;
  if (value != rule.champion) race.end = ExactEnd::champion_differs;
}

void fold_exact_candidate(ExactRace& race, const ExactRule& rule, double value) {
  race.candidate.push_back(value);
  if (race.end == ExactEnd::champion_differs) return;
  if (race.candidate.size() == 1) {
    if (!good_enough(rule, value)) race.end = ExactEnd::not_better;
    return;
  }
  race.noisy_candidate = race.noisy_candidate || value != race.candidate.front();
  if (!race.noisy_candidate) {
    race.end = ExactEnd::better;
  } else if (race.candidate.size() >= noisy_candidate_runs) {
    race.end = beats_champion(race, rule) ? ExactEnd::better : ExactEnd::not_better;
  }
}

}  // namespace hone
