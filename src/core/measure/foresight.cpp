#include "hone/core/measure/foresight.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "hone/core/base/text.hpp"
#include "hone/core/measure/t_interval.hpp"

namespace hone {
namespace {

constexpr double far_off = 10;  // medians of |early|: a run that diverged says nothing of the others
constexpr double tiny = 1e-9;
constexpr double least_slope = 0.3;
constexpr double most_slope = 1.2;
constexpr double mad_to_sd = 1.4826;

double median_size(std::vector<double> values) {
  for (double& value : values) value = std::abs(value);
  return median_of(values);
}

double spread_of(const std::vector<double>& rest) {
  const auto n = static_cast<double>(rest.size());
  double mean = 0, squares = 0;
  for (const double one : rest) mean += one / n;
  for (const double one : rest) squares += (one - mean) * (one - mean);
  std::vector<double> centred = rest;
  const double middle = median_of(centred);
  for (double& one : centred) one -= middle;
  return std::max({mad_to_sd * median_size(std::move(centred)), 0.5 * std::sqrt(squares / n), tiny});
}

}  // namespace

std::optional<Prediction> fit_prediction(std::span<const EarlyAndFinal> runs) {
  if (runs.size() < least_completed) return std::nullopt;
  std::vector<double> early;
  for (const EarlyAndFinal& run : runs) early.push_back(run.early);
  const double bound = far_off * std::max(median_size(std::move(early)), tiny);
  std::vector<EarlyAndFinal> used;
  std::copy_if(runs.begin(), runs.end(), std::back_inserter(used),
               [bound](const EarlyAndFinal& run) { return std::abs(run.early) < bound; });
  const auto n = static_cast<double>(used.size());
  Prediction made;
  for (const EarlyAndFinal& run : used) {
    made.mean_early += run.early / n;
    made.mean_final += run.final / n;
  }
  double variance = tiny, covariance = 0;
  for (const EarlyAndFinal& run : used) {
    variance += (run.early - made.mean_early) * (run.early - made.mean_early) / n;
    covariance += (run.early - made.mean_early) * (run.final - made.mean_final) / n;
  }
  made.slope = std::clamp(covariance / variance, least_slope, most_slope);
  std::vector<double> rest;
  for (const EarlyAndFinal& run : used) rest.push_back(run.final - predicted_gain(made, run.early));
  made.spread = spread_of(rest);
  return made;
}

double predicted_gain(const Prediction& prediction, double early) {
  return prediction.mean_final + prediction.slope * (early - prediction.mean_early);
}

double hope(const Prediction& prediction, double early, double needed) {
  return 0.5 * std::erfc((needed - predicted_gain(prediction, early)) / (prediction.spread * std::sqrt(2.0)));
}

std::optional<double> step_of(std::string_view value_name, std::string_view metric) {
  constexpr std::string_view before = "[step=";
  if (!value_name.starts_with(metric) || !value_name.ends_with(']')) return std::nullopt;
  const std::string_view rest = value_name.substr(metric.size());
  if (!rest.starts_with(before)) return std::nullopt;
  return parse_number(rest.substr(before.size(), rest.size() - before.size() - 1));
}

std::string why_stop(const StopPlan& plan, const NamedValue& value) {
  const auto step = step_of(value.name, plan.name);
  if (!step) return "";
  const auto point =
      std::find_if(plan.points.begin(), plan.points.end(), [&step](const StopPoint& one) { return one.step == *step; });
  const MetricScale& scale = plan.next.scale;
  // What a logarithm cannot hold predicts nothing.
  if (point == plan.points.end() || (scale.logarithmic && value.value <= 0)) return "";
  const double early = point->champion - to_units(scale, value.value);
  const double left = hope(point->prediction, early, plan.next.needed);
  if (!(left < least_hope)) return "";
  return fmt::format(
      "stopped at step {:g} of {:g}: {:+.3g} % there against the champion's runs, {:+.3g} % predicted for the end, "
      "P(at least {:+.3g} %, or it is dropped) {}",
      *step, plan.last_step, 100 * relative_gain(scale, early),
      100 * relative_gain(scale, predicted_gain(point->prediction, early)),
      100 * relative_gain(scale, plan.next.needed), left < 0.001 ? "< 0.001" : fmt::format("= {:.2g}", left));
}

}  // namespace hone
