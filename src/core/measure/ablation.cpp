#include "hone/core/measure/ablation.hpp"

#include <algorithm>

namespace hone {
namespace {
constexpr double bar = 2;
constexpr double least_alternative = 0.35;  // sd of a pair
}  // namespace

AblationCall judge_ablation(std::span<const double> gains, double claimed, double pair_sd) {
  if (gains.empty()) return AblationCall::need_more;
  if (pair_sd <= 0) return gains.front() > 0 ? AblationCall::worth_keeping : AblationCall::worthless;
  const double alternative = std::max(claimed / 2, least_alternative * pair_sd);
  const double precision = 1 / (pair_sd * pair_sd);
  double sum = 0;
  double n = 0;
  for (const double gain : gains) {
    sum += gain;
    n += 1;
    const double log_ratio = (alternative * sum - alternative * alternative * n / 2) * precision;
    if (log_ratio >= bar) return AblationCall::worth_keeping;
    if (log_ratio <= -bar) return AblationCall::worthless;
  }
  if (n < ablation_pairs_most) return AblationCall::need_more;
  return sum / n > alternative / 2 ? AblationCall::worth_keeping : AblationCall::worthless;
}

}  // namespace hone
