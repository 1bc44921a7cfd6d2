// Second metrics that must not get worse than a limit against the *baseline* (never the last keep).
#pragma once

#include <optional>
#include <string_view>

#include "hone/core/base/result.hpp"
#include "hone/core/config/spec.hpp"
#include "hone/core/run/accepted.hpp"

namespace hone {

// `NAME<=+5%`, `NAME<=2G`, `NAME>=0.9`, `NAME>=-1%`.
[[nodiscard]] Result<GuardSpec> parse_guard(std::string_view text);
// A missing value fails the guard and says so.
[[nodiscard]] GuardResult evaluate_guard(const GuardSpec&, std::optional<double> baseline,
                                         std::optional<double> candidate);

}  // namespace hone
