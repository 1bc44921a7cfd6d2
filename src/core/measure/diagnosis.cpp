#include "hone/core/measure/diagnosis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/measure/diagnosis_findings.hpp"
#include "hone/core/measure/detectable.hpp"
#include "hone/core/measure/level.hpp"
#include "hone/core/measure/metric_scale.hpp"
#include "hone/core/measure/noise_model.hpp"
#include "hone/core/measure/single_race.hpp"
#include "hone/core/measure/t_interval.hpp"

namespace hone {
namespace {

constexpr double far = 5;              // robust sd
constexpr double night_share = 0.85;   // of the budget that experiments get: calibration and final word take the rest
constexpr std::size_t least_runs = 6;  // that a noise model is fitted to

std::vector<double> values_of(std::span<const Sample> samples) {
  std::vector<double> values;
  for (const Sample& sample : samples) {
    if (sample.value) values.push_back(*sample.value);
  }
  return values;
}

bool all_equal(std::span<const double> values) {
  return std::all_of(values.begin(), values.end(), [&](double value) { return value == values.front(); });
}

std::vector<double> distances(std::span<const double> values) {
  std::vector<double> copy(values.begin(), values.end());
  const double middle = median_of(copy);
  std::vector<double> result;
  for (const double value : values) result.push_back(value - middle);
  return result;
}

// As the gate's calibration drops it.
bool first_lies_apart(std::span<const double> values) {
  if (values.size() < least_runs) return false;
  std::vector<double> rest(values.begin() + 1, values.end());
  const double off = std::abs(values.front() - median_of(rest));
  if (all_equal(rest)) return off > 0;
  return off > far * robust_scale(distances(rest));
}

void describe_noise(Diagnosis& result, const DiagnosisInput& input) {
  std::vector<double> copy = result.values;
  result.level = median_of(copy);
  result.warm_up = first_lies_apart(result.values);
  const std::span<const double> warm = std::span(result.values).subspan(result.warm_up ? 1 : 0);
  result.deterministic = warm.size() >= 2 && all_equal(warm);
  if (result.deterministic || warm.size() < 3) return;
  const MetricScale scale = choose_scale(input.spec.metric.goal, warm);
  std::vector<ChampionRun> runs;
  std::vector<double> units;
  for (const double value : warm) {
    units.push_back(to_units(scale, value));
    runs.push_back({value, units.back(), static_cast<double>(runs.size()), 0});
  }
  const std::vector<double> off = distances(units);
  const double spread = robust_scale(off);
  result.cv = std::max(spread, std::sqrt(fit_level(runs).white)) / 100;
  result.drift = fit_level(runs).drift;
  result.outliers = std::count_if(off.begin(), off.end(), [&](double x) { return std::abs(x) > far * spread; });
}

// Of `after` over `before`, pair by pair on the gate's scale; the interval is one of 99 %.
struct Gap {
  double gain = 0;
  Interval interval;
};
Gap gap_of(Direction direction, std::span<const double> before, std::span<const double> after) {
  std::vector<double> all(before.begin(), before.end());
  all.insert(all.end(), after.begin(), after.end());
  const MetricScale scale = choose_scale(direction, all);
  std::vector<double> gains;
  for (std::size_t i = 0; i < before.size(); ++i)
    gains.push_back(to_units(scale, before[i]) - to_units(scale, after[i]));
  const MeanSpread spread = mean_spread(gains);
  const Interval units = t_interval(spread, 0.99);
  return {relative_gain(scale, spread.mean), {relative_gain(scale, units.low), relative_gain(scale, units.high)}};
}

// Two checkouts of one tree must not differ: pairs in the order they ran.
void compare_twins(Diagnosis& result, const DiagnosisInput& input) {
  std::vector<double> first, second;
  const std::size_t skip = result.warm_up ? 2 : 0;
  for (std::size_t i = skip; i < input.runs.size(); ++i) {
    if (!input.runs[i].value) continue;
    (input.runs[i].role == Role::champion ? first : second).push_back(*input.runs[i].value);
  }
  const std::size_t pairs = std::min(first.size(), second.size());
  if (pairs < 3) return;
  const Gap gap = gap_of(input.spec.metric.goal, std::span(first).first(pairs), std::span(second).first(pairs));
  result.twins = gap.gain;
  result.twins_interval = gap.interval;
}

void describe_seeds(Diagnosis& result, const DiagnosisInput& input) {
  const std::vector<double> other = values_of(input.other_seeds);
  if (other.size() < 2 || result.level == 0) return;
  const double spread = std::sqrt(mean_spread(other).variance) / std::abs(result.level);
  // Where lone runs lie far off, one of these may be such a run: then two of them agree.
  std::vector<double> sorted = other;
  std::sort(sorted.begin(), sorted.end());
  double closest = sorted.back() - sorted.front();
  for (std::size_t i = 1; i < sorted.size(); ++i) closest = std::min(closest, sorted[i] - sorted[i - 1]);
  if (result.outliers > 0 && closest <= 2 * result.cv * std::abs(result.level)) return;
  if (result.deterministic ? spread > 0 : spread > 3 * result.cv) result.seed_spread = spread;
}

// One patch in 20 gains .5 to 5 %, one in 5 gains a tenth of a per cent: the mix of the project's simulated nights.
struct Gains {
  double gain, share;
};
constexpr std::array<Gains, 4> usual_gains = {{{0.001, 0.20}, {0.007, 0.017}, {0.014, 0.017}, {0.032, 0.016}}};

// As the gate's calibration decides it.
MetricMode mode_of(const Diagnosis& found, const RunSpec& spec) {
  const MetricMode asked = spec.accept.mode;
  const bool exact = found.deterministic && !found.seed_spread;  // calibration runs with several seeds
  const bool held = asked != MetricMode::deterministic || exact;
  if (asked != MetricMode::automatic && held) return asked;
  if (exact) return MetricMode::deterministic;
  const bool few = found.runs_afforded > 0 && found.runs_afforded < affordable_runs;
  return few ? MetricMode::expensive : MetricMode::noisy;
}

void look_ahead(Diagnosis& result, const DiagnosisInput& input) {
  const RunSpec& spec = input.spec;
  std::vector<double> walls;
  for (const Sample& sample : input.runs) walls.push_back(sample.wall.value);
  result.run_wall = Seconds{median_of(walls)};
  result.cost_ratio = result.run_wall.value > 0 ? input.proposing / result.run_wall : 0;
  result.tier = tier_for(result.cost_ratio);
  double kept = 0;
  result.runs_afforded =
      result.run_wall.value > 0 ? std::max(1U, spec.slots) * (spec.limits.budget / result.run_wall) : 0;
  result.mode = mode_of(result, spec);
  if (result.mode == MetricMode::expensive) {
    const double sd = std::max({spec.accept.noise_prior.value_or(0), result.cv, result.seed_spread.value_or(0)});
    const double degrees =
        static_cast<double>(single_calibration) - 1 + (spec.accept.noise_prior ? spec.accept.prior_weight - 1 : 0);
    result.detectable = -std::expm1(-smallest_in_single_race(std::max(sd, 1e-8), degrees, single_alpha(spec.accept)));
    result.runs_per_experiment = 1.2;
    for (const Gains& one : usual_gains) kept += one.gain >= result.detectable ? one.share : 0;
  } else if (result.deterministic) {
    result.runs_per_experiment = 1.1;
    for (const Gains& one : usual_gains) kept += one.share;
  } else {
    const std::span<const double> warm = std::span(result.values).subspan(result.warm_up ? 1 : 0);
    if (warm.size() < least_runs) return;
    const DetectionSetting setting{.direction = spec.metric.goal, .tier = result.tier};
    result.detectable = smallest_detectable(warm, setting);
    result.runs_per_experiment = 0;
    double rest = 1;
    for (const Gains& one : usual_gains) {
      const Detection seen = detection_of(one.gain, warm, setting);
      kept += one.share * seen.kept;
      result.runs_per_experiment += one.share * seen.runs;
      rest -= one.share;
    }
    result.runs_per_experiment += rest * detection_of(1e-9, warm, setting).runs;
  }
  const double asking = input.proposing.value / std::max(1U, spec.proposers);
  const double slot = (result.runs_per_experiment * result.run_wall.value) / std::max(1U, spec.slots);
  const double each = std::max({asking, slot, input.preparing.value, 0.001});
  result.experiments = night_share * spec.limits.budget.value / each;
  if (spec.limits.max_experiments)
    result.experiments = std::min(result.experiments, static_cast<double>(*spec.limits.max_experiments));
  result.keeps = result.experiments * kept;
}

}  // namespace

std::string_view render_mode(MetricMode mode) {
  constexpr std::array<std::string_view, 4> words = {"auto", "noisy", "deterministic", "expensive"};
  return words[static_cast<std::size_t>(mode)];
}

Readiness readiness(std::span<const Finding> findings) {
  Readiness result = Readiness::ready;
  for (const Finding& finding : findings) {
    if (finding.health == Health::bad) return Readiness::not_ready;
    if (finding.health == Health::warning) result = Readiness::ready_with_warnings;
  }
  return result;
}

std::string_view render_readiness(Readiness readiness) {
  switch (readiness) {
    case Readiness::ready:
      return "ready";
    case Readiness::ready_with_warnings:
      return "ready with warnings";
    case Readiness::not_ready:
      return "not ready";
  }
  return "";
}

namespace {
// Sign test at 1 %: one wild run widens the interval, but not this. Smallest counts that chance gives less often.
bool mostly_worse(Direction direction, const Planted& planted, std::size_t pairs) {
  constexpr std::array<std::size_t, 17> needed = {99, 99, 99, 99, 99, 99, 99, 7, 8, 9, 10, 10, 11, 12, 12, 13, 14};
  std::size_t worse = 0;
  for (std::size_t i = 0; i < pairs; ++i) worse += better(direction, planted.unchanged[i], planted.worse[i]) ? 1 : 0;
  return worse >= needed[std::min(pairs, needed.size() - 1)];
}
}  // namespace

Sight judge_planted(Direction direction, const Planted& planted) {
  const std::size_t pairs = std::min(planted.unchanged.size(), planted.worse.size());
  if (pairs < planted_pairs_least) return Sight::need_more;
  const Gap gap = gap_of(direction, std::span(planted.worse).first(pairs), std::span(planted.unchanged).first(pairs));
  if (gap.interval.low > 0 || mostly_worse(direction, planted, pairs)) return Sight::seen;
  return pairs < planted_pairs_most ? Sight::need_more : Sight::not_seen;
}

Diagnosis diagnose(const DiagnosisInput& input) {
  Diagnosis result;
  result.values = values_of(input.runs);
  if (result.values.size() >= 2) {
    describe_noise(result, input);
    compare_twins(result, input);
    describe_seeds(result, input);
    look_ahead(result, input);
  }
  result.findings = findings_of(result, input);
  return result;
}

namespace {
// Cheap, and true whenever the simulation could say so: that one is for the rare case.
bool could_be_hopeless(Direction direction, std::span<const double> warm) {
  const MetricScale scale = choose_scale(direction, warm);
  std::vector<double> units;
  for (const double value : warm) units.push_back(to_units(scale, value));
  return 4 * std::sqrt(mean_spread(units).variance) > gain_in_units(scale, hopeless_gain);
}
}  // namespace

std::optional<std::string> why_hopeless(Direction direction, std::span<const double> champion) {
  if (champion.size() < least_runs) return std::nullopt;
  const std::span<const double> warm = champion.subspan(first_lies_apart(champion) ? 1 : 0);
  if (warm.size() < least_runs || all_equal(warm)) return std::nullopt;
  if (!could_be_hopeless(direction, warm)) return std::nullopt;
  const double detectable = smallest_detectable(warm, {.direction = direction, .races = 60});
  if (!(detectable > hopeless_gain)) return std::nullopt;
  return fmt::format(
      "the metric is too noisy: on the unchanged tree it scatters so much that only a gain above {:.0f} % could be "
      "seen; "
      "`hone doctor` says more, --anyway goes on all the same",
      100 * std::min(detectable, 9.99));
}

}  // namespace hone
