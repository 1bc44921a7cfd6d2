#include "core/search/habit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "hone/core/base/text.hpp"

namespace hone {
namespace {

constexpr std::size_t remembered = 300;  // newest entries that still teach something
constexpr double first_reach = 0.16;     // of a knob's range
constexpr double first_factor = 0.69;    // ln 2, for undeclared literals

std::size_t index_of(int direction) {
  return direction > 0 ? 1 : 0;
}

double start_reach(const Site& site) {
  return site.knob ? first_reach : first_factor;
}

std::optional<std::size_t> whole(std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value == 0) return std::nullopt;
  return value;
}

// After a keep the landscape has changed: old grudges and loves fade.
void fade(Habits& habits) {
  for (auto& [key, habit] : habits) {
    for (double& weight : habit.weight) weight = std::sqrt(weight);
    for (double& reach : habit.reach) reach *= reach > 0 ? 1.4 : 1;
  }
}

void learn_one(Habit& habit, const Site& site, const Change& change, const LedgerEntry& entry) {
  const auto from = literal_value(change.before), to = literal_value(change.after);
  const bool numeric = from && to;
  const std::size_t way = numeric ? index_of(*to > *from ? 1 : -1) : 0;
  const double reach = numeric ? reach_between(site, *from, *to) : 1;
  double& weight = habit.weight[way];
  if (entry.outcome == Outcome::kept) {
    weight = std::min(weight * 3, 6.0);
    habit.weight[1 - way] = std::max(habit.weight[1 - way] * 0.4, 0.15);
    habit.reach[way] = reach * 1.3;
  } else if (entry.outcome == Outcome::discarded || entry.outcome == Outcome::undecided) {
    const bool near_miss = entry.effect && *entry.effect > 0;
    weight = std::max(weight * (near_miss ? 0.9 : 0.6), 0.15);
    habit.reach[way] = reach * (near_miss ? 1.2 : 0.5);
  } else {
    weight = std::max(weight * 0.5, 0.1);
    habit.reach[way] = reach * 0.5;
  }
}

}  // namespace

std::string render_change(const Change& change) {
  return fmt::format("{} {} -> {} ({}:{}:{})", change.name, change.before, change.after, change.path, change.line,
                     change.column);
}

std::optional<Change> parse_change(std::string_view idea) {
  const auto arrow = idea.find(" -> "), open = idea.find(" (", arrow == std::string_view::npos ? 0 : arrow);
  if (arrow == std::string_view::npos || open == std::string_view::npos || !idea.ends_with(')')) return std::nullopt;
  const std::string_view left = idea.substr(0, arrow);
  const auto space = left.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const std::string_view place = idea.substr(open + 2, idea.size() - open - 3);
  const auto second = place.rfind(':');
  const auto first = second == std::string_view::npos || second == 0 ? second : place.rfind(':', second - 1);
  if (first == std::string_view::npos) return std::nullopt;
  const auto line = whole(place.substr(first + 1, second - first - 1)), column = whole(place.substr(second + 1));
  if (!line || !column) return std::nullopt;
  return Change{std::string(left.substr(0, space)),
                std::string(left.substr(space + 1)),
                std::string(idea.substr(arrow + 4, open - arrow - 4)),
                std::string(place.substr(0, first)),
                *line,
                *column};
}

std::string habit_key(const std::string& path, const std::string& name) {
  return path + '\n' + name;
}

Habits learn_habits(const std::vector<SourceFile>& files, const std::vector<Site>& sites,
                    const std::vector<LedgerEntry>& ledger) {
  std::map<std::string, const Site*> known;
  for (const Site& site : sites) known.emplace(habit_key(files[site.file].path, site.name), &site);
  Habits habits;
  const std::size_t skipped = ledger.size() > remembered ? ledger.size() - remembered : 0;
  for (std::size_t i = skipped; i < ledger.size(); ++i) {
    const auto change = parse_change(ledger[i].idea);
    const auto site = change ? known.find(habit_key(change->path, change->name)) : known.end();
    if (ledger[i].outcome == Outcome::kept) fade(habits);
    if (site != known.end()) learn_one(habits[site->first], *site->second, *change, ledger[i]);
  }
  return habits;
}

double preference(const Habit& habit, const Site& site, const Option& option) {
  const std::size_t way = index_of(option.direction);
  const double wanted = habit.reach[way] > 0 ? habit.reach[way] : start_reach(site);
  const double distance = option.direction == 0 ? 0 : std::abs(std::log(option.reach / wanted));
  return habit.weight[way] * std::exp(-1.5 * distance);
}

}  // namespace hone
