#include "hone/core/run/commit_message.hpp"

#include <fmt/format.h>

#include "hone/core/base/text.hpp"

namespace hone {
namespace {

std::string_view render_rule(const State& state, const Verdict& verdict) {
  if (!verdict.rule.empty()) return verdict.rule;
  return state.spec.accept.rule == AcceptRule::greedy   ? "greedy"
         : state.spec.accept.rule == AcceptRule::margin ? "margin"
                                                        : "gate";
}

// Text of a model: one printable line that cannot pass for a comment, a trailer or an option.
std::string subject_of(const Experiment& experiment) {
  std::string subject = one_line(experiment.idea, 72);
  while (!subject.empty() && (subject[0] == '#' || subject[0] == '-' || subject[0] == ' ')) subject.erase(0, 1);
  return subject.empty() ? fmt::format("experiment {}", experiment.id.value) : subject;
}

}  // namespace

std::string render_commit_message(const State& state, const Experiment& experiment, const Verdict& verdict) {
  const BackendSpec& backend = state.spec.backends[experiment.backend];
  std::string message = subject_of(experiment) + "\n\n";
  message += fmt::format("Hone-Run: {}\n", state.spec.name);
  message += fmt::format("Hone-Experiment: {}\n", experiment.id.value);
  message += fmt::format("Hone-Metric: before={} after={} effect={:+.3f}% interval=[{:+.3f}%, {:+.3f}%] n={} rule={}\n",
                         verdict.before, verdict.after, 100 * verdict.effect, 100 * verdict.interval.low,
                         100 * verdict.interval.high, verdict.samples, render_rule(state, verdict));
  if (verdict.rule == "deterministic" && verdict.after == verdict.before)
    message += fmt::format("Hone-Why: tie, {} lines fewer\n", -experiment.lines);
  if (verdict.spread != 1) message += fmt::format("Hone-Spread: {:.2g} times the champion's\n", verdict.spread);
  message += fmt::format("Hone-Backend: {}\n",
                         one_line(backend.model.empty() ? backend.kind : backend.kind + ":" + backend.model, 100));
  message += fmt::format("Hone-Tree: {}\n", experiment.tree.value);
  const Trust trust = experiment.judged ? experiment.judged->file.trust : Trust::t0;
  message += fmt::format("Hone-Trust: {} ({})\n", render_trust(trust), explain_trust(trust));
  if (state.spec.sandbox == SandboxLevel::none) message += "Hone-Sandbox: none\n";
  return message;
}

}  // namespace hone
