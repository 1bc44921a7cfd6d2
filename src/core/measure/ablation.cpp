#include "hone/core/measure/ablation.hpp"

#include <algorithm>

namespace hone {
namespace {
constexpr double bar = 2;
constexpr double least_alternative = 0.35;  // sd of a pair
constexpr double spread_weight = 10;        // pairs that `pair_sd` counts for
}  // namespace

AblationCall judge_ablation(std::span<const double> gains, double claimed, double pair_sd) {
  if (gains.empty()) return AblationCall::need_more;
  if (pair_sd <= 0) return gains.front() > 0 ? AblationCall::worth_keeping : AblationCall::worthless;
  const double alternative = std::max(claimed / 2, least_alternative * pair_sd);
  double sum = 0;
  double squares = 0;
  double n = 0;
  for (const double gain : gains) {
    sum += gain;
    squares += gain * gain;
    n += 1;
    if (n < ablation_pairs_least) continue;
    // These pairs may scatter more than those the spread was taken from: a machine that got busy, a tree that jumps.
    const double rest = std::max(0.0, squares - sum * sum / n);
    const double variance =
        std::max(pair_sd * pair_sd, (spread_weight * pair_sd * pair_sd + rest) / (spread_weight + n - 1));
    const double log_ratio = (alternative * sum - alternative * alternative * n / 2) / variance;
    if (log_ratio >= bar) return AblationCall::worth_keeping;
    if (log_ratio <= -bar) return AblationCall::worthless;
  }
  if (n < ablation_pairs_most) return AblationCall::need_more;
  return sum / n > alternative / 2 ? AblationCall::worth_keeping : AblationCall::worthless;
}

}  // namespace hone
