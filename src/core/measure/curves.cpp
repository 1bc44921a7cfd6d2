#include "hone/core/measure/curves.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "hone/core/measure/t_interval.hpp"

namespace hone {
namespace {

constexpr std::size_t most_champion = 5;  // runs: a machine that drifts moves the early values as well as the last
constexpr std::size_t most_completed = 100;
constexpr double missing = std::numeric_limits<double>::quiet_NaN();

double value_at(const Curve& curve, double step) {
  const auto found =
      std::find_if(curve.begin(), curve.end(), [step](const CurvePoint& one) { return one.step == step; });
  return found == curve.end() ? missing : found->value;
}

std::vector<double> values_at(const Curve& curve, const std::vector<double>& steps) {
  std::vector<double> values;
  for (const double step : steps) values.push_back(value_at(curve, step));
  return values;
}

bool same_steps(const Curves& curves, const Curve& curve) {
  if (curves.steps.empty() || curve.back().step != curves.last_step) return false;
  return std::all_of(curves.steps.begin(), curves.steps.end(),
                     [&curve](double step) { return !std::isnan(value_at(curve, step)); });
}

std::vector<double> choose_steps(const Curve& curve) {
  std::vector<double> steps;
  const double last = curve.back().step;
  if (last <= 0) return steps;
  for (int tenth = 2; tenth <= 9; ++tenth) {
    const auto found =
        std::find_if(curve.begin(), curve.end(), [&](const CurvePoint& one) { return 10 * one.step >= tenth * last; });
    if (found->step < last && (steps.empty() || found->step > steps.back())) steps.push_back(found->step);
  }
  return steps;
}

bool same_scale(const MetricScale& a, const MetricScale& b) {
  return a.direction == b.direction && a.logarithmic == b.logarithmic && (a.logarithmic || a.unit == b.unit);
}

// Of its runs, in units; NaN where a logarithm cannot hold one of them.
double champion_at(const Curves& curves, const MetricScale& scale, std::size_t index) {
  std::vector<double> values;
  for (const auto& run : curves.champion) {
    if (scale.logarithmic && run[index] <= 0) return missing;
    values.push_back(to_units(scale, run[index]));
  }
  return values.empty() ? missing : median_of(values);
}

template <class Kept>
void keep_last(std::vector<Kept>& list, std::size_t most) {
  if (list.size() > most) list.erase(list.begin());
}

}  // namespace

Curve curve_of(const std::vector<NamedValue>& values, std::string_view metric) {
  Curve curve;
  for (const NamedValue& value : values) {
    if (const auto step = step_of(value.name, metric)) curve.push_back({*step, value.value});
  }
  std::stable_sort(curve.begin(), curve.end(),
                   [](const CurvePoint& a, const CurvePoint& b) { return a.step < b.step; });
  return curve;
}

void fold_champion_curve(Curves& curves, const Curve& curve) {
  if (curve.empty()) return;
  if (!same_steps(curves, curve)) {
    curves.steps = choose_steps(curve);
    curves.last_step = curve.back().step;
    curves.champion.clear();
    curves.completed.clear();
  }
  curves.champion.push_back(values_at(curve, curves.steps));
  keep_last(curves.champion, most_champion);
}

void fold_completed(Curves& curves, const Curve& curve, const NextRun& next, double value) {
  if (curve.empty() || curves.champion.empty() || (next.scale.logarithmic && value <= 0)) return;
  if (!same_scale(curves.scale, next.scale)) {
    curves.completed.clear();
    curves.scale = next.scale;
  }
  Curves::Completed run{values_at(curve, curves.steps), next.level - to_units(next.scale, value)};
  for (std::size_t i = 0; i < run.early.size(); ++i) {
    const bool held = !next.scale.logarithmic || run.early[i] > 0;
    run.early[i] = held ? champion_at(curves, next.scale, i) - to_units(next.scale, run.early[i]) : missing;
  }
  curves.completed.push_back(std::move(run));
  keep_last(curves.completed, most_completed);
}

void forget_champion(Curves& curves) {
  curves.champion.clear();
}

std::optional<StopPlan> plan_stop(const Curves& curves, const NextRun& next, std::string_view metric) {
  if (curves.completed.size() < least_completed || !same_scale(curves.scale, next.scale)) return std::nullopt;
  StopPlan plan{std::string(metric), next, curves.last_step, {}};
  for (std::size_t i = 0; i < curves.steps.size(); ++i) {
    const double champion = champion_at(curves, next.scale, i);
    if (std::isnan(champion)) continue;
    std::vector<EarlyAndFinal> runs;
    for (const Curves::Completed& run : curves.completed) {
      if (!std::isnan(run.early[i])) runs.push_back({run.early[i], run.final});
    }
    if (const auto prediction = fit_prediction(runs)) plan.points.push_back({curves.steps[i], champion, *prediction});
  }
  if (plan.points.empty()) return std::nullopt;
  return plan;
}

}  // namespace hone
