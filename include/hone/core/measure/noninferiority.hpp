// Guards as non-inferiority tests on the same pairs: is the candidate worse than the baseline by more than the
// tolerance? Tested from 3 pairs, decided at 24 at the latest. Hard limits need no test.
#pragma once

#include <cstdint>
#include <span>

namespace hone {

enum class GuardCall { pass, fail, need_more };

inline constexpr std::int64_t guard_pairs_least = 3;
inline constexpr std::int64_t guard_pairs_most = 24;

// `worsenings`: one relative worsening a pair (> 0 worse), against the baseline's level. Pass when
// mean + t(.95) se <= tolerance, fail when mean - t(.80) se > tolerance; Student quantiles, because the spread is
// estimated from these very pairs (1.64 and .84 in the limit). Undecided at 24 pairs is a fail.
// `level_variance`: of the level that all of them are measured from, when it is itself an estimate.
[[nodiscard]] GuardCall judge_noninferiority(std::span<const double> worsenings, double tolerance,
                                             double level_variance = 0);

}  // namespace hone
