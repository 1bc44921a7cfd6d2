// One family of number formats for every view: digits follow the noise, a unit is chosen once per block,
// gains carry a sign, money is never rounded to nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "hone/core/base/units.hpp"
#include "hone/core/config/spec.hpp"
#include "hone/core/measure/verdict.hpp"
#include "hone/core/run/record.hpp"
#include "hone/core/run/summary.hpp"

namespace hone {

// A hold-out that was asked so often is no longer one: each answer tells the search about a bit (reference 2.3).
inline constexpr std::int64_t many_holdout_uses = 100;

// How values of the metric are written in one block.
struct Scale {
  double factor = 1;  // value * factor is what is printed
  std::string unit;   // "s", "ms", "MiB", ...; "" = the metric's own
  int decimals = 4;
};

// `noise`: relative half width of a typical interval; 0 = unknown. One digit of it is shown, no more.
[[nodiscard]] Scale choose_scale(Measure, double typical, double noise);
[[nodiscard]] Scale choose_scale(const Summary&, std::span<const Record> records = {});
[[nodiscard]] std::string render_value(double value, const Scale&);  // "1.203 s"
[[nodiscard]] std::string render_bare(double value, const Scale&);   // "1.203"
// Any number of unknown size: at most `digits` significant ones, no exponent between 1e-4 and 1e7.
[[nodiscard]] std::string render_number(double value, int digits = 4);

// Relative gains: "+3.1 %", "-0.04 %"; positive is better whatever the direction.
[[nodiscard]] std::string render_gain(double relative);
// "9.8 % [9.1, 10.4]"; digits follow the width of the interval. `sign`: "+9.8 % [+9.1, +10.4]".
[[nodiscard]] std::string render_effect(double effect, Interval interval, bool sign);

[[nodiscard]] std::string render_duration(Seconds);                         // "12ms", "4.2s", "3m05s", "7h12m", "2d03h"
[[nodiscard]] std::string render_money(MicroDollars);                       // "$11.20", "$0.021", "$0"
[[nodiscard]] std::string render_cost(const std::optional<MicroDollars>&);  // "?" when unknown
[[nodiscard]] std::string render_bytes(Bytes);                              // "412 KiB"
[[nodiscard]] std::string render_count(std::int64_t);                       // "12,345"
[[nodiscard]] std::string render_plural(std::int64_t count, std::string_view one, std::string_view many = {});
[[nodiscard]] std::string render_ago(UnixTime then, UnixTime now);  // "just now", "3 min ago", "2 days ago"
[[nodiscard]] std::string render_date(UnixTime);                    // "2026-11-23 00:08 UTC"

}  // namespace hone
