// The learning curves of a run: what the champion's runs printed at a few steps, and how far the completed runs of
// candidates were ahead of it there. A value, bounded, and a fold of the journal like everything that decides.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hone/core/measure/foresight.hpp"

namespace hone {

// Ascending steps.
struct CurvePoint {
  double step = 0;
  double value = 0;
};
using Curve = std::vector<CurvePoint>;
[[nodiscard]] Curve curve_of(const std::vector<NamedValue>&, std::string_view metric);

struct Curves {
  // Looked at: the first steps at or behind 20, 30 .. 90 % of the champion's run. Earlier ones predict too little.
  std::vector<double> steps;
  double last_step = 0;
  MetricScale scale;
  std::vector<std::vector<double>> champion;  // its last 5 runs: the values at `steps`
  // The last 100 completed runs of candidates, each experiment's first: gains at `steps`, NaN where it printed none.
  struct Completed {
    std::vector<double> early;
    double final = 0;
  };
  std::vector<Completed> completed;
};

// A curve with other steps than before makes everything so far incomparable: it starts afresh.
void fold_champion_curve(Curves&, const Curve&);
// `value` is what the run ended with; `next` is what it was compared with.
void fold_completed(Curves&, const Curve&, const NextRun& next, double value);
// There is a new champion: its curve is not known yet.
void forget_champion(Curves&);
// Nothing: too few runs to predict anything.
[[nodiscard]] std::optional<StopPlan> plan_stop(const Curves&, const NextRun&, std::string_view metric);

}  // namespace hone
