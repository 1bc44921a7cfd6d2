// What is too good or too odd to be kept by a machine: the outcome is `suspect`, the patch stays for a person and the
// branch is not moved. Rules on numbers that hone took itself (its own clock) against numbers that the metric claims.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "hone/core/base/direction.hpp"
#include "hone/core/base/result.hpp"
#include "hone/core/config/spec.hpp"

namespace hone {

// What a race says about champion and candidate. The maps are means by name: every printed metric, and hone's own
// wall, cpu (seconds) and peak-memory.
struct Claim {
  double before = 0;  // the metric: champion
  double after = 0;   // candidate
  std::map<std::string, double> champion, candidate, baseline;
  // Of hone's own clock, in seconds: the shortest run of each side, which a busy machine cannot lengthen away, and by
  // how much the champion's mean may be wrong. Not the candidate's, which it could make as large as it likes.
  double shortest_before = 0, shortest_after = 0;
  double wall_doubt = 0;
};

// What can be true. `factor`: a gain of more than this in one step is suspect; 0 = never (KernelBench flags speedups
// above 10x). `floor`: what no true value can be better than, as physics or arithmetic says.
struct Plausibility {
  Plausibility(double most) : factor(most) {}  // NOLINT: a bare factor is the usual case
  double factor;
  std::optional<double> floor;
};
// --plausible and --floor, kept as guard.plausible and guard.floor. Any other guard.NAME is refused (fix_input).
[[nodiscard]] Result<Plausibility> parse_plausible(const std::map<std::string, std::string>& extra);

// A sentence that begins with the rule's name (implausible_gain, clock_mismatch, shorter_run, work_done); empty =
// nothing is odd.
[[nodiscard]] std::optional<std::string> find_suspicion(const MetricSpec&, const Plausibility&, const Claim&);

// Seconds in one unit of the metric, when its name (or the text around --match) says so: "ms" -> 0.001. 0 = it is
// no duration; a duration of unknown unit gives -1.
[[nodiscard]] double seconds_in_unit(std::string_view text);

}  // namespace hone
