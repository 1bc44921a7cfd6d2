#include "hone/core/measure/canary.hpp"

#include <cmath>

namespace hone {
namespace {

constexpr std::int64_t streak = 20;
constexpr double seen = 0.9;  // chance that a seen slow-down is slower in one pair
constexpr double false_alarm = 1e-6;
constexpr double false_pass = 0.05;
constexpr std::int64_t most_pairs = 60;

}  // namespace

CanaryCall judge_null_canary(const CanaryPairs& pairs) {
  if (pairs.expected > 0) return CanaryCall::passed;
  return pairs.unexpected >= streak ? CanaryCall::alarm : CanaryCall::need_more;
}

CanaryCall judge_slow_canary(const CanaryPairs& pairs) {
  const double ratio = static_cast<double>(pairs.expected) * std::log(seen / 0.5) +
                       static_cast<double>(pairs.unexpected) * std::log((1 - seen) / 0.5);
  if (ratio >= -std::log(false_pass)) return CanaryCall::passed;
  if (ratio <= std::log(false_alarm)) return CanaryCall::alarm;
  return pairs.expected + pairs.unexpected >= most_pairs ? CanaryCall::unclear : CanaryCall::need_more;
}

}  // namespace hone
