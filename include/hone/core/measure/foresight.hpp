// Long runs with intermediate values (`METRIC step=N name=value`): is this one worth its end? From runs that reached
// theirs, the final gain over the champion is predicted out of the gain at the same step by shrunk regression, and a
// run is stopped when P(its end keeps the race open) < .05 (statistics.md section 4, `rule_pred` of
// reference/sim/curves.py). The plan is a value that says at which step which number is hopeless, so whoever reads the
// lines needs neither statistics nor a way back.
//
// The numbers are what code under test printed, so a candidate can forge them. It gains nothing: better ones let it run
// to its end, where it is measured as ever; worse ones stop it, and then it is not kept.
//
// Pure. Gains are in units (percent, + is better than the champion).
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hone/core/measure/metric_scale.hpp"
#include "hone/core/measure/sample.hpp"

namespace hone {

inline constexpr std::size_t least_completed = 10;  // runs; with fewer nothing is predicted
inline constexpr double least_hope = 0.05;

// A run that reached its end: its gain at some step and at the end.
struct EarlyAndFinal {
  double early = 0;
  double final = 0;
};

// final = mean_final + slope (early - mean_early), give or take `spread`.
struct Prediction {
  double mean_early = 0;
  double mean_final = 0;
  double slope = 1;
  double spread = 0;  // > 0
};

// Least squares with the slope held in [.3, 1.2], on runs within ten medians of |early|; the spread is the larger of
// 1.4826 MAD and half the standard deviation of what is left. Nothing: too few runs.
[[nodiscard]] std::optional<Prediction> fit_prediction(std::span<const EarlyAndFinal>);
[[nodiscard]] double predicted_gain(const Prediction&, double early);
[[nodiscard]] double hope(const Prediction&, double early, double needed);  // P(final >= needed)

// What the next run of a candidate is compared with, and the gain below which its race would end with it.
struct NextRun {
  MetricScale scale;
  double level = 0;   // the champion's, in units
  double needed = 0;  // units
};

struct StopPoint {
  double step = 0;
  double champion = 0;  // units: the median of its runs at that step
  Prediction prediction;
};
struct StopPlan {
  std::string name;  // the metric
  NextRun next;
  double last_step = 0;  // of the champion's runs
  std::vector<StopPoint> points;
};

// The step of a value called "NAME[step=N]".
[[nodiscard]] std::optional<double> step_of(std::string_view value_name, std::string_view metric);
// "stopped at step 300 of 1000: ..."; "" = it goes on, which it also does at every step that the plan does not name.
[[nodiscard]] std::string why_stop(const StopPlan&, const NamedValue&);

}  // namespace hone
