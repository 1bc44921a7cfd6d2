// The one table of settings: a flag of `run`, a key of hone.toml, a line of configs/default.toml and a row of the
// help are the same row here. A new setting is one row.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hone/core/base/result.hpp"
#include "hone/core/config/spec.hpp"

namespace hone {

enum class KeyGroup { task, limits, models, deciding, running };

struct Key {
  std::string_view name;   // without dashes: "min-effect"
  std::string_view value;  // what stands for its value in the help; "" = a switch
  std::string_view help;   // one line
  KeyGroup group = KeyGroup::task;
  bool repeatable = false;  // each use adds one
  bool personal = false;    // flags and the user's own config only: a repository's hone.toml may not set it
  Done (*set)(RunSpec&, std::string_view) = nullptr;
  std::vector<std::string> (*get)(const RunSpec&) = nullptr;  // the values that set() would take; none = unset
};

[[nodiscard]] std::span<const Key> keys();
[[nodiscard]] const Key* find_key(std::string_view name);
// fix_input with the key, the value and what would be right.
[[nodiscard]] Done set_key(RunSpec&, std::string_view name, std::string_view value);
// Before its first use, a repeatable key from a stronger source drops what a weaker one gave.
void clear_key(RunSpec&, std::string_view name);
// What cannot be right whatever the repository: no target, no metric, a hold-out equal to the metric, ...
[[nodiscard]] Done check_spec(const RunSpec&);

}  // namespace hone
