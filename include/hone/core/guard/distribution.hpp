// Guards on the cases of a metric (`METRIC latency[big]=3`), because a better mean may hide a few that got much worse:
//   p95(latency)<=+5%    the 95th percentile of a run's cases (with >= the 5th: the tail on the bad side)
//   worst(latency)<=+0%  the largest (with >= the smallest)
//   worse(latency)<=10%  the share of cases that got worse than at the baseline, as --goal sees it
// Without a name in brackets the score's own cases are meant.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hone/core/config/spec.hpp"
#include "hone/core/measure/sample.hpp"

namespace hone {

struct Distribution {
  enum class Shape { p95, worst, worse } shape = Shape::p95;
  std::string metric;  // "" = the score
};

// Nothing: an ordinary guard.
[[nodiscard]] std::optional<Distribution> parse_distribution(std::string_view guard_name);
[[nodiscard]] bool is_case_of(std::string_view name, std::string_view metric);  // latency[big] of latency; no step=N

// The percentile by nearest rank, from the good side to the bad one. `values` is not empty.
[[nodiscard]] double tail_of(std::vector<double> values, Distribution::Shape, GuardSpec::Bound);
// Appends the value of every p95 and worst guard under the guard's own name to what the sample printed. The score is
// the first of its values. No cases, no value: such a guard then fails.
void add_distributions(const std::vector<GuardSpec>&, Sample&);

// One case at the baseline and now. `error`: the standard error of their difference.
struct CaseChange {
  double baseline = 0;
  double change = 0;
  double error = 0;
};
// Worse by more than 1 % and by more than three standard errors.
[[nodiscard]] bool got_worse(const CaseChange&, Direction);

}  // namespace hone
