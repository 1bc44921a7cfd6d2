// Random texts, random changes to them, and those changes written in every edit format.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hone::cases {

struct RandomTexts {
  bool few_lines = false;              // many lines are equal
  bool final_newline_changes = false;  // the change may add or take the final newline
  bool same_ends = false;              // one kind of line end in the whole text
};

struct Step {       // of an edit script over lines
  char kind = ' ';  // ' ' kept, '-' only before, '+' only after
  std::string line;
};

struct Pair {
  std::uint64_t seed = 0;
  std::string before, after;
  std::vector<Step> script;
  bool newline_before = true, newline_after = true;
};

[[nodiscard]] Pair random_pair(std::uint64_t seed, const RandomTexts&);
[[nodiscard]] std::string as_search_replace(const Pair&);
[[nodiscard]] std::string as_unified_diff(const Pair&);
[[nodiscard]] std::string as_v4a(const Pair&);
[[nodiscard]] std::string as_tool_calls(const Pair&);
[[nodiscard]] std::string lf(const std::string&);

}  // namespace hone::cases
