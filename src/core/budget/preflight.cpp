#include "hone/core/budget/preflight.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hone {

Preflight preflight(const PreflightInput& input) {
  Preflight result{.backend = input.backend,
                   .typical = input.typical,
                   .worst = input.worst,
                   .affordable = {},
                   .in_time = {},
                   .total = {}};
  const LimitsSpec& limits = input.limits;
  const std::optional<MicroDollars> price =
      input.typical ? input.typical : input.worst;  // better too dear than unknown
  if (limits.max_cost && price && price->value > 0) {
    result.affordable = limits.max_cost->value / price->value;
  }
  if (input.experiment > Seconds{}) {
    result.in_time = static_cast<std::int64_t>(limits.budget / input.experiment * input.slots);
  }
  std::optional<std::int64_t> count = limits.max_experiments;
  for (const auto& other : {result.affordable, result.in_time}) {
    if (other) count = count ? std::min(*count, *other) : other;
  }
  if (count && price) result.total = *price * *count;
  return result;
}

std::string render_dollars(MicroDollars amount) {
  const double usd = static_cast<double>(amount.value) / 1e6;
  if (amount.value != 0 && usd < 0.01) return fmt::format("${:.2g}", usd);
  return fmt::format("${:.{}f}", usd, usd < 1 ? 3 : 2);
}

std::string render_preflight(const Preflight& preflight) {
  if (!preflight.typical && !preflight.worst) {
    return fmt::format("{}: the price is unknown, so no cost can be told or capped; give --prices FILE",
                       preflight.backend);
  }
  std::string line = preflight.backend + ":";
  if (preflight.typical) line += fmt::format(" about {} an experiment", render_dollars(*preflight.typical));
  if (preflight.typical && preflight.worst) line += fmt::format(" (at most {})", render_dollars(*preflight.worst));
  if (!preflight.typical) line += fmt::format(" at most {} an experiment", render_dollars(*preflight.worst));
  if (preflight.affordable)
    line +=
        fmt::format("; the money buys {}{} experiments", preflight.typical ? "" : "at least ", *preflight.affordable);
  if (preflight.in_time) line += fmt::format("; the time allows {}", *preflight.in_time);
  if (preflight.total)
    line += fmt::format("; {}{} in all", preflight.typical ? "" : "at most ", render_dollars(*preflight.total));
  return line;
}

}  // namespace hone
