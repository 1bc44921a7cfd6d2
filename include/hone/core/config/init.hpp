// What `hone init` makes of a repository: from its files to guesses, from guesses to a commented hone.toml. Pure.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hone/core/config/spec.hpp"

namespace hone {

struct TrackedFile {
  std::string path;  // from the folder that hone.toml is for
  std::string text;  // "" = not looked into (large, or one of too many)
};

// Keys of core/config/keys and their values. Whatever is not there stays at its default.
struct Guess {
  std::map<std::string, std::vector<std::string>> values;  // "metric" -> {"python3 judge.py"}
  std::map<std::string, std::string> reasons;              // "metric" -> "judge.py prints METRIC sum=..."
  std::vector<std::string> doubts;                         // sentences: what a person should look at

  [[nodiscard]] std::string one(std::string_view key) const;  // "" = not guessed
  void set(const std::string& key, std::string value, std::string reason);
};

// How much a file's text is worth to guess_settings(); 0 = not at all. Callers with little room load the best ones.
[[nodiscard]] int worth_reading(std::string_view path);
[[nodiscard]] Guess guess_settings(std::span<const TrackedFile>);
// Which way is better, from a metric's name: "accuracy" -> max. Unknown: min, and `sure` is false.
struct Goal {
  std::string_view word = "min";
  bool sure = false;
};
[[nodiscard]] Goal guess_goal(std::string_view metric_name);
// The whole file: guesses set, every other key of the table commented out with its default. No personal key.
[[nodiscard]] std::string render_settings(const Guess&);

}  // namespace hone
