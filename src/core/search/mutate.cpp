#include "hone/core/search/mutate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/search/habit.hpp"
#include "core/search/steps.hpp"
#include "hone/core/base/digest.hpp"
#include "hone/core/base/text.hpp"

namespace hone {
namespace {

constexpr double knob_share = 0.9;  // of all proposals, when knobs are declared

std::string combine(const std::vector<std::string>& digests) {
  std::string all;
  for (const std::string& digest : digests) all += digest;
  return text_id(all).value;
}

std::vector<std::string> digests_of(const std::vector<SourceFile>& files) {
  std::vector<std::string> digests;
  for (const SourceFile& file : files) digests.push_back(text_id(file.path + '\n' + file.text).value);
  return digests;
}

// The text with `before` at line:column replaced; nothing when something else stands there.
std::optional<std::string> replaced(std::string text, const Change& change, bool backwards) {
  std::size_t offset = 0;
  for (std::size_t line = 1; line < change.line; ++line) {
    offset = text.find('\n', offset);
    if (offset == std::string::npos) return std::nullopt;
    ++offset;
  }
  offset += change.column - 1;
  const std::string& there = backwards ? change.after : change.before;
  if (offset > text.size() || text.compare(offset, there.size(), there) != 0) return std::nullopt;
  text.replace(offset, there.size(), backwards ? change.before : change.after);
  return text;
}

// Draws without replacement: the smallest -ln(u)/weight comes first (Efraimidis and Spirakis 2006).
std::vector<std::size_t> draw_order(const std::vector<double>& weights, Random& dice) {
  std::vector<std::pair<double, std::size_t>> keys;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    keys.emplace_back(-std::log(1.0 - dice.uniform()) / std::max(weights[i], 1e-12), i);
  }
  std::sort(keys.begin(), keys.end());
  std::vector<std::size_t> order;
  for (const auto& key : keys) order.push_back(key.second);
  return order;
}

bool looks_like_a_marker(std::string_view line) {
  return line.starts_with("<<<<<") || line.starts_with("=====") || line.starts_with(">>>>>") || line.starts_with("```");
}

// How often rows [first, last] stand in the file, as a block.
std::size_t occurrences(const std::vector<std::string_view>& rows, std::size_t first, std::size_t last) {
  std::size_t count = 0;
  for (auto at = rows.begin();; ++at, ++count) {
    at = std::search(at, rows.end(), rows.begin() + static_cast<std::ptrdiff_t>(first),
                     rows.begin() + static_cast<std::ptrdiff_t>(last) + 1);
    if (at == rows.end()) return count;
  }
}

// A search/replace block for one line, with as much context as makes it unique; nothing when none does.
std::optional<std::string> block_for(const SourceFile& file, std::size_t row, std::string_view new_line) {
  const std::vector<std::string_view> rows = lines(file.text);
  std::size_t first = row, last = row;
  for (bool up = true; occurrences(rows, first, last) > 1; up = !up) {
    const bool can_up = first > 0 && !looks_like_a_marker(rows[first - 1]);
    const bool can_down = last + 1 < rows.size() && !looks_like_a_marker(rows[last + 1]);
    if (!can_up && !can_down) return std::nullopt;
    if ((up && can_up) || !can_down) {
      --first;
    } else {
      ++last;
    }
  }
  std::string search, replace;
  for (std::size_t i = first; i <= last; ++i) {
    search += fmt::format("{}\n", rows[i]);
    replace += fmt::format("{}\n", i == row ? new_line : rows[i]);
  }
  return fmt::format("{}\n<<<<<<< SEARCH\n{}=======\n{}>>>>>>> REPLACE\n", file.path, search, replace);
}

std::optional<Mutation> apply(const std::vector<SourceFile>& files, const Site& site, const Option& option,
                              std::vector<std::string> digests) {
  const SourceFile& file = files[site.file];
  const Change change{site.name, site.literal, option.literal, file.path, site.line, site.column};
  const auto text = replaced(file.text, change, false);
  if (!text) return std::nullopt;
  const std::string_view new_line = lines(*text)[site.line - 1];
  if (looks_like_a_marker(new_line)) return std::nullopt;
  const auto block = block_for(file, site.line - 1, new_line);
  if (!block) return std::nullopt;
  digests[site.file] = text_id(file.path + '\n' + *text).value;
  const std::string idea = render_change(change);
  return Mutation{idea, fmt::format("{}\n\n{}", idea, *block), combine(digests)};
}

// Undeclared literals share what knobs leave; each site counts by its likelihood and by its experience.
std::vector<double> site_weights(const std::vector<SourceFile>& files, const std::vector<Site>& sites,
                                 const Habits& habits) {
  double knobs = 0, others = 0;
  for (const Site& site : sites) (site.knob ? knobs : others) += site.likelihood;
  std::vector<double> weights;
  for (const Site& site : sites) {
    const double share = site.knob ? knob_share / knobs : (knobs > 0 ? 1 - knob_share : 1.0) / others;
    const auto habit = habits.find(habit_key(files[site.file].path, site.name));
    const double experience = habit == habits.end() ? 1 : std::max(habit->second.weight[0], habit->second.weight[1]);
    weights.push_back(share * site.likelihood * experience);
  }
  return weights;
}

}  // namespace

std::string fingerprint(const std::vector<SourceFile>& files) {
  return combine(digests_of(files));
}

std::set<std::string> measured_before(const std::vector<SourceFile>& files, const std::vector<LedgerEntry>& ledger) {
  std::vector<SourceFile> champion = files;
  std::vector<std::string> digests = digests_of(champion);
  std::set<std::string> seen = {combine(digests)};
  for (auto entry = ledger.rbegin(); entry != ledger.rend(); ++entry) {
    const auto change = parse_change(entry->idea);
    const bool kept = entry->outcome == Outcome::kept;
    const auto file = std::find_if(champion.begin(), champion.end(),
                                   [&](const SourceFile& f) { return change && f.path == change->path; });
    const auto text = file == champion.end() ? std::nullopt : replaced(file->text, *change, kept);
    if (!text) {
      if (kept) break;  // another backend's keep: what came before cannot be rebuilt
      continue;
    }
    const auto at = static_cast<std::size_t>(file - champion.begin());
    const std::string old = digests[at];
    digests[at] = text_id(file->path + '\n' + *text).value;
    seen.insert(combine(digests));
    if (kept) {
      file->text = *text;
    } else {
      digests[at] = old;
    }
  }
  return seen;
}

std::optional<Mutation> mutate(const std::vector<SourceFile>& files, const Survey& survey,
                               const std::vector<LedgerEntry>& ledger, const std::set<std::string>& seen, Random dice) {
  const Habits habits = learn_habits(files, survey.sites, ledger);
  const std::vector<std::string> digests = digests_of(files);
  for (const std::size_t s : draw_order(site_weights(files, survey.sites, habits), dice)) {
    const Site& site = survey.sites[s];
    const auto known = habits.find(habit_key(files[site.file].path, site.name));
    const Habit habit = known == habits.end() ? Habit{} : known->second;
    const std::vector<Option> options = options_of(site);
    std::vector<double> weights;
    for (const Option& option : options) weights.push_back(preference(habit, site, option));
    for (const std::size_t o : draw_order(weights, dice)) {
      auto mutation = apply(files, site, options[o], digests);
      if (mutation && !seen.contains(mutation->fingerprint)) return mutation;
    }
  }
  return std::nullopt;
}

}  // namespace hone
