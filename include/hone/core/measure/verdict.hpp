// What a race decided and the evidence for it.
#pragma once

#include <cstdint>
#include <string>

namespace hone {

enum class Decision { accepted, rejected, undecided };

struct Interval {
  double low = 0;
  double high = 0;
};

// `effect` and `interval` are relative improvements: +0.03 = 3 % better, whatever the direction.
struct Verdict {
  Decision decision = Decision::rejected;
  double before = 0;         // champion, in the metric's own unit
  double after = 0;          // candidate
  double effect = 0;         // point estimate, after any correction the rule makes
  Interval interval;         // 95 %
  std::int64_t samples = 0;  // n: candidate samples (or pairs) that the decision rests on
  double spread = 1;   // the candidate's runs scatter so many times as much as the champion's; 1 = not known to differ
  double alpha = 0;    // error spent on this test; 0 when the rule spends none
  std::string rule;    // gate, margin, greedy, deterministic, ...
  std::string reason;  // one plain sentence: why
  std::string path;    // the evidence run by run, for `hone show`; at most some 2 KB
};

}  // namespace hone
