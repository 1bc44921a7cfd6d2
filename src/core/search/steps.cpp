#include "core/search/steps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "hone/core/base/text.hpp"

namespace hone {
namespace {

constexpr std::string_view suffixes = "fFlLuU";
constexpr std::array<double, 6> shares = {0.3, 0.16, 0.08, 0.04, 0.02, 0.01};  // of a knob's range
constexpr std::array<double, 6> factors = {4, 2, 1.5, 1.2, 1.1, 1.05};         // of a magnitude

std::string_view suffix_of(std::string_view literal) {
  const auto last = literal.find_last_not_of(suffixes);
  return last == std::string_view::npos ? literal : literal.substr(last + 1);
}

// In the manner of the old literal: whole numbers stay whole, reals stay reals, the suffix is kept.
std::string render_literal(const Site& site, double value, int digits) {
  if (site.kind == SiteKind::count) return fmt::format("{:.0f}{}", std::round(value), suffix_of(site.literal));
  // Rounded to so many digits, then written the shortest way: 160, not 1.6e+02.
  std::string text = fmt::format("{}", parse_number(fmt::format("{:.{}g}", value, digits)).value_or(value));
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text + std::string(suffix_of(site.literal));
}

void add(const Site& site, double value, int digits, std::vector<Option>& options) {
  const double now = *literal_value(site.literal);
  if (site.knob) value = std::clamp(value, site.low, site.high);
  if (!std::isfinite(value)) return;
  const std::string literal = render_literal(site, value, digits);
  const double written = *literal_value(literal);
  if (written == now || (site.knob && (written < site.low || written > site.high))) return;
  if (std::any_of(options.begin(), options.end(), [&](const Option& o) { return o.literal == literal; })) return;
  options.push_back({literal, written > now ? 1 : -1, reach_between(site, now, written)});
}

std::vector<Option> knob_options(const Site& site, double now) {
  std::vector<Option> options;
  for (std::size_t rung = 0; rung < shares.size(); ++rung) {
    const int digits = rung < 3 ? 2 : 3;
    for (const double sign : {1.0, -1.0}) {
      if (site.log_scale) {
        const double from = std::clamp(now, site.low, site.high);
        add(site, from * std::exp(sign * shares[rung] * std::log(site.high / site.low)), digits, options);
      } else {
        add(site, now + sign * shares[rung] * (site.high - site.low), digits, options);
      }
    }
  }
  if (site.kind == SiteKind::count) {
    for (const double step : {1.0, -1.0, 2.0, -2.0}) add(site, now + step, 0, options);
  }
  return options;
}

std::vector<Option> plain_options(const Site& site, double now) {
  std::vector<Option> options;
  const bool count = site.kind == SiteKind::count;
  if (now == 0) {
    for (const double value : {1.0, 0.1, 0.01}) add(site, count ? 1.0 : value, 2, options);
    return options;
  }
  for (std::size_t rung = 0; rung < (count ? 4 : factors.size()); ++rung) {
    add(site, now * factors[rung], rung < 3 ? 2 : 3, options);
    add(site, now / factors[rung], rung < 3 ? 2 : 3, options);
  }
  if (count) {
    for (const double step : {1.0, -1.0, 2.0, -2.0}) {
      if (now + step >= 0) add(site, now + step, 0, options);
    }
  }
  return options;
}

}  // namespace

std::optional<double> literal_value(std::string_view literal) {
  const auto last = literal.find_last_not_of(suffixes);
  if (last == std::string_view::npos) return std::nullopt;
  return parse_number(literal.substr(0, last + 1));
}

double reach_between(const Site& site, double from, double to) {
  if (site.knob && !site.log_scale) return std::abs(to - from) / (site.high - site.low);
  if (from * to <= 0) return 1;
  const double distance = std::abs(std::log(to / from));
  return site.knob ? distance / std::log(site.high / site.low) : distance;
}

std::vector<Option> options_of(const Site& site) {
  std::vector<Option> options;
  if (site.kind == SiteKind::boolean || site.kind == SiteKind::choice) {
    for (const std::string& other : site.alternatives) options.push_back({other, 0, 1});
    return options;
  }
  const auto now = literal_value(site.literal);
  if (!now) return options;
  return site.knob ? knob_options(site, *now) : plain_options(site, *now);
}

}  // namespace hone
