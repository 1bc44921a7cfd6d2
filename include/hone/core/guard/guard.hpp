// Second metrics that must not get worse than a limit against the *baseline* (never the last keep).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hone/core/base/result.hpp"
#include "hone/core/config/spec.hpp"
#include "hone/core/run/accepted.hpp"

namespace hone {

// `NAME<=+5%`, `NAME<=2G`, `NAME>=0.9`, `NAME>=-1%`.
[[nodiscard]] Result<GuardSpec> parse_guard(std::string_view text);
// A missing value fails the guard and says so.
[[nodiscard]] GuardResult evaluate_guard(const GuardSpec&, std::optional<double> baseline,
                                         std::optional<double> candidate);
// A guard on what the baseline does not print would refuse every gain of a whole night: why, in a sentence. `printed`:
// the names that the metric command printed there, the score first.
[[nodiscard]] std::optional<std::string> find_blind_guard(const std::vector<GuardSpec>&,
                                                          const std::vector<std::string>& printed);

}  // namespace hone
