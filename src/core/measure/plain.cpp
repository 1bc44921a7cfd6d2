#include "hone/core/measure/plain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "hone/core/base/assert.hpp"
#include "hone/core/base/random.hpp"
#include "hone/core/measure/t_interval.hpp"

namespace hone::plain {
namespace {

constexpr std::size_t margin_calibration = 3;  // champion runs that give margin its starting value
constexpr std::size_t champion_runs_kept = 100;
constexpr double early_confidence = 0.99;  // of the interval whose upper end may end a hopeless race

std::size_t calibration_runs(const AcceptSpec& spec) {
  return spec.rule == AcceptRule::greedy ? 1 : margin_calibration;
}

std::size_t pairs_wanted(const AcceptSpec& spec) {
  return static_cast<std::size_t>(std::max<std::int64_t>(1, spec.pairs));
}

double wanted_gain(const AcceptSpec& spec) {
  return std::max(spec.margin, spec.min_effect.value_or(0));
}

// Relative to the champion's size; a champion of exactly 0 has no size, so the difference itself is then the gain.
double gain_over(Direction direction, double before, double after, double scale) {
  const double difference = direction == Direction::minimise ? before - after : after - before;
  return scale > 0 ? difference / scale : difference;
}

std::vector<double> pair_gains(Direction direction, const PlainRace& race) {
  double scale = 0;
  for (const double value : race.champion) scale += std::abs(value) / static_cast<double>(race.champion.size());
  std::vector<double> gains;
  gains.reserve(race.candidate.size());
  for (std::size_t i = 0; i < race.candidate.size(); ++i) {
    gains.push_back(gain_over(direction, race.champion[i], race.candidate[i], scale));
  }
  return gains;
}

// A B B A ...: whoever runs second in one pair runs first in the next, so a steady trend cancels.
Series next_pair(const Acceptance& acceptance, ExperimentId experiment, std::size_t index) {
  Series series;
  series.phase = Phase::confirm;
  series.runs =
      index % 2 == 0 ? std::vector{Role::champion, Role::candidate} : std::vector{Role::candidate, Role::champion};
  series.seed = derive(acceptance.seed, experiment.value, index).next();
  return series;
}

Verdict margin_verdict(const Acceptance& acceptance, const PlainRace& race, std::span<const double> gains) {
  const MeanSpread spread = mean_spread(gains);
  const double wanted = wanted_gain(acceptance.spec);
  Verdict verdict;
  verdict.rule = "margin";
  verdict.before = mean_spread(race.champion).mean;
  verdict.after = mean_spread(race.candidate).mean;
  verdict.effect = spread.mean;
  verdict.samples = spread.count;
  verdict.interval = spread.count < 2 ? Interval{spread.mean, spread.mean} : t_interval(spread, 0.95);
  const bool all = race.candidate.size() >= pairs_wanted(acceptance.spec);
  const bool kept = all && spread.mean > wanted;
  verdict.decision = kept ? Decision::accepted : Decision::rejected;
  verdict.reason = fmt::format("mean gain of {} pair{} is {:+.2f} % [{:+.2f}, {:+.2f}], {} the margin of {:.2f} %{}",
                               spread.count, spread.count == 1 ? "" : "s", 100 * spread.mean,
                               100 * verdict.interval.low, 100 * verdict.interval.high, kept ? "above" : "not above",
                               100 * wanted, all ? "" : "; the other pairs could hardly have changed that");
  return verdict;
}

Step margin_step(const Acceptance& acceptance, ExperimentId experiment, const PlainRace& race) {
  const std::size_t done = race.candidate.size();
  const std::vector<double> gains = pair_gains(acceptance.direction, race);
  if (done >= pairs_wanted(acceptance.spec)) return margin_verdict(acceptance, race, gains);
  // Ending early can only reject, so it never makes a keep that all pairs would not have made.
  if (done >= 2 && t_interval(mean_spread(gains), early_confidence).high < wanted_gain(acceptance.spec)) {
    return margin_verdict(acceptance, race, gains);
  }
  return next_pair(acceptance, experiment, done);
}

Step greedy_step(const Acceptance& acceptance, const PlainState& state, ExperimentId experiment,
                 const PlainRace& race) {
  if (race.candidate.empty()) {
    return Series{Phase::confirm, {Role::candidate}, derive(acceptance.seed, experiment.value).next()};
  }
  HONE_ASSERT(!state.champion.empty());
  Verdict verdict;
  verdict.rule = "greedy";
  verdict.before = state.champion.front();
  verdict.after = race.candidate.front();
  verdict.effect = gain_over(acceptance.direction, verdict.before, verdict.after, std::abs(verdict.before));
  verdict.interval = {verdict.effect, verdict.effect};
  verdict.samples = 1;
  const double wanted = acceptance.spec.min_effect.value_or(0);
  const bool kept = verdict.effect > 0 && verdict.effect >= wanted;
  verdict.decision = kept ? Decision::accepted : Decision::rejected;
  verdict.reason = fmt::format("one run, {:+.2f} % against the record{}; no error control", 100 * verdict.effect,
                               !kept && verdict.effect > 0 ? fmt::format(", wanted {:.2f} %", 100 * wanted) : "");
  return verdict;
}

void remember(std::vector<double>& champion, double value) {
  champion.push_back(value);
  if (champion.size() > champion_runs_kept) champion.erase(champion.begin());
}

}  // namespace

std::optional<Series> calibration_step(const Acceptance& acceptance, const PlainState& state) {
  const std::size_t wanted = calibration_runs(acceptance.spec);
  if (state.calibrated >= wanted) return std::nullopt;
  return Series{Phase::calibrate, std::vector<Role>(wanted - state.calibrated, Role::champion),
                derive(acceptance.seed, 0, state.calibrated).next()};
}

void fold_calibration(PlainState& state, std::span<const Observation> observations) {
  for (const Observation& observation : observations) {
    if (observation.role == Role::candidate) continue;
    remember(state.champion, observation.value);
    ++state.calibrated;
  }
}

Step next_step(const Acceptance& acceptance, const PlainState& state, ExperimentId experiment, const PlainRace& race) {
  if (acceptance.spec.rule == AcceptRule::greedy) return greedy_step(acceptance, state, experiment, race);
  return margin_step(acceptance, experiment, race);
}

void fold_series(const Acceptance& acceptance, PlainState& state, PlainRace& race,
                 std::span<const Observation> observations) {
  if (acceptance.spec.rule == AcceptRule::greedy) {
    for (const Observation& seen : observations) {
      if (seen.role == Role::candidate) race.candidate.push_back(seen.value);
    }
    return;
  }
  // Only whole pairs count: the runs of half a pair say nothing about a difference and are measured again.
  for (std::size_t i = 0; i + 1 < observations.size();) {
    const Observation& first = observations[i];
    const Observation& second = observations[i + 1];
    if (first.role == second.role) {
      ++i;
      continue;
    }
    const bool champion_first = first.role == Role::champion;
    race.champion.push_back(champion_first ? first.value : second.value);
    race.candidate.push_back(champion_first ? second.value : first.value);
    remember(state.champion, race.champion.back());
    i += 2;
  }
}

void fold_end(const Acceptance& acceptance, PlainState& state, const PlainRace& race, bool kept) {
  if (!kept || race.candidate.empty()) return;
  // greedy's record is the lucky run that was kept: that is the rule, and why it is not the default.
  state.champion = acceptance.spec.rule == AcceptRule::greedy ? std::vector{race.candidate.front()} : race.candidate;
}

}  // namespace hone::plain
