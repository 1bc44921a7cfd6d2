// The history of attempts as a model should read it.
#pragma once

#include <string>
#include <vector>

#include "hone/core/prompt/prompt.hpp"

namespace hone::prompt {

// "rejected: -1.83 % [-2.4 %, -1.2 %], 3.1 x the noise"
[[nodiscard]] std::string render_attempt(const LedgerEntry&, std::optional<double> noise);
// Accepted, near misses, the rest: each oldest first, the oldest of the rest left out first when over `most` bytes.
[[nodiscard]] std::string render_ledger(const Brief&, std::size_t most);
// The ideas of attempts that have no result yet.
[[nodiscard]] std::string render_pending(const Brief&, std::size_t most);
// "Left of this run: 12 attempts, 3.4 h."; "" = not known.
[[nodiscard]] std::string render_left(const Brief&);
// "412 attempts so far: 6 accepted, 380 no better, 9 did not build, ...".
[[nodiscard]] std::string render_counts(const Brief&);
// The full replies of the newest failed attempts that have one, newest last.
[[nodiscard]] std::string render_replies(const Brief&, std::size_t most, const std::string& nonce);
// The primary metric in words.
[[nodiscard]] std::string render_goal(const Brief&);
[[nodiscard]] std::string render_score(const Brief&);

}  // namespace hone::prompt
