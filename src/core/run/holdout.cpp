// The hold-out's own rule. A few pairs on data that nobody tuned on cannot prove a gain again. They may say that the
// patch is worse there, which refuses it, or that a large gain is not there at all, which is for a person to look at.
#include <fmt/format.h>

#include <algorithm>

#include "core/run/plan_parts.hpp"
#include "hone/core/measure/t_interval.hpp"

namespace hone {
namespace {

constexpr std::size_t holdout_pairs = 5;
// One-sided 99 %: one honest patch without any gain there in a hundred is refused, and one with a gain hardly ever.
constexpr double confidence = 0.98;
constexpr double large_gain = 0.1;      // what a memory of the inputs is worth it for
constexpr double missing_share = 0.25;  // of it, at most, on the hold-out
// A smaller one may come from what the hold-out has not, unless that says, to a twentieth, that there is nothing at
// all.
constexpr double told_gain = 0.02;
constexpr double nothing_share = 0.05;

struct HoldoutPairs {
  double before = 0, after = 0;  // means
  std::vector<double> gains;
  std::string invalid;
};

HoldoutPairs pairs_of(const State& state, const Experiment& experiment) {
  HoldoutPairs pairs;
  for (const Sample& sample : experiment.holdout) {
    if (!sample.value && pairs.invalid.empty()) pairs.invalid = sample.invalid.empty() ? "no value" : sample.invalid;
  }
  if (!pairs.invalid.empty()) return pairs;
  for (std::size_t i = 0; i + 1 < experiment.holdout.size(); i += 2) {
    const Sample& first = experiment.holdout[i];
    const Sample& second = experiment.holdout[i + 1];
    const bool champion_first = first.role == Role::champion;
    const double before = champion_first ? *first.value : *second.value;
    const double after = champion_first ? *second.value : *first.value;
    pairs.before += before;
    pairs.after += after;
    pairs.gains.push_back(before == 0 ? 0 : improvement(state.spec.metric.goal, before, after));
  }
  const double n = static_cast<double>(std::max<std::size_t>(1, pairs.gains.size()));
  pairs.before /= n;
  pairs.after /= n;
  return pairs;
}

}  // namespace

// Once, before the night: a command that cannot work would refuse every gain.
bool holdout_untried(const State& state) {
  return !state.spec.holdout.empty() && !state.holdout_tried && state.finished == 0 &&
         state.champion.experiment.value == 0;
}

bool holdout_due(const State& state, const Experiment& experiment) {
  if (state.spec.holdout.empty() || experiment.holdout.size() >= 2 * holdout_pairs) return false;
  return std::all_of(experiment.holdout.begin(), experiment.holdout.end(),
                     [](const Sample& sample) { return sample.value.has_value(); });
}

Verdict judge_holdout(const State& state, const Experiment& experiment) {
  const HoldoutPairs pairs = pairs_of(state, experiment);
  Verdict verdict;
  verdict.rule = "hold-out";
  if (!pairs.invalid.empty()) {
    verdict.reason = "a hold-out run gave no value: " + pairs.invalid;
    return verdict;
  }
  const MeanSpread spread = mean_spread(pairs.gains);
  verdict.before = pairs.before;
  verdict.after = pairs.after;
  verdict.effect = spread.mean;
  verdict.interval = t_interval(spread, confidence);
  verdict.samples = spread.count;
  verdict.decision = verdict.interval.high < 0 ? Decision::rejected : Decision::accepted;
  verdict.reason = fmt::format("{:+.2f} % on the hold-out over {} pairs", 100 * verdict.effect, verdict.samples);
  return verdict;
}

std::optional<std::string> find_holdout_mismatch(const Verdict& race, const Verdict& holdout) {
  const bool large = race.effect >= large_gain && holdout.interval.high < missing_share * race.effect;
  const bool nothing = race.effect >= told_gain && holdout.interval.high < nothing_share * race.effect;
  const bool missing = large || nothing;
  if (!missing || holdout.decision != Decision::accepted) return std::nullopt;
  return fmt::format("holdout_mismatch: {:+.2f} % when measured, {}", 100 * race.effect, holdout.reason);
}

}  // namespace hone
