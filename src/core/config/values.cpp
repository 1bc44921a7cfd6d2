#include "hone/core/config/values.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "hone/core/base/text.hpp"
#include "hone/core/codec/profiles.hpp"

namespace hone {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};
constexpr std::array<Unit, 6> durations = {{{"ms", 1e-3}, {"d", 86400}, {"h", 3600}, {"m", 60}, {"s", 1}, {"min", 60}}};
constexpr double longest = 366 * 86400.0;  // a year; beyond it a typing error is likelier than a wish

std::size_t number_length(std::string_view text) {
  const auto end = text.find_first_not_of("0123456789.");
  return end == std::string_view::npos ? text.size() : end;
}

}  // namespace

Result<Seconds> parse_duration(std::string_view text) {
  const auto wrong = [&] {
    return fail(Reaction::fix_input, fmt::format("'{}' is no duration: write 90s, 10m, 8h or 1h30m", text));
  };
  std::string_view rest = trim(text);
  if (rest.empty()) return wrong();
  double total = 0;
  while (!rest.empty()) {
    const std::size_t digits = number_length(rest);
    const auto number = parse_number(rest.substr(0, digits));
    rest.remove_prefix(digits);
    const std::size_t letters = std::min(rest.find_first_of("0123456789."), rest.size());
    const std::string_view name = rest.substr(0, letters);
    const auto unit = std::find_if(durations.begin(), durations.end(), [&](const Unit& u) { return u.name == name; });
    if (!number || unit == durations.end()) return wrong();
    total += *number * unit->factor;
    rest.remove_prefix(letters);
  }
  if (!(total >= 0) || total > longest)
    return fail(Reaction::fix_input, fmt::format("'{}' is longer than a year", text));
  return Seconds{total};
}

Result<double> parse_share(std::string_view text) {
  std::string_view digits = trim(text);
  const bool percent = digits.ends_with('%');
  if (percent) digits = trim(digits.substr(0, digits.size() - 1));
  const auto number = parse_number(digits);
  const double share = number.value_or(-1) * (percent ? 0.01 : 1);
  if (!number || share < 0 || share > 1) {
    return fail(Reaction::fix_input, fmt::format("'{}' is no share: write 0.5% or 0.005", text));
  }
  return share;
}

Result<MicroDollars> parse_dollars(std::string_view text) {
  std::string_view digits = trim(text);
  if (digits.starts_with('$')) digits.remove_prefix(1);
  const auto number = parse_number(digits);
  if (!number || *number < 0 || *number > 1e9) {
    return fail(Reaction::fix_input, fmt::format("'{}' is no amount: write dollars, e.g. 5 or 0.25", text));
  }
  return MicroDollars{static_cast<std::int64_t>(std::llround(*number * 1e6))};
}

Result<std::int64_t> parse_count(std::string_view text) {
  std::string_view digits = trim(text);
  double factor = 1;
  if (digits.ends_with('k')) factor = 1e3;
  if (digits.ends_with('M')) factor = 1e6;
  if (factor > 1) digits.remove_suffix(1);
  const auto number = parse_number(digits);
  const double count = number.value_or(-1) * factor;
  if (!number || count < 0 || count > 1e15 || count != std::floor(count)) {
    return fail(Reaction::fix_input, fmt::format("'{}' is no count: write a whole number", text));
  }
  return static_cast<std::int64_t>(count);
}

Result<bool> parse_switch(std::string_view text) {
  if (text == "true" || text == "on" || text == "yes" || text.empty()) return true;
  if (text == "false" || text == "off" || text == "no") return false;
  return fail(Reaction::fix_input, fmt::format("'{}' is neither true nor false", text));
}

Result<BackendSpec> parse_backend(std::string_view text) {
  static constexpr std::array<std::string_view, 4> kinds = {"mutate", "command", "agent",
                                                            "replay"};  // and every profile
  BackendSpec backend;
  const auto colon = text.find(':');
  backend.kind = trim(text.substr(0, colon));
  if (colon != std::string_view::npos) backend.model = trim(text.substr(colon + 1));
  // The weight stands behind the name, or behind the kind where the name is a command or there is none.
  std::string& weighted = backend.kind.find('*') != std::string::npos ? backend.kind : backend.model;
  const auto star = weighted.rfind('*');
  if (star != std::string::npos && (&weighted == &backend.kind || backend.kind != "command")) {
    const auto weight = parse_number(std::string_view(weighted).substr(star + 1));
    if (weight && *weight > 0) {
      backend.weight = *weight;
      weighted.resize(star);
    } else if (&weighted == &backend.kind) {
      return fail(Reaction::fix_input,
                  fmt::format("'{}': a weight is a number above 0, e.g. {}*3", text, backend.kind.substr(0, star)));
    }
  }
  if (std::find(kinds.begin(), kinds.end(), backend.kind) == kinds.end() && !builtin_profile(backend.kind)) {
    return fail(
        Reaction::fix_input,
        fmt::format("'{}' is no backend: write mutate, command:CMD, agent:NAME, replay:RUN or SERVICE:MODEL, where "
                    "SERVICE is one of {}",
                    text, fmt::join(builtin_profile_names(), ", ")));
  }
  if (backend.kind != "mutate" && backend.model.empty()) {
    return fail(Reaction::fix_input,
                fmt::format("backend '{}' needs a name after the colon, e.g. {}:NAME", text, backend.kind));
  }
  return backend;
}

std::string spell_duration(Seconds duration) {
  const double seconds = duration.value;
  for (const auto& [name, factor] : {Unit{"h", 3600}, Unit{"m", 60}}) {
    if (seconds >= factor && std::fmod(seconds, factor) == 0) return fmt::format("{}{}", seconds / factor, name);
  }
  return fmt::format("{}s", seconds);
}

std::string spell_share(double share) {
  return fmt::format("{}%", std::round(share * 1e6) / 1e4);
}

std::string spell_backend(const BackendSpec& backend) {
  std::string text = backend.kind;
  if (!backend.model.empty()) text += ":" + backend.model;
  const std::string weight = backend.weight == 1 ? "" : fmt::format("*{}", backend.weight);
  if (backend.kind == "command") return backend.kind + weight + ":" + backend.model;
  return text + weight;
}

}  // namespace hone
