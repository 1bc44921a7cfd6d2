#include "hone/core/guard/trust.hpp"

#include <fmt/format.h>

namespace hone {

Trust trust_of(const RunSpec& spec, Source source, bool holdout) {
  if (spec.sandbox == SandboxLevel::none) return Trust::t0;
  if (source == Source::printed && spec.metric.measure == Measure::printed) return Trust::t0;
  if (source != Source::judge) return Trust::t1;
  const auto hidden = spec.extra.find("sandbox.holdout");
  return holdout && hidden != spec.extra.end() && !hidden->second.empty() ? Trust::t3 : Trust::t2;
}

std::string render_trust(Trust trust) {
  return fmt::format("T{}", static_cast<int>(trust));
}

std::string explain_trust(Trust trust) {
  switch (trust) {
    case Trust::t0:
      return "the metric is text that the patched code could print itself, or nothing is sealed";
    case Trust::t1:
      return "the evaluator is sealed, but the patched code may run in its process";
    case Trust::t2:
      return "a sealed evaluator ran the candidate as a process of its own and reported over a private channel";
    case Trust::t3:
      return "as T2, and a hold-out that no other run can read agreed";
  }
  return "";
}

std::string advise_on_trust(Trust trust) {
  switch (trust) {
    case Trust::t0:
      return "report with hone_metric.h or hone_metric.py from an evaluator that starts the candidate, in the sandbox";
    case Trust::t1:
      return "let the evaluator start the candidate with hone_metric.h or hone_metric.py";
    case Trust::t2:
      return "add --holdout and hide its inputs with --set sandbox.holdout=PATH";
    case Trust::t3:
      return "";
  }
  return "";
}

}  // namespace hone
