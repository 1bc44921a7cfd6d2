#include "hone/core/measure/noninferiority.hpp"

#include "hone/core/measure/t_interval.hpp"

namespace hone {

GuardCall judge_noninferiority(std::span<const double> worsenings, double tolerance, double level_variance) {
  MeanSpread spread = mean_spread(worsenings);
  if (spread.count < guard_pairs_least) return GuardCall::need_more;
  spread.variance += level_variance * static_cast<double>(spread.count);  // more pairs do not make the level surer
  // One-sided quantiles are the ends of two-sided intervals: .95 of 90 %, .80 of 60 %.
  if (t_interval(spread, 0.90).high <= tolerance) return GuardCall::pass;
  if (t_interval(spread, 0.60).low > tolerance) return GuardCall::fail;
  return spread.count >= guard_pairs_most ? GuardCall::fail : GuardCall::need_more;
}

}  // namespace hone
