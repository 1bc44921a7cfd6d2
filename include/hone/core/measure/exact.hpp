// Deterministic metrics (counted instructions, exact solvers, seeded training): the champion's runs agree to the last
// digit, so one run each decides. A would-be keep is run once more beside the champion; whoever then differs from its
// first value ends the comparison: the champion, because the metric is not deterministic after all; the candidate,
// because it brought noise along, and then eight runs of it have to beat the champion by a t test.
#pragma once

#include <cstdint>
#include <vector>

#include "hone/core/measure/metric_scale.hpp"

namespace hone {

inline constexpr std::int64_t exact_check_every = 50;  // experiments between champion runs
inline constexpr std::size_t noisy_candidate_runs = 8;

enum class ExactEnd { open, better, not_better, champion_differs };

struct ExactRace {
  std::vector<double> candidate;  // as measured
  bool champion_ran = false;      // beside a would-be keep
  bool noisy_candidate = false;
  ExactEnd end = ExactEnd::open;
};

struct ExactRule {
  MetricScale scale;
  double champion = 0;
  double wanted = 0;      // units; 0 = strictly better
  double alpha = 0.01;    // of the t test for a candidate that brought noise along
  bool tie_wins = false;  // --ties smaller, and the candidate has fewer lines
};

void fold_exact_champion(ExactRace&, const ExactRule&, double value);
void fold_exact_candidate(ExactRace&, const ExactRule&, double value);

}  // namespace hone
