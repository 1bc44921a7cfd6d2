#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "hone/core/base/assert.hpp"
#include "hone/core/measure/gate.hpp"
#include "hone/core/measure/gate_calibration.hpp"
#include "hone/core/measure/t_interval.hpp"

namespace hone::gate {
namespace {

// "+1.20 +0.93 ..." : one number a pair, so `hone show` can replay the race from it.
std::string render_numbers(std::span<const double> values) {
  std::string text;
  for (const double value : values) text += fmt::format("{}{:+.3g}", text.empty() ? "" : " ", value);
  return text;
}

std::string render_screen(const GateRace& race) {
  std::vector<double> gains;
  for (const double run : race.screen.runs) gains.push_back(race.level - run);
  return fmt::format("tier {}; screen % {}, log ratio {:+.2f}{}{}", render_tier(race.tier), render_numbers(gains),
                     race.screen.log_ratio, race.screen.second_chance_used ? ", one slow run forgotten" : "",
                     race.screen.first_left_out ? ", after a first run that does not count" : "");
}

std::string render_pairs(const PairRace& pairs) {
  std::vector<double> differences;
  for (std::size_t i = 0; i < pairs.candidate.size(); ++i) {
    differences.push_back(pairs.champion[i] - pairs.candidate[i]);
  }
  return fmt::format("pairs % {}; evidence {}, bar {:.2f}", render_numbers(differences), render_numbers(pairs.evidence),
                     evidence_bar(pairs.design.alpha));
}

void set_gain(Verdict& verdict, const MetricScale& scale, double level, double gain) {
  verdict.before = from_units(scale, level);
  verdict.after = from_units(scale, level - gain);
  verdict.effect = relative_gain(scale, gain);
}

Interval around(const MetricScale& scale, double gain, double half) {
  return {relative_gain(scale, gain - half), relative_gain(scale, gain + half)};
}

Verdict screen_verdict(const GateState& state, const GateRace& race) {
  Verdict verdict;
  const double n = std::max(1, race.screen.counted);
  const double gain = race.screen.sum / n;
  set_gain(verdict, state.scale, race.level, gain);
  verdict.interval = around(state.scale, gain, 1.96 * std::sqrt(state.noise.run_variance / n + race.level_variance));
  verdict.samples = static_cast<std::int64_t>(race.screen.runs.size());
  verdict.reason = fmt::format("not promising: {} run{} {:+.2f} % against the champion's level [{:+.2f}, {:+.2f}]",
                               verdict.samples, verdict.samples == 1 ? "" : "s", 100 * verdict.effect,
                               100 * verdict.interval.low, 100 * verdict.interval.high);
  verdict.path = render_screen(race);
  return verdict;
}

std::string pair_reason(const Verdict& verdict, const GateRace& race) {
  const std::string numbers = fmt::format("{:+.2f} % [{:+.2f}, {:+.2f}] in {} pairs", 100 * verdict.effect,
                                          100 * verdict.interval.low, 100 * verdict.interval.high, verdict.samples);
  const std::string wider =
      verdict.spread == 1 ? ""
                          : fmt::format("; its runs scatter {:.2g} times as much as the champion's", verdict.spread);
  const bool stretched = race.pairs.stretch.evidence < stretch_futile;
  switch (race.pairs.end) {
    case PairEnd::accepted:
      return fmt::format("better: {}, at an error rate of {:.2g}{}", numbers, verdict.alpha, wider);
    case PairEnd::futile:
      return fmt::format("not better: {}{}{}", numbers, wider, stretched ? ", and that alone explains them" : "");
    default:
      return fmt::format("undecided: {}, and no pairs left{}", numbers, wider);
  }
}

Verdict pair_verdict(const GateState& state, const GateRace& race) {
  const PairRace& pairs = race.pairs;
  Verdict verdict;
  const double gain = robust_gain(pairs, race.level);
  const bool accepted = pairs.end == PairEnd::accepted;
  set_gain(verdict, state.scale, race.level, accepted ? claimed_gain(pairs, race.level) : gain);
  const double n = static_cast<double>(pairs.candidate.size());
  // t(.975) of the moderated variance; 1.96 is its limit.
  const Interval unit = t_interval({0, 1, static_cast<std::int64_t>(std::lround(pairs.degrees)) + 1}, 0.95);
  const double half = unit.high * std::sqrt(pairs.degrees + 1) * std::sqrt(pairs.variance / n);
  verdict.interval = around(state.scale, gain, half);
  verdict.samples = static_cast<std::int64_t>(pairs.candidate.size());
  verdict.alpha = pairs.design.alpha;
  verdict.spread = changed_spread(pairs);
  verdict.decision = accepted                          ? Decision::accepted
                     : pairs.end == PairEnd::exhausted ? Decision::undecided
                                                       : Decision::rejected;
  verdict.reason = pair_reason(verdict, race);
  verdict.path = fmt::format("{}; {}", render_screen(race), render_pairs(pairs));
  return verdict;
}

Verdict single_verdict(const GateState& state, const GateRace& race) {
  const SingleRace& single = race.single;
  const bool accepted = single.end == SingleEnd::accepted;
  const double gain = accepted ? corrected_gain(single) : single.gain;
  Verdict verdict;
  verdict.rule = "single-race";
  set_gain(verdict, state.scale, single.belief.level, gain);
  const auto count = static_cast<std::int64_t>(std::lround(single.degrees)) + 1;
  const Interval unit = t_interval({0, static_cast<double>(count), count}, 0.95);
  verdict.interval = around(state.scale, gain, unit.high * std::sqrt(single.gain_variance));
  verdict.samples = static_cast<std::int64_t>(single.candidate.size());
  verdict.alpha = single.rule.alpha;
  verdict.decision = accepted ? Decision::accepted : Decision::rejected;
  verdict.reason = fmt::format(
      "{}: {:+.2f} % [{:+.2f}, {:+.2f}] in {} candidate and {} champion runs, which is what a very "
      "expensive metric gets{}",
      accepted ? "better" : "not better", 100 * verdict.effect, 100 * verdict.interval.low, 100 * verdict.interval.high,
      single.candidate.size(), single.champion.size(),
      accepted ? fmt::format(", at an error rate of {:.2g} and less what winning flatters", verdict.alpha) : "");
  std::vector<double> gains, champion;
  for (const double run : single.candidate) gains.push_back(single.belief.level - run);
  for (const double run : single.champion) champion.push_back(single.belief.level - run);
  verdict.path = fmt::format("one race; candidate % {}{}{}; evidence {}, bar {:.2f}", render_numbers(gains),
                             champion.empty() ? "" : "; champion % ", render_numbers(champion),
                             render_numbers(single.evidence), single_bar(single.rule));
  return verdict;
}

Verdict exact_verdict(const GateState& state, const GateRace& race) {
  Verdict verdict;
  verdict.rule = "deterministic";
  verdict.before = race.champion_value;
  verdict.samples = static_cast<std::int64_t>(race.exact.candidate.size());
  if (race.exact.end == ExactEnd::champion_differs) {
    verdict.decision = Decision::undecided;
    verdict.after = race.exact.candidate.empty() ? verdict.before : race.exact.candidate.front();
    verdict.reason = fmt::format(
        "the unchanged champion no longer gives {}: the metric is not deterministic, its noise is measured from here "
        "on",
        verdict.before);
    return verdict;
  }
  HONE_ASSERT(!race.exact.candidate.empty());
  verdict.after = mean_spread(race.exact.candidate).mean;
  verdict.effect =
      relative_gain(state.scale, to_units(state.scale, verdict.before) - to_units(state.scale, verdict.after));
  verdict.interval = {verdict.effect, verdict.effect};
  const bool kept = race.exact.end == ExactEnd::better;
  verdict.decision = kept ? Decision::accepted : Decision::rejected;
  if (verdict.after == verdict.before && race.lines < 0) {
    verdict.reason = fmt::format("a tie by exact comparison, {}, with {} lines fewer{}", verdict.after, -race.lines,
                                 kept ? "" : "; --ties smaller would keep it");
    return verdict;
  }
  verdict.reason =
      fmt::format("{} by exact comparison: {} against {}{}{}", kept ? "better" : "not better", verdict.after,
                  verdict.before, race.exact.noisy_candidate ? " (mean of runs that differ)" : "",
                  race.screen.first_left_out ? ", after a first run that does not count" : "");
  return verdict;
}

}  // namespace

Verdict render_verdict(const GateState& state, const GateRace& race) {
  Verdict verdict;
  switch (race.stage) {
    case GateRace::Stage::screen:
      verdict = screen_verdict(state, race);
      break;
    case GateRace::Stage::confirm:
      verdict = pair_verdict(state, race);
      break;
    case GateRace::Stage::exact:
      return exact_verdict(state, race);
    case GateRace::Stage::single:
      return single_verdict(state, race);
    default:
      verdict.decision = Decision::undecided;
      verdict.reason = "the champion changed while this race was run";
  }
  verdict.rule = "gate";
  return verdict;
}

std::string describe_mode(const Acceptance& acceptance, const GateState& state) {
  const bool denied = state.contradicted && acceptance.spec.mode == MetricMode::deterministic;
  const std::string_view by = denied || acceptance.spec.mode == MetricMode::automatic ? "" : ", as --metric-mode says";
  std::string text;
  switch (state.mode) {
    case GateMode::calibrating:
      return "";
    case GateMode::deterministic:
      text = fmt::format("deterministic{}: runs agree to the last digit, so one run each decides", by);
      break;
    case GateMode::expensive:
      text = fmt::format(
          "very expensive{}: about {:.0f} runs in the night, so each candidate gets one race of at most {} runs", by,
          runs_afforded(acceptance, state), single_runs_most);
      break;
    case GateMode::noisy:
      text = fmt::format("noisy{}: screened against the champion's level, confirmed in fresh pairs", by);
  }
  if (!denied) return text;
  return "not deterministic, whatever --metric-mode says: two runs of one champion differ; from here on it is " + text;
}

}  // namespace hone::gate
