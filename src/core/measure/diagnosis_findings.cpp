#include "core/measure/diagnosis_findings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "hone/core/measure/remeasure.hpp"
#include "hone/core/measure/single_race.hpp"
#include "hone/core/measure/t_interval.hpp"

namespace hone {
namespace {

constexpr double high_cv = 0.03, poor_gain = 0.05;
constexpr double strong_drift = 0.03;  // of the white noise a run, as a ratio of variances
constexpr double many_outliers = 0.10;
constexpr double few_experiments = 20;
constexpr double short_run = 0.005;  // seconds: starting a process takes about one

using Findings = std::vector<Finding>;

void add(Findings& list, Health health, std::string subject, std::string text, std::string advice = "") {
  list.push_back({health, std::move(subject), std::move(text), std::move(advice)});
}

// What makes this kind of number quieter.
std::string quieter(const MetricSpec& metric) {
  switch (metric.measure) {
    case Measure::wall:
      return "try --measure cpu or instructions, a longer or repeated workload, a machine with nothing else on it";
    case Measure::cpu:
      return "try --measure instructions, or a longer or repeated workload";
    case Measure::instructions:
      return "fix seeds and thread counts inside the command";
    case Measure::peak_memory:
      return "fix thread counts and allocator settings (MALLOC_ARENA_MAX=1)";
    case Measure::printed:
      return "repeat the work inside the command and print the median; fix seeds (HONE_SEED); count steps, not seconds";
  }
  return "";
}

void metric_lines(Findings& list, const Diagnosis& found, const DiagnosisInput& input) {
  const auto all = static_cast<std::int64_t>(input.runs.size());
  const auto valid = static_cast<std::int64_t>(found.values.size());
  const auto bad =
      std::find_if(input.runs.begin(), input.runs.end(), [](const Sample& sample) { return !sample.value; });
  const std::string why = bad == input.runs.end() ? "" : bad->invalid;
  if (valid == 0) {
    add(list, Health::bad, "metric", all == 0 ? "was not run" : why,
        "run the command by hand; print one line `METRIC name=value`, or say where the number is with --match");
  } else if (valid < all) {
    const bool often = 5 * (all - valid) >= all;
    add(list, often ? Health::bad : Health::warning, "metric",
        fmt::format("{} of {} runs gave no value: {}", all - valid, all, why),
        "a run that fails now fails at night too: mend it first");
  } else if (found.level == 0) {
    add(list, Health::warning, "metric", "the value is 0, so gains cannot be told in per cent",
        "add a constant, or measure something that is never 0");
  } else {
    add(list, Health::good, "metric", fmt::format("one number in each of {} runs, about {:.6g}", valid, found.level));
  }
}

void spread_lines(Findings& list, const Diagnosis& found, const DiagnosisInput& input) {
  if (found.deterministic) {
    add(list, Health::good, "spread", "none: the same digits each time; one run each decides");
  } else {
    const bool high = found.cv > high_cv;
    add(list, high ? Health::warning : Health::good, "spread", fmt::format("{:.3g} % a run", 100 * found.cv),
        high ? quieter(input.spec.metric) : "");
  }
  if (found.warm_up)
    add(list, Health::good, "warm-up",
        "the first run lies apart from the rest; it is left out, and that of each patch too if those do the same");
  const auto counted = static_cast<double>(found.values.size());
  if (found.outliers > 0) {
    const bool many = static_cast<double>(found.outliers) > many_outliers * counted;
    add(list, many ? Health::warning : Health::good, "outliers",
        fmt::format("{} of {} runs lie more than 5 spreads away", found.outliers, found.values.size()),
        many ? "something else runs on this machine at times: look for it, or pin and measure CPU time" : "");
  }
  if (found.drift >= strong_drift) {
    add(list, Health::warning, "drift",
        fmt::format("the level walks (r = {:.3g} a run); pairs cancel it, but each screen costs a champion run more",
                    found.drift),
        "let the machine reach a steady state: fixed frequency, no other load, no growing caches");
  } else if (!found.deterministic) {
    add(list, Health::good, "drift", "none seen");
  }
  if (!found.deterministic) {
    std::vector<double> sorted = found.values;
    std::sort(sorted.begin(), sorted.end());
    const auto different = std::unique(sorted.begin(), sorted.end()) - sorted.begin();
    if (3 * different <= static_cast<std::ptrdiff_t>(found.values.size())) {
      add(list, Health::warning, "steps",
          fmt::format("only {} different values: the number comes in coarse steps, and a tie is not better", different),
          "print more digits");
    }
  }
}

void honesty_lines(Findings& list, const Diagnosis& found, const DiagnosisInput& input) {
  const Interval& twins = found.twins_interval;
  if (twins.low != 0 || twins.high != 0) {
    const bool differ = twins.low > 0 || twins.high < 0;
    add(list, differ ? Health::warning : Health::good, "A/A",
        fmt::format("two checkouts of one tree differ by {:+.2g} % [{:+.2g}, {:+.2g}]", 100 * found.twins,
                    100 * twins.low, 100 * twins.high),
        differ ? "the place or the order of a run changes the number: look for caches beside the tree and for paths in "
                 "the output"
               : "");
  }
  if (found.seed_spread) {
    add(list, found.deterministic ? Health::warning : Health::good, "seeds",
        fmt::format("HONE_SEED changes the value by {:.3g} %; both sides of a pair share it", 100 * *found.seed_spread),
        found.deterministic
            ? "a patch can win by luck with one seed: average several seeds inside the command, or ignore HONE_SEED"
            : "");
  } else if (!input.other_seeds.empty()) {
    add(list, Health::good, "seeds",
        found.deterministic ? "HONE_SEED changes nothing" : "HONE_SEED changes nothing beyond the noise");
  }
  if (input.planted == nullptr) return;
  const Planted& planted = *input.planted;
  if (!planted.failed.empty()) {
    add(list, planted.asked ? Health::bad : Health::warning, "sensitivity",
        fmt::format("{}: {}", planted.how, planted.failed),
        planted.asked ? "--sensitivity takes a shell command that edits a target, e.g. a sed" : "");
  } else if (judge_planted(input.spec.metric.goal, planted) == Sight::seen) {
    const Remeasured gap = remeasure(input.spec.metric.goal, planted.worse, planted.unchanged);
    add(list, planted.louder ? Health::warning : Health::good, "sensitivity",
        fmt::format("{} is seen: {:.2g} % in {} pairs{}", planted.how, 100 * gap.effect, gap.pairs,
                    planted.louder ? "; one of a quarter of it was not" : ""),
        planted.louder ? quieter(input.spec.metric) : "");
  } else {
    add(list, Health::bad, "sensitivity", fmt::format("{} is not seen in {} pairs", planted.how, planted.worse.size()),
        "the metric does not answer to what it should measure, or is too noisy: " + quieter(input.spec.metric));
  }
}

// What kind of metric the night will take it for, and why; a setting that the runs contradict is said first.
void mode_line(Findings& list, const Diagnosis& found, const DiagnosisInput& input) {
  const AcceptSpec& accept = input.spec.accept;
  if (accept.rule != AcceptRule::gate || found.mode == MetricMode::automatic) return;
  const bool asked = accept.mode == found.mode;
  if (accept.mode == MetricMode::deterministic && !asked) {
    add(list, Health::warning, "mode", "--metric-mode deterministic does not hold: two runs of one tree differ",
        "leave --metric-mode out, or make the command give the same digits each time");
  }
  const std::string by = asked ? " because --metric-mode says so" : " because";
  switch (found.mode) {
    case MetricMode::deterministic:
      add(list, Health::good, "mode",
          fmt::format("deterministic,{} all runs gave the same digits: one run each decides, ties are {}",
                      asked ? by + " and" : by, accept.smaller_wins_tie ? "won by shorter code" : "no gain"));
      break;
    case MetricMode::expensive:
      add(list, Health::good, "mode",
          fmt::format("very expensive,{} the night has room for about {:.0f} runs: one race of at most {} runs a "
                      "candidate, with {} for the noise",
                      asked ? by + ", and" : by, found.runs_afforded, single_runs_most,
                      accept.noise_prior ? fmt::format("a prior of {:.2g} %", 100 * *accept.noise_prior)
                                         : "no prior (--noise-prior, where the spread is known)"));
      if (found.deterministic)
        add(list, Health::warning, "mode", "and yet all runs gave the same digits", "leave --metric-mode out");
      break;
    default:
      const bool overdone = found.deterministic && !found.seed_spread;  // only --metric-mode makes this noisy
      add(list, overdone ? Health::warning : Health::good, "mode",
          fmt::format("noisy,{} runs {}: a screen against the champion's level, then fresh pairs",
                      asked ? by + ", and" : by,
                      overdone              ? "gave the same digits each time"
                      : found.deterministic ? "with different seeds differ"
                                            : "differ"),
          overdone ? "leave --metric-mode out" : "");
  }
  if (accept.smaller_wins_tie && found.mode != MetricMode::deterministic) {
    add(list, Health::warning, "ties", "--ties smaller changes nothing here: no runs of a noisy metric show a tie",
        "leave --ties out");
  }
}

void time_lines(Findings& list, const Diagnosis& found, const DiagnosisInput& input) {
  const RunSpec& spec = input.spec;
  const double wall = found.run_wall.value;
  const bool timed = spec.metric.measure == Measure::wall || spec.metric.measure == Measure::cpu;
  if (timed && wall < short_run) {
    add(list, Health::warning, "time",
        fmt::format("{:.2g} ms a run: starting a process is a good part of it", 1e3 * wall),
        "repeat the work inside the command");
  } else if (wall > spec.limits.timeout.value / 2) {
    add(list, Health::warning, "time",
        fmt::format("{:.3g} s a run, and it dies at {:.3g} s", wall, spec.limits.timeout.value), "raise --timeout");
  } else {
    add(list, Health::good, "time",
        wall < 1 ? fmt::format("{:.3g} ms a run", 1e3 * wall) : fmt::format("{:.3g} s a run", wall));
  }
  mode_line(list, found, input);
  if (found.runs_per_experiment == 0) return;
  if (found.detectable > 0) {
    const Health health = found.detectable > hopeless_gain ? Health::bad
                          : found.detectable > poor_gain   ? Health::warning
                                                           : Health::good;
    add(list, health, "detectable",
        fmt::format("gains from {:.2g} % on are kept 8 times of 10; smaller ones less often", 100 * found.detectable),
        health == Health::good ? "" : quieter(spec.metric));
  } else {
    add(list, Health::good, "detectable", "any gain");
  }
  const bool few =
      found.experiments < few_experiments &&
      (!spec.limits.max_experiments || found.experiments < static_cast<double>(*spec.limits.max_experiments));
  const Health health = found.experiments < 1 ? Health::bad : few ? Health::warning : Health::good;
  add(list, health, "tonight",
      fmt::format("time for about {:.0f} experiments at {:.1f} runs each; {:.0f} keeps while one patch in 20 gains .5 "
                  "to 5 % and one in 5 a little",
                  found.experiments, found.runs_per_experiment, found.keeps),
      health == Health::good ? "" : "a shorter metric, more --slots or a larger --budget");
  add(list, Health::good, "tier",
      fmt::format("{}: a proposal takes about {:.2g} times a run", render_tier(found.tier), found.cost_ratio));
}

}  // namespace

std::vector<Finding> findings_of(const Diagnosis& found, const DiagnosisInput& input) {
  Findings list;
  metric_lines(list, found, input);
  if (found.values.size() < 2) return list;
  spread_lines(list, found, input);
  honesty_lines(list, found, input);
  time_lines(list, found, input);
  return list;
}

}  // namespace hone
