// What earlier attempts say about a site: which direction helped and how far to go. Derived from the ledger alone.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/search/steps.hpp"
#include "hone/core/prompt/brief.hpp"
#include "hone/core/search/site.hpp"

namespace hone {

// The idea line of a mutation, read back.
struct Change {
  std::string name, before, after, path;
  std::size_t line = 0, column = 0;  // from 1
};

[[nodiscard]] std::string render_change(const Change&);
[[nodiscard]] std::optional<Change> parse_change(std::string_view idea);

// Index 0: down and directionless, 1: up.
struct Habit {
  double weight[2] = {1, 1};
  double reach[2] = {0, 0};  // 0 = no experience yet
};

// By path + name of the site.
using Habits = std::map<std::string, Habit>;
[[nodiscard]] std::string habit_key(const std::string& path, const std::string& name);
[[nodiscard]] Habits learn_habits(const std::vector<SourceFile>&, const std::vector<Site>&,
                                  const std::vector<LedgerEntry>&);

// How likely this option should be, among those of its site.
[[nodiscard]] double preference(const Habit&, const Site&, const Option&);

}  // namespace hone
