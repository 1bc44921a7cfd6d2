// What an evaluator said over its private channel: lines `SECRET name=value`, and `SECRET !child` once it has started
// the candidate as a process of its own. When the channel was used, stdout is no metric any more: whoever can print
// there is not asked. Attacks it answers: reference/security.md H13, H16, H18.
#pragma once

#include <string_view>

#include "hone/core/measure/read_metric.hpp"
#include "hone/core/measure/sample.hpp"

namespace hone {

struct ChannelReading {
  Source source = Source::printed;  // `printed`: nothing came over the channel
  MetricReading metric;             // invalid begins with bad_nonce, multiple_metrics, non_finite or no_metric
};

// One record as it comes. Its secret is not looked at: whoever does not know it spoils the whole run anyway.
[[nodiscard]] std::optional<NamedValue> read_record_line(std::string_view line);
[[nodiscard]] ChannelReading read_channel(const MetricSpec&, std::string_view nonce, std::string_view text);

}  // namespace hone
