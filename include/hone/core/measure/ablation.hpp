// What a keep is worth: the champion against the champion without it. Wald's sequential probability ratio test
// (1945) of no gain against half the claimed gain, a = b = 2, at most 40 pairs.
#pragma once

#include <span>

namespace hone {

enum class AblationCall { worth_keeping, worthless, need_more };

// Wald's test alone may end after one pair; three give an interval to print beside the call.
inline constexpr int ablation_pairs_least = 3, ablation_pairs_most = 40;

// `gains`: one relative gain of the keep a pair. The alternative is max(claimed / 2, .35 pair_sd), so that a tiny claim
// on a noisy metric still ends. `pair_sd` > 0; 0 (a deterministic metric) decides by the first pair.
[[nodiscard]] AblationCall judge_ablation(std::span<const double> gains, double claimed, double pair_sd);

}  // namespace hone
