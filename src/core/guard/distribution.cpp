#include "hone/core/guard/distribution.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace hone {
namespace {

constexpr double least_worsening = 0.01;
constexpr double errors_needed = 3;
constexpr std::array shapes{std::pair{std::string_view("p95"), Distribution::Shape::p95},
                            std::pair{std::string_view("worst"), Distribution::Shape::worst},
                            std::pair{std::string_view("worse"), Distribution::Shape::worse}};

}  // namespace

std::optional<Distribution> parse_distribution(std::string_view guard_name) {
  for (const auto& [word, shape] : shapes) {
    if (guard_name == word) return Distribution{shape, ""};
    if (!guard_name.starts_with(word) || !guard_name.ends_with(')')) continue;
    const std::string_view rest = guard_name.substr(word.size());
    if (rest.size() > 2 && rest.starts_with('(')) {
      return Distribution{shape, std::string(rest.substr(1, rest.size() - 2))};
    }
  }
  return std::nullopt;
}

bool is_case_of(std::string_view name, std::string_view metric) {
  if (!name.starts_with(metric) || name.size() < metric.size() + 3 || !name.ends_with(']')) return false;
  const std::string_view rest = name.substr(metric.size());
  return rest.starts_with('[') && !rest.starts_with("[step=");
}

double tail_of(std::vector<double> values, Distribution::Shape shape, GuardSpec::Bound bound) {
  std::sort(values.begin(), values.end());
  if (bound == GuardSpec::Bound::at_least) std::reverse(values.begin(), values.end());
  if (shape == Distribution::Shape::worst) return values.back();
  const auto rank = static_cast<std::size_t>(std::ceil(0.95 * static_cast<double>(values.size())));
  return values[std::max<std::size_t>(rank, 1) - 1];
}

void add_distributions(const std::vector<GuardSpec>& guards, Sample& sample) {
  if (sample.values.empty()) return;
  const std::vector<NamedValue> printed = sample.values;
  for (const GuardSpec& guard : guards) {
    const auto wanted = parse_distribution(guard.name);
    if (!wanted || wanted->shape == Distribution::Shape::worse) continue;
    const std::string& metric = wanted->metric.empty() ? printed.front().name : wanted->metric;
    std::vector<double> cases;
    for (const NamedValue& value : printed) {
      if (is_case_of(value.name, metric)) cases.push_back(value.value);
    }
    // A name that the metric printed itself must not speak for the guard.
    std::erase_if(sample.values, [&guard](const NamedValue& value) { return value.name == guard.name; });
    if (!cases.empty()) sample.values.push_back({guard.name, tail_of(std::move(cases), wanted->shape, guard.bound)});
  }
}

bool got_worse(const CaseChange& one, Direction goal) {
  const double worsening = goal == Direction::minimise ? one.change : -one.change;
  return worsening > least_worsening * std::abs(one.baseline) && worsening > errors_needed * one.error;
}

}  // namespace hone
