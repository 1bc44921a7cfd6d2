// The measurements behind doctor: the unchanged tree against itself, other seeds, and a worsening that is known.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "adapters/git/base.hpp"
#include "cli/trial.hpp"
#include "hone/core/measure/diagnosis.hpp"

namespace hone::cli {

struct Bedside {
  Trial& trial;
  const git::Base& base;
  std::function<void(const std::string&)> say;  // progress
};

// Two checkouts of the base in turn, with one seed: 16 runs, fewer (not under 4) when a night of this budget cannot
// spare them. Stops after three runs without a value.
[[nodiscard]] Result<std::vector<Sample>> measure_unchanged(const Bedside&);
// Three runs, each with a seed of its own. When a run takes more than a two-hundredth of the budget: two if all runs
// were equal (perhaps only for this seed), else none.
[[nodiscard]] Result<std::vector<Sample>> measure_other_seeds(const Bedside&, const Diagnosis&);
// Why the hold-out gives no number on the unchanged code; "" = it does, or there is none.
[[nodiscard]] Result<std::string> find_holdout_trouble(const Bedside&);
// By the user's command, which edits the targets in the second checkout; "" = by a busy loop ahead of the metric
// command, where hone itself takes the time. Nothing when neither is possible.
[[nodiscard]] Result<std::optional<Planted>> plant(const Bedside&, const std::string& command, const Diagnosis&);

}  // namespace hone::cli
