// Before a commit the candidate is built once more from an empty folder and measured there beside the champion: what
// is committed must be what was measured, and not what an earlier build or run left lying about.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/run/plan_parts.hpp"

namespace hone {
namespace {

constexpr std::size_t usual_pairs = 2;
// Half widths of a 95 % interval: about six standard deviations, because those of five pairs are themselves a guess.
constexpr double contradiction = 3;

bool certain(const Verdict& verdict) {
  return verdict.interval.high <= verdict.interval.low;
}

// Where the first run of a candidate is slower than the rest, so is the first run of its clean build.
bool first_pair_counts(const Experiment& experiment) {
  const auto* race = experiment.race ? std::get_if<GateRace>(&experiment.race->state) : nullptr;
  return race == nullptr || !race->screen.first_left_out;
}

std::size_t pairs_wanted(const Experiment& experiment, const Verdict& verdict) {
  const std::size_t counted = certain(verdict) || verdict.rule == "single-race" ? 1 : usual_pairs;
  return counted + (first_pair_counts(experiment) ? 0 : 1);
}

// On the scale of the verdict: beside a metric near zero a share of one run says nothing.
double pair_gain(const State& state, double before, double after) {
  const auto* gate = std::get_if<GateState>(&state.acceptance.state);
  if (gate == nullptr || gate->mode == GateMode::calibrating)
    return before == 0 ? 0 : improvement(state.spec.metric.goal, before, after);
  return relative_gain(gate->scale, to_units(gate->scale, before) - to_units(gate->scale, after));
}

std::vector<double> gains_of(const State& state, const Experiment& experiment) {
  std::vector<double> gains;
  for (std::size_t i = first_pair_counts(experiment) ? 0 : 2; i + 1 < experiment.confirmation.size(); i += 2) {
    const bool champion_first = experiment.confirmation[i].role == Role::champion;
    const double before = *experiment.confirmation[champion_first ? i : i + 1].value;
    const double after = *experiment.confirmation[champion_first ? i + 1 : i].value;
    gains.push_back(pair_gain(state, before, after));
  }
  return gains;
}

}  // namespace

bool confirmation_due(const Experiment& experiment, const Verdict& verdict) {
  return experiment.confirmation.size() < 2 * pairs_wanted(experiment, verdict);
}

// A few pairs cannot prove a gain again, and need not: they refute one that is not there. Where runs repeat exactly,
// any gain (or the tie) must be seen again; elsewhere every pair must fall short of half the claim, and their mean by
// six standard deviations, so that one honest keep in tens of thousands is refused.
std::optional<std::string> find_unreproducible(const State& state, const Experiment& experiment,
                                               const Verdict& verdict) {
  const std::vector<double> gains = gains_of(state, experiment);
  if (gains.empty() || state.spec.accept.rule == AcceptRule::greedy) return std::nullopt;
  double mean = 0;
  for (const double gain : gains) mean += gain / static_cast<double>(gains.size());
  const double half = (verdict.interval.high - verdict.interval.low) / 2;
  const double runs = static_cast<double>(std::max<std::int64_t>(verdict.samples, 1));
  const double doubt = contradiction * half * std::sqrt(runs / static_cast<double>(gains.size()));
  const bool all_short =
      std::all_of(gains.begin(), gains.end(), [&](double gain) { return gain < verdict.effect / 2; });
  const bool refuted =
      certain(verdict) ? (verdict.effect > 0 ? mean <= 0 : mean < 0) : all_short && mean < verdict.effect - doubt;
  if (!refuted) return std::nullopt;
  return fmt::format("unreproducible: {:+.2f} % when measured, {:+.2f} % when built again from a clean checkout",
                     100 * verdict.effect, 100 * mean);
}

}  // namespace hone
