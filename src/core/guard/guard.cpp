#include "hone/core/guard/guard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include "hone/core/base/text.hpp"
#include "hone/core/guard/distribution.hpp"

namespace hone {
namespace {

enum class Unit { none, bytes, seconds };

Unit unit_of(std::string_view name) {
  if (name == "peak-memory") return Unit::bytes;
  return name == "wall" || name == "cpu" ? Unit::seconds : Unit::none;
}

// What hone measures itself.
bool is_own(std::string_view name) {
  return name == "wall" || name == "cpu" || name == "peak-memory" || name == "lines";
}
constexpr std::size_t most_listed = 8;

struct Suffix {
  std::string_view text;
  Unit unit;
  double factor;
};
// Longer ones first, so that "ms" is not read as "s". Memory counts in 1024s, with or without the i.
constexpr double kibi = 1024;
constexpr std::array<Suffix, 17> suffixes{{{"KiB", Unit::bytes, kibi},
                                           {"MiB", Unit::bytes, kibi* kibi},
                                           {"GiB", Unit::bytes, kibi* kibi* kibi},
                                           {"TiB", Unit::bytes, kibi* kibi* kibi* kibi},
                                           {"KB", Unit::bytes, kibi},
                                           {"MB", Unit::bytes, kibi* kibi},
                                           {"GB", Unit::bytes, kibi* kibi* kibi},
                                           {"TB", Unit::bytes, kibi* kibi* kibi* kibi},
                                           {"K", Unit::bytes, kibi},
                                           {"M", Unit::bytes, kibi* kibi},
                                           {"G", Unit::bytes, kibi* kibi* kibi},
                                           {"T", Unit::bytes, kibi* kibi* kibi* kibi},
                                           {"us", Unit::seconds, 1e-6},
                                           {"ms", Unit::seconds, 1e-3},
                                           {"min", Unit::seconds, 60},
                                           {"s", Unit::seconds, 1},
                                           {"h", Unit::seconds, 3600}}};

std::optional<double> parse_amount(std::string_view text, Unit unit) {
  if (const auto plain = parse_number(text)) return plain;
  for (const Suffix& suffix : suffixes) {
    if (suffix.unit != unit || !text.ends_with(suffix.text)) continue;
    const auto number = parse_number(text.substr(0, text.size() - suffix.text.size()));
    if (number) return *number * suffix.factor;
  }
  return std::nullopt;
}

tl::unexpected<Error> refuse(std::string_view text, std::string_view why) {
  return fail(Reaction::fix_input,
              fmt::format("tried to read the guard '{}': {}; write it like 'cpu<=+5%', 'peak-memory<=2G', "
                          "'accuracy>=0.9' or 'accuracy>=-1%'",
                          text, why));
}

bool is_name(std::string_view name) {
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!letter && std::string_view("_-./[]()@:=+").find(c) == std::string_view::npos) return false;
  }
  return !name.empty();
}

std::string render_bound(const GuardSpec& guard, double bound) {
  return fmt::format("{} {:.6g}", guard.bound == GuardSpec::Bound::at_most ? "at most" : "at least", bound);
}

}  // namespace

Result<GuardSpec> parse_guard(std::string_view text) {
  const auto comparison = text.find_first_of("<>");
  if (comparison == std::string_view::npos || comparison + 1 >= text.size() || text[comparison + 1] != '=') {
    return refuse(text, "there is no '<=' or '>=' in it");
  }
  GuardSpec guard;
  guard.text = text;
  guard.name = trim(text.substr(0, comparison));
  guard.bound = text[comparison] == '<' ? GuardSpec::Bound::at_most : GuardSpec::Bound::at_least;
  if (!is_name(guard.name)) return refuse(text, "what stands before the comparison is not the name of a metric");
  std::string_view limit = trim(text.substr(comparison + 2));
  guard.relative = limit.ends_with('%');
  if (const auto wanted = parse_distribution(guard.name); wanted && wanted->shape == Distribution::Shape::worse) {
    const auto number = parse_number(trim(guard.relative ? limit.substr(0, limit.size() - 1) : limit));
    if (!number || *number < 0 || guard.bound == GuardSpec::Bound::at_least || limit.starts_with('+')) {
      return refuse(text, "the share of worse cases is at most something, as in worse<=10%");
    }
    guard.limit = guard.relative ? *number / 100 : *number;
    guard.relative = false;
    return guard;
  }
  if (guard.relative) {
    if (!limit.starts_with('+') && !limit.starts_with('-')) {
      return refuse(text, "a change against the baseline needs its sign, as in +5% or -1%");
    }
    if (guard.name == "lines") {
      return refuse(text, "lines counts the net lines added since the baseline, so its limit is a plain number");
    }
    const auto percent = parse_number(trim(limit.substr(0, limit.size() - 1)));
    if (!percent) return refuse(text, "what stands before the % is not a number");
    guard.limit = *percent / 100;
    return guard;
  }
  const auto amount = parse_amount(limit, unit_of(guard.name));
  if (!amount) return refuse(text, fmt::format("'{}' is not a number with a unit that {} knows", limit, guard.name));
  guard.limit = *amount;
  return guard;
}

GuardResult evaluate_guard(const GuardSpec& guard, std::optional<double> baseline, std::optional<double> candidate) {
  GuardResult result;
  result.name = guard.name;
  result.baseline = baseline.value_or(0);
  result.candidate = candidate.value_or(0);
  if (!candidate || !std::isfinite(*candidate)) {
    result.reason = fmt::format("guard {}: the candidate gave no value of {}", guard.text, guard.name);
    return result;
  }
  if (guard.relative && (!baseline || !std::isfinite(*baseline))) {
    result.reason = fmt::format("guard {}: the baseline gave no value of {} to compare with", guard.text, guard.name);
    return result;
  }
  const double bound = guard.relative ? *baseline + guard.limit * std::abs(*baseline) : guard.limit;
  result.passed = guard.bound == GuardSpec::Bound::at_most ? *candidate <= bound : *candidate >= bound;
  result.reason = fmt::format("guard {}: {} is {:.6g}, {} is allowed", guard.text, guard.name, *candidate,
                              render_bound(guard, bound));
  if (guard.relative) result.reason += fmt::format(" (baseline {:.6g})", *baseline);
  return result;
}

std::optional<std::string> find_blind_guard(const std::vector<GuardSpec>& guards,
                                            const std::vector<std::string>& printed) {
  std::vector<std::string> plain;
  std::copy_if(printed.begin(), printed.end(), std::back_inserter(plain),
               [](const std::string& name) { return !name.ends_with(']') && !is_own(name); });
  if (plain.size() > most_listed) plain.resize(most_listed);
  for (const GuardSpec& guard : guards) {
    if (is_own(guard.name)) continue;
    const auto shape = parse_distribution(guard.name);
    const std::string score = printed.empty() ? "" : printed.front();
    const std::string wanted = !shape ? guard.name : shape->metric.empty() ? score : shape->metric;
    const bool seen = std::any_of(printed.begin(), printed.end(), [&](const std::string& name) {
      return shape ? is_case_of(name, wanted) : name == wanted;
    });
    if (seen) continue;
    return fmt::format("guard {}: the unchanged code prints no {}, only {}", guard.text,
                       shape ? fmt::format("{}[case]=number", wanted) : wanted,
                       plain.empty() ? "a number without a name" : fmt::format("{}", fmt::join(plain, ", ")));
  }
  return std::nullopt;
}

}  // namespace hone
