// Records, summaries and their parts as JSON text, by the rules of codec/event.hpp. Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hone/core/base/result.hpp"
#include "hone/core/config/spec.hpp"
#include "hone/core/measure/sample.hpp"
#include "hone/core/run/record.hpp"
#include "hone/core/run/summary.hpp"

namespace hone {

[[nodiscard]] std::string render_record(const Record&);
[[nodiscard]] Result<Record> parse_record(std::string_view json);

[[nodiscard]] std::string render_summary(const Summary&);
[[nodiscard]] Result<Summary> parse_summary(std::string_view json);

[[nodiscard]] std::string render_spec(const RunSpec&);
[[nodiscard]] Result<RunSpec> parse_spec(std::string_view json);

[[nodiscard]] std::string render_sample(const Sample&);
[[nodiscard]] Result<Sample> parse_sample(std::string_view json);

// The names that the journal uses for these, also as column values.
[[nodiscard]] std::string_view name_of(Role);
[[nodiscard]] std::string_view name_of(Phase);
[[nodiscard]] std::string_view name_of(ExitKind);
[[nodiscard]] std::string_view name_of(EndReason);

}  // namespace hone
