// Guards of a would-be keep, against the original baseline: relative limits are non-inferiority tests on fresh pairs
// (statistics.md section 5), hard limits compare means. A pair gives the distance from the champion, Distance the rest
// of the way to the baseline: a value that was measured hours ago is never compared with one of now.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "core/run/plan_parts.hpp"
#include "hone/core/guard/distribution.hpp"
#include "hone/core/guard/guard.hpp"
#include "hone/core/measure/noninferiority.hpp"
#include "hone/core/measure/t_interval.hpp"

namespace hone {
namespace {

std::optional<double> mean_of(const Means& means, const std::string& name) {
  const auto found = means.find(name);
  if (found == means.end() || found->second.count == 0) return std::nullopt;
  return found->second.value();
}

bool tested(const GuardSpec& guard, const std::optional<double>& baseline) {
  return guard.relative && guard.name != "lines" && baseline && *baseline != 0;
}

Distance distance_of(const State& state, const std::string& name) {
  const auto found = state.distances.find(name);
  return found == state.distances.end() ? Distance{} : found->second;
}

std::span<const double> pairs_of(const Experiment& experiment, const std::string& name) {
  const auto found = experiment.guard_pairs.find(name);
  if (found == experiment.guard_pairs.end()) return {};
  return found->second;
}

double tolerance(const GuardSpec& guard) {
  return guard.bound == GuardSpec::Bound::at_most ? guard.limit : -guard.limit;
}

// How much worse each pair says that the candidate is, relative to the baseline's level; a limit of +5 % tolerates
// 0.05, one of -1 % asks for a gain.
GuardCall call(const State& state, const Experiment& experiment, const GuardSpec& guard) {
  const double level = std::abs(*mean_of(state.baseline_means, guard.name));
  const double sign = guard.bound == GuardSpec::Bound::at_most ? 1 : -1;
  const Distance distance = distance_of(state, guard.name);
  std::vector<double> worsenings;
  for (const double difference : pairs_of(experiment, guard.name)) {
    worsenings.push_back(sign * (distance.mean + difference) / level);
  }
  return judge_noninferiority(worsenings, tolerance(guard), distance.variance / (level * level));
}

// The share of the baseline's cases that are worse now; one that is gone counts as worse.
GuardResult judge_worse_share(const State& state, const Experiment& experiment, const GuardSpec& guard,
                              const std::string& metric) {
  double cases = 0, worse = 0;
  std::string first;
  for (const auto& [name, baseline] : state.baseline_means) {
    if (!is_case_of(name, metric)) continue;
    cases += 1;
    const auto champion = experiment.champion_means.find(name);
    const auto candidate = experiment.means.find(name);
    const bool gone = champion == experiment.champion_means.end() || candidate == experiment.means.end();
    if (!gone) {
      const Distance distance = distance_of(state, name);
      const double change = distance.mean + candidate->second.value() - champion->second.value();
      const double variance = distance.variance + candidate->second.error_squared() + champion->second.error_squared();
      if (!got_worse({baseline.value(), change, std::sqrt(variance)}, state.spec.metric.goal)) continue;
    }
    worse += 1;
    if (first.empty()) first = name;
  }
  GuardResult result = evaluate_guard(guard, 0.0, cases > 0 ? std::optional(worse / cases) : std::nullopt);
  if (!first.empty()) result.reason += fmt::format("; {} of {} cases, {} among them", worse, cases, first);
  return result;
}

GuardResult judge_guard(const State& state, const Experiment& experiment, const GuardSpec& guard) {
  if (const auto wanted = parse_distribution(guard.name); wanted && wanted->shape == Distribution::Shape::worse) {
    return judge_worse_share(state, experiment, guard, wanted->metric.empty() ? state.score : wanted->metric);
  }
  if (guard.name == "lines") {
    return evaluate_guard(guard, 0, static_cast<double>(state.champion.lines + experiment.lines));
  }
  const auto baseline = mean_of(state.baseline_means, guard.name);
  auto candidate = mean_of(experiment.means, guard.name);
  const std::span<const double> pairs = pairs_of(experiment, guard.name);
  if (!tested(guard, baseline) || !candidate || pairs.empty()) return evaluate_guard(guard, baseline, candidate);
  candidate = *baseline + distance_of(state, guard.name).mean + mean_spread(pairs).mean;
  GuardResult result = evaluate_guard(guard, baseline, candidate);
  if (result.passed && call(state, experiment, guard) != GuardCall::pass) {
    result.passed = false;
    result.reason = fmt::format("guard {}: {} pairs cannot show that {} stays within the limit", guard.text,
                                pairs.size(), guard.name);
  }
  return result;
}

}  // namespace

bool guards_due(const State& state, const Experiment& experiment) {
  if (experiment.guard_series >= guard_pairs_most) return false;  // a value that comes and goes ends here
  return std::any_of(state.spec.guards.begin(), state.spec.guards.end(), [&](const GuardSpec& guard) {
    if (!tested(guard, mean_of(state.baseline_means, guard.name)) || !mean_of(experiment.means, guard.name))
      return false;
    return call(state, experiment, guard) == GuardCall::need_more;
  });
}

std::vector<GuardResult> judge_guards(const State& state, const Experiment& experiment) {
  std::vector<GuardResult> results;
  for (const GuardSpec& guard : state.spec.guards) results.push_back(judge_guard(state, experiment, guard));
  return results;
}

}  // namespace hone
