// A line of JSON as numbers: the form of metric output that other tools print most.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hone {

// One member; `number` is the text of a number as printed ("" for anything else: a boolean is no number).
struct MetricMember {
  std::string name;  // members of nested objects are joined by dots
  std::string number;
};

// Empty: the text is not one whole JSON object. Members in order, repeated ones too; arrays are skipped.
[[nodiscard]] std::optional<std::vector<MetricMember>> parse_metric_object(std::string_view text);

}  // namespace hone
