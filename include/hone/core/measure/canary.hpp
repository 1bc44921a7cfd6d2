// Whether the evaluator can be fooled, decided by signs alone: no model of the noise, no alpha of the night's tests.
//
// Null patch: a change without effect against the champion, in pairs whose order is drawn. Whatever the noise, the
// drift or the correlation, in each pair the chance that the candidate comes out better is at most 1/2, because
// nothing but the drawn order tells the two apart. The first pair in which it is not better ends the canary, `streak`
// better ones in a row are the alarm: P(false alarm) <= 2^-20 < 1e-6 a canary, so < 1e-3 in a night of a thousand.
// Ties count as not better; better means by more than what would be worth keeping.
//
// Planted slow-down: the champion against itself with about a run's time of busy work in front. Wald's SPRT on the
// number of pairs in which the slower one was slower, 0.9 (seen) against 0.5 (not seen): false alarm < 1e-6, and an
// evaluator that sees nothing passes with less than 5 %, each time.
#pragma once

#include <cstdint>

namespace hone {

struct CanaryPairs {
  std::int64_t expected = 0;    // pairs as they should be: null patch not better, slow-down slower
  std::int64_t unexpected = 0;  // and those as they should not
};

enum class CanaryCall { need_more, passed, alarm, unclear };

[[nodiscard]] CanaryCall judge_null_canary(const CanaryPairs&);
[[nodiscard]] CanaryCall judge_slow_canary(const CanaryPairs&);

}  // namespace hone
