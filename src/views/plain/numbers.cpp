#include "hone/views/numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace hone {
namespace {

struct Unit {
  double least;  // used from this magnitude on
  double factor;
  const char* name;
};

constexpr std::array<Unit, 4> time_units = {{{1, 1, "s"}, {1e-3, 1e3, "ms"}, {1e-6, 1e6, "us"}, {0, 1e9, "ns"}}};
constexpr double kib = 1024.0;
constexpr std::array<Unit, 4> byte_units = {{{kib * kib * kib, 1 / (kib * kib * kib), "GiB"},
                                             {kib * kib, 1 / (kib * kib), "MiB"},
                                             {kib, 1 / kib, "KiB"},
                                             {0, 1, "B"}}};
constexpr std::array<Unit, 4> count_units = {{{1e9, 1e-9, "G"}, {1e6, 1e-6, "M"}, {1e3, 1e-3, "k"}, {0, 1, ""}}};

template <std::size_t N>
Unit pick(const std::array<Unit, N>& units, double magnitude) {
  for (const Unit& unit : units) {
    if (magnitude >= unit.least) return unit;
  }
  return units.back();
}

int decimals_for(double value, double step) {
  // Digits down to the leading digit of `step`, and never more than eight significant ones.
  const int wanted = static_cast<int>(std::ceil(-std::log10(step)));
  const int leading = value == 0 ? 0 : static_cast<int>(std::floor(std::log10(std::abs(value))));
  return std::clamp(wanted, 0, std::max(0, 7 - leading));
}

std::string grouped(std::int64_t value) {
  std::string digits = std::to_string(value < 0 ? -value : value);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), ",");
  }
  return value < 0 ? "-" + digits : digits;
}

// Without "-0.0": a rounded zero has no sign.
std::string fixed(double value, int decimals, bool sign) {
  std::string text = fmt::format("{:.{}f}", value, decimals);
  const bool zero = text.find_first_of("123456789") == std::string::npos;
  if (zero && text.starts_with('-')) text.erase(0, 1);
  return sign && !zero && value > 0 ? "+" + text : text;
}

int percent_decimals(double percent) {
  const double size = std::abs(percent);
  if (size >= 99.95) return 0;
  if (size >= 0.95 || size == 0) return 1;
  return size >= 0.095 ? 2 : 3;
}

struct Civil {
  std::int64_t year;
  int month, day;
};

// Howard Hinnant, "chrono-compatible low-level date algorithms": days since 1970 to a date.
Civil civil_from_days(std::int64_t days) {
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const std::int64_t of_era = days - era * 146097;
  const std::int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const std::int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
  const std::int64_t shifted = (5 * of_year + 2) / 153;
  const auto day = static_cast<int>(of_year - (153 * shifted + 2) / 5 + 1);
  const auto month = static_cast<int>(shifted < 10 ? shifted + 3 : shifted - 9);
  return {year + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

}  // namespace

Scale choose_scale(Measure measure, double typical, double noise) {
  const double size = std::abs(typical);
  Unit unit{0, 1, ""};
  if (measure == Measure::wall || measure == Measure::cpu) unit = pick(time_units, size);
  if (measure == Measure::peak_memory) unit = pick(byte_units, size);
  if (measure == Measure::instructions) unit = pick(count_units, size);
  const double shown = size * unit.factor;
  const double step = noise > 0 && shown > 0 ? shown * noise : std::max(shown, 1e-12) * 1e-4;
  return {unit.factor, unit.name, decimals_for(shown, std::max(step, 1e-12))};
}

Scale choose_scale(const Summary& summary, std::span<const Record> records) {
  std::vector<double> widths;
  for (const Record& record : records) {
    if (!record.verdict) continue;
    const double half = (record.verdict->interval.high - record.verdict->interval.low) / 2;
    if (std::isfinite(half) && half > 0) widths.push_back(half);
  }
  double noise = 0;
  if (!widths.empty()) {
    const auto middle = widths.begin() + static_cast<std::ptrdiff_t>(widths.size() / 2);
    std::nth_element(widths.begin(), middle, widths.end());
    noise = *middle;
  } else if (summary.final_word) {
    noise = (summary.final_word->interval.high - summary.final_word->interval.low) / 2;
  }
  const double typical = summary.champion_value.value_or(summary.baseline_value.value_or(1));
  return choose_scale(summary.measure, typical, std::min(noise, 0.1));
}

std::string render_bare(double value, const Scale& scale) {
  if (!std::isfinite(value)) return "?";
  const double shown = value * scale.factor;
  const bool extreme = shown != 0 && (std::abs(shown) >= 1e9 || std::abs(shown) < 1e-7);
  return extreme ? fmt::format("{:.4g}", shown) : fixed(shown, scale.decimals, false);
}

std::string render_value(double value, const Scale& scale) {
  return scale.unit.empty() ? render_bare(value, scale) : fmt::format("{} {}", render_bare(value, scale), scale.unit);
}

std::string render_number(double value, int digits) {
  if (!std::isfinite(value)) return "?";
  const double size = std::abs(value);
  if (size != 0 && (size >= 1e7 || size < 1e-4)) return fmt::format("{:.{}g}", value, digits);
  if (size == 0) return "0";
  const int leading = static_cast<int>(std::floor(std::log10(size)));
  std::string text = fixed(value, std::max(0, digits - 1 - leading), false);
  if (text.find('.') != std::string::npos) {
    while (text.ends_with('0')) text.pop_back();
    if (text.ends_with('.')) text.pop_back();
  }
  return text;
}

std::string render_gain(double relative) {
  if (!std::isfinite(relative)) return "?";
  return fixed(relative * 100, percent_decimals(relative * 100), true) + " %";
}

std::string render_effect(double effect, Interval interval, bool sign) {
  const double half = (interval.high - interval.low) / 2 * 100;
  // Equal values of a deterministic metric: what is left is the rounding of their logarithms.
  if (!std::isfinite(half) || !std::isfinite(effect) || half < 1e-9) {
    return fixed(effect * 100, percent_decimals(effect * 100), sign) + " %";
  }
  const int decimals = std::clamp(static_cast<int>(std::ceil(-std::log10(half))), 0, 3);
  return fmt::format("{} % [{}, {}]", fixed(effect * 100, decimals, sign), fixed(interval.low * 100, decimals, sign),
                     fixed(interval.high * 100, decimals, sign));
}

std::string render_duration(Seconds duration) {
  const double seconds = duration.value;
  if (!std::isfinite(seconds)) return "?";
  if (seconds < 0) return "-" + render_duration(Seconds{-seconds});
  if (seconds < 0.0995) return fmt::format("{:.0f}ms", seconds * 1e3);
  if (seconds < 9.95) return fmt::format("{:.1f}s", seconds);
  const auto whole = static_cast<std::int64_t>(seconds + 0.5);
  if (whole < 60) return fmt::format("{}s", whole);
  if (whole < 3600) return fmt::format("{}m{:02}s", whole / 60, whole % 60);
  const std::int64_t minutes = (whole + 30) / 60;
  if (minutes < 48 * 60) return fmt::format("{}h{:02}m", minutes / 60, minutes % 60);
  const std::int64_t hours = (minutes + 30) / 60;
  return fmt::format("{}d{:02}h", hours / 24, hours % 24);
}

std::string render_money(MicroDollars money) {
  if (money.value < 0) return "-" + render_money(MicroDollars{-money.value});
  if (money.value == 0) return "$0";
  const double dollars = static_cast<double>(money.value) * 1e-6;
  if (dollars >= 0.995)
    return fmt::format("${}.{:02}", grouped((money.value + 5000) / 1000000), (money.value + 5000) / 10000 % 100);
  const int leading = static_cast<int>(std::floor(std::log10(dollars)));
  return fmt::format("${:.{}f}", dollars, std::max(2, 1 - leading));
}

std::string render_cost(const std::optional<MicroDollars>& cost) {
  return cost ? render_money(*cost) : "?";
}

std::string render_bytes(Bytes bytes) {
  const auto value = static_cast<double>(bytes.value);
  const Unit unit = pick(byte_units, std::abs(value));
  return fmt::format("{} {}", render_number(value * unit.factor, 3), unit.name);
}

std::string render_count(std::int64_t count) {
  return grouped(count);
}

std::string render_plural(std::int64_t count, std::string_view one, std::string_view many) {
  if (count == 1) return fmt::format("1 {}", one);
  return many.empty() ? fmt::format("{} {}s", grouped(count), one) : fmt::format("{} {}", grouped(count), many);
}

std::string render_ago(UnixTime then, UnixTime now) {
  const std::int64_t seconds = now.value - then.value;
  if (then.value <= 0) return "never";
  if (seconds < 0) return render_date(then);
  if (seconds < 60) return "just now";
  if (seconds < 90 * 60) return fmt::format("{} min ago", seconds / 60);
  if (seconds < 36 * 3600) return fmt::format("{} h ago", (seconds + 1800) / 3600);
  if (seconds < 60 * 86400) return fmt::format("{} days ago", (seconds + 43200) / 86400);
  return render_date(then).substr(0, 10);
}

std::string render_date(UnixTime date) {
  const std::int64_t days = (date.value >= 0 ? date.value : date.value - 86399) / 86400;
  const std::int64_t rest = date.value - days * 86400;
  const Civil civil = civil_from_days(days);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02} UTC", civil.year, civil.month, civil.day, rest / 3600,
                     rest / 60 % 60);
}

}  // namespace hone
