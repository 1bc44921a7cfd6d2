// From what a metric command printed to numbers (design section 3: "Metric output is read in this order").
// Pure. Exactly one finite value for the primary, or a sentence that says why there is none.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hone/core/config/spec.hpp"
#include "hone/core/measure/sample.hpp"

namespace hone {

struct MetricReading {
  std::optional<double> value;     // the primary
  std::string invalid;             // why there is none; "" when there is
  std::vector<NamedValue> values;  // every named number, the primary's too; see below
};

// What --match found, in order: the first capture group of each match. Empty pointer = --match is not used.
// The regular expression itself is run by adapters/os/pattern, because compiling one can throw.
using Captures = std::vector<std::string>;

// Named values, for guards and reports: `METRIC name=value`, with `METRIC name[case]=value` under
// "name[case]" and `METRIC step=N name=value` under "name[step=N]"; numbers of a JSON object on the last
// line ("a.b" for nested ones); `name: value` lines. A name that was printed with different numbers is not
// among them; as the primary it makes the sample invalid. At most 1000 are kept,
// and none called wall, cpu, peak-memory or lines: those are hone's own.
[[nodiscard]] MetricReading read_metric(const MetricSpec&, std::string_view output, const Captures* captures = nullptr);

// The numbers of one line as it comes, by the same names; nothing when it is no METRIC line.
[[nodiscard]] std::vector<NamedValue> read_metric_line(std::string_view line);

// hone measures these itself; a command that prints them must not speak for the clock in a guard.
[[nodiscard]] bool is_measured(std::string_view name);

}  // namespace hone
