// Where a backend's key comes from: the environment, a file or a command. Never argv, never the repository.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "hone/core/base/result.hpp"
#include "hone/ports/process.hpp"

namespace hone {

struct KeySource {
  std::vector<std::string> names;  // environment variables, first wins
  std::string file;                // its first line; wins over the environment
  std::string command;             // what it prints; wins over both
  bool needed = true;
};

// fix_input, naming the places that were looked at and never what was found there. "" = none and none needed.
[[nodiscard]] Result<std::string> load_key(const KeySource&, const std::map<std::string, std::string>& environment,
                                           Process&);

// Where load_key() takes it from, in words without it: "OPENAI_API_KEY", "the file x", "a command"; "" = no key.
[[nodiscard]] std::string describe_key(const KeySource&, const std::map<std::string, std::string>& environment);

// What a child may see of our environment: PATH, HOME, locale and the named ones.
[[nodiscard]] std::map<std::string, std::string> child_environment(
    const std::map<std::string, std::string>& environment, const std::vector<std::string>& names);

}  // namespace hone
