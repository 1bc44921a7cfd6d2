// Values as people write them in flags and hone.toml.
#pragma once

#include <string>
#include <string_view>

#include "hone/core/base/result.hpp"
#include "hone/core/base/units.hpp"
#include "hone/core/config/spec.hpp"

namespace hone {

[[nodiscard]] Result<Seconds> parse_duration(std::string_view);      // "90s", "10m", "8h", "1h30m", "500ms", "2d"
[[nodiscard]] Result<double> parse_share(std::string_view);          // "0.5%" -> 0.005; "0.005" too
[[nodiscard]] Result<MicroDollars> parse_dollars(std::string_view);  // "5", "$5", "0.25"
[[nodiscard]] Result<std::int64_t> parse_count(std::string_view);    // "700", "2k", "1M"
[[nodiscard]] Result<bool> parse_switch(std::string_view);           // true, false, on, off, yes, no
[[nodiscard]] Result<BackendSpec> parse_backend(
    std::string_view);  // "openai:gpt-5", "mutate", "anthropic:M*2" (weight 2)

[[nodiscard]] std::string spell_duration(Seconds);
[[nodiscard]] std::string spell_share(double);
[[nodiscard]] std::string spell_backend(const BackendSpec&);

}  // namespace hone
