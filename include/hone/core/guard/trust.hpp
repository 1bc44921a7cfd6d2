// How far a number can be believed: the trust levels of reference/security.md 2.2, from what was really seen.
#pragma once

#include <string>

#include "hone/core/config/spec.hpp"
#include "hone/core/measure/sample.hpp"

namespace hone {

enum class Trust { t0, t1, t2, t3 };

// `source`: the least trustworthy way in which a sample of the race reached hone; `holdout`: a hold-out judged it.
//   T0  the metric is text on stdout, or nothing is sealed (--sandbox none)
//   T1  the evaluator is sealed and the number is hone's own (--measure wall, cpu, ...) or came over the private
//       channel, but the candidate may run in the evaluator's process
//   T2  the evaluator reported over the private channel and had started the candidate as a child
//   T3  T2 and a hold-out whose inputs are mounted in no other run (sandbox.holdout)
[[nodiscard]] Trust trust_of(const RunSpec&, Source source, bool holdout);
// The level that a run of these settings gets for its keeps.
[[nodiscard]] inline Trust trust_of(const RunSpec& spec, Source source) {
  return trust_of(spec, source, !spec.holdout.empty());
}

[[nodiscard]] std::string render_trust(Trust);     // "T2"
[[nodiscard]] std::string explain_trust(Trust);    // one sentence
[[nodiscard]] std::string advise_on_trust(Trust);  // what would raise it; "" = nothing does

}  // namespace hone
