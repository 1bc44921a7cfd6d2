// Guards of a would-be keep, against the original baseline: relative limits are non-inferiority tests on the
// candidate's fresh runs (statistics.md section 5), hard limits compare means.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/run/plan_parts.hpp"
#include "hone/core/guard/guard.hpp"
#include "hone/core/measure/noninferiority.hpp"

namespace hone {
namespace {

std::optional<double> mean_of(const Means& means, const std::string& name) {
  const auto found = means.find(name);
  if (found == means.end() || found->second.count == 0) return std::nullopt;
  return found->second.value();
}

std::int64_t mean_count(const Means& means, const std::string& name) {
  const auto found = means.find(name);
  return found == means.end() ? 0 : found->second.count;
}

bool tested(const GuardSpec& guard, const std::optional<double>& baseline) {
  return guard.relative && guard.name != "lines" && baseline && *baseline != 0;
}

// How much worse each run is, relative to the baseline's level; a limit of +5 % tolerates 0.05, one of -1 % asks for a
// gain.
std::vector<double> worsenings(const GuardSpec& guard, double baseline, const std::vector<double>& values) {
  const double sign = guard.bound == GuardSpec::Bound::at_most ? 1 : -1;
  std::vector<double> result;
  for (const double value : values) result.push_back(sign * (value - baseline) / std::abs(baseline));
  return result;
}
double tolerance(const GuardSpec& guard) {
  return guard.bound == GuardSpec::Bound::at_most ? guard.limit : -guard.limit;
}

GuardCall call(const State& state, const Experiment& experiment, const GuardSpec& guard) {
  const auto values = experiment.guard_values.find(guard.name);
  if (values == experiment.guard_values.end() || values->second.empty()) return GuardCall::need_more;
  const double baseline = *mean_of(state.baseline_means, guard.name);
  return judge_noninferiority(worsenings(guard, baseline, values->second), tolerance(guard));
}

}  // namespace

bool guards_due(const State& state, const Experiment& experiment) {
  if (experiment.guard_runs >= guard_pairs_most) return false;  // a value that comes and goes ends here
  return std::any_of(state.spec.guards.begin(), state.spec.guards.end(), [&](const GuardSpec& guard) {
    if (!tested(guard, mean_of(state.baseline_means, guard.name)) || !mean_of(experiment.means, guard.name))
      return false;
    return call(state, experiment, guard) == GuardCall::need_more;
  });
}

std::vector<GuardResult> judge_guards(const State& state, const Experiment& experiment) {
  std::vector<GuardResult> results;
  for (const GuardSpec& guard : state.spec.guards) {
    const auto baseline = mean_of(state.baseline_means, guard.name);
    if (guard.name == "lines") {
      results.push_back(evaluate_guard(guard, 0, static_cast<double>(experiment.lines)));
      continue;
    }
    GuardResult result = evaluate_guard(guard, baseline, mean_of(experiment.means, guard.name));
    if (result.passed && tested(guard, baseline) && call(state, experiment, guard) != GuardCall::pass) {
      result.passed = false;
      result.reason = fmt::format("guard {}: {} runs cannot show that {} stays within the limit", guard.text,
                                  mean_count(experiment.means, guard.name), guard.name);
    }
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace hone
