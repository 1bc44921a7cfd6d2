#include <algorithm>
#include <array>
#include <cmath>

#include "hone/core/base/ascii.hpp"
#include "hone/core/base/text.hpp"
#include "hone/core/budget/retry.hpp"

namespace hone {
namespace {

std::optional<int> digits(std::string_view text, std::size_t at, std::size_t size) {
  if (at + size > text.size()) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(at, size)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

// Days since 1970-01-01: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms" (<chrono> is a clock to our lint).
std::int64_t days_from_civil(std::int64_t year, int month, int day) {
  year -= month <= 2;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

std::optional<UnixTime> civil(std::optional<int> year, int month, std::optional<int> day, std::string_view time) {
  const auto hour = digits(time, 0, 2), minute = digits(time, 3, 2), second = digits(time, 6, 2);
  if (!year || !day || !hour || !minute || !second || month < 1 || month > 12) return std::nullopt;
  constexpr std::array lengths{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (*day < 1 || *day > lengths[static_cast<std::size_t>(month - 1)]) return std::nullopt;
  if (*hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return UnixTime{days_from_civil(*year, month, *day) * 86400 + *hour * 3600 + *minute * 60 + *second};
}

std::optional<Seconds> usable(double seconds) {
  return std::isfinite(seconds) && seconds > 0 ? std::optional(Seconds{seconds}) : std::nullopt;
}

// Against the service's own clock when it tells it: ours may be wrong.
std::optional<Seconds> until(std::optional<UnixTime> moment, const FailedRequest& failure) {
  if (!moment) return std::nullopt;
  const UnixTime now = parse_date(find_header(failure.headers, "date")).value_or(failure.now);
  return usable(static_cast<double>(moment->value - now.value));
}

std::optional<Seconds> delay_or_date(std::string_view text, const FailedRequest& failure) {
  const auto number = parse_number(trim(text));
  if (!number) {
    const auto duration = parse_wait(text);
    return duration ? usable(duration->value) : until(parse_date(text), failure);
  }
  if (*number > 1e12) return until(UnixTime{static_cast<std::int64_t>(std::min(*number / 1000, 4e15))}, failure);
  if (*number > 1.5e9) return until(UnixTime{static_cast<std::int64_t>(*number)}, failure);
  return usable(*number);
}

// The longest reset among the limits that are used up: "x-ratelimit-remaining-tokens: 0".
std::optional<Seconds> reset_delay(const FailedRequest& failure) {
  std::optional<Seconds> longest;
  for (const auto& [name, value] : failure.headers) {
    const auto at = name.find("remaining");
    if (at == std::string::npos || name.find("ratelimit") == std::string::npos || trim(value) != "0") continue;
    const std::string reset = find_header(failure.headers, std::string(name).replace(at, 9, "reset"));
    if (const auto delay = delay_or_date(reset, failure); delay && (!longest || *delay > *longest)) longest = delay;
  }
  return longest;
}

std::optional<Seconds> delay_in_words(std::string_view message) {
  const std::string text = lower(message);
  for (const std::string_view phrase : {"try again in ", "retry in ", "retry after "}) {
    const auto at = text.find(phrase);
    if (at == std::string::npos) continue;
    std::string_view rest = std::string_view(text).substr(at + phrase.size());
    rest = rest.substr(0, rest.find_first_not_of("0123456789.hms"));
    while (rest.ends_with('.')) rest.remove_suffix(1);
    if (const auto delay = parse_wait(rest)) return usable(delay->value);
    if (const auto number = parse_number(rest)) return usable(*number);
  }
  return std::nullopt;
}

}  // namespace

std::string find_header(const Headers& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

std::optional<Seconds> parse_wait(std::string_view text) {
  text = trim(text);
  double seconds = 0;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    const auto end = text.find_first_not_of("0123456789.");
    const auto number = parse_number(text.substr(0, end));
    if (!number || end == std::string_view::npos) return std::nullopt;
    text.remove_prefix(end);
    if (text.starts_with("ms")) {
      seconds += *number / 1000;
      text.remove_prefix(2);
      continue;
    }
    const auto unit = std::string_view("smhd").find(text[0]);
    if (unit == std::string_view::npos) return std::nullopt;
    seconds += *number * std::array{1.0, 60.0, 3600.0, 86400.0}[unit];
    text.remove_prefix(1);
  }
  return std::isfinite(seconds) ? std::optional(Seconds{seconds}) : std::nullopt;
}

std::optional<UnixTime> parse_date(std::string_view text) {
  text = trim(text);
  if (text.size() >= 20 && text[4] == '-' && text[10] == 'T' && text.ends_with('Z')) {  // 2026-11-23T00:00:00Z
    return civil(digits(text, 0, 4), digits(text, 5, 2).value_or(0), digits(text, 8, 2), text.substr(11));
  }
  if (text.size() != 29 || text[3] != ',' || !text.ends_with(" GMT")) return std::nullopt;
  const auto month = std::string_view("JanFebMarAprMayJunJulAugSepOctNovDec").find(text.substr(8, 3));
  if (month == std::string_view::npos || month % 3 != 0) return std::nullopt;
  return civil(digits(text, 12, 4), static_cast<int>(month / 3) + 1, digits(text, 5, 2), text.substr(17));
}

std::optional<Seconds> asked_delay(const FailedRequest& failure) {
  if (const auto ms = parse_number(trim(find_header(failure.headers, "retry-after-ms")))) {
    if (const auto delay = usable(*ms / 1000)) return delay;
  }
  if (const auto delay = delay_or_date(find_header(failure.headers, "retry-after"), failure)) return delay;
  if (failure.error && failure.error->retry_delay) {
    if (const auto delay = usable(failure.error->retry_delay->value)) return delay;
  }
  if (const auto delay = reset_delay(failure)) return delay;
  return failure.error ? delay_in_words(failure.error->message) : std::nullopt;
}

}  // namespace hone
