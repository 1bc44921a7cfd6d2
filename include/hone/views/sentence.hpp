// Results in words: the line to paste, the verdict, what protects the run.
#pragma once

#include <string>

#include "hone/core/measure/verdict.hpp"
#include "hone/core/run/summary.hpp"
#include "hone/views/numbers.hpp"

namespace hone {

// "9.8 % faster [9.1, 10.4], 6 commits, 412 experiments, $11.20, re-measured from a clean checkout."
// Without a final word it says that the number comes from the log of keeps; greedy, margin and a missing
// sandbox are named; when nothing is better it says so.
[[nodiscard]] std::string render_sentence(const Summary&);
// "9.8 % faster [9.1, 10.4]" or "nothing better yet": the head of the sentence.
[[nodiscard]] std::string render_headline(const Summary&);
// faster, less memory, fewer instructions, lower, higher; `gain` < 0 gives the opposite word.
[[nodiscard]] std::string_view render_comparative(const Summary&, double gain);
// "accepted by the gate: 1.312 s -> 1.204 s, +8.2 % [+7.4, +9.0], n = 12; reason"
[[nodiscard]] std::string render_verdict(const Verdict&, const Scale&);
// The acceptance rule and the sandbox in a few words each, with what they do not promise.
[[nodiscard]] std::string render_rule(AcceptRule);
[[nodiscard]] std::string render_sandbox(SandboxLevel);

}  // namespace hone
