// Files that a metric command reads although nobody named them: GNUmakefile before Makefile, conftest.py,
// sitecustomize.py, a json.py beside the script. What can be changed among them can change the score.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hone {

struct AutoLoaded {
  std::string path;
  std::string why;  // "make reads it before Makefile"
};

// `paths`: every file of the tree, from its root, where the command starts.
[[nodiscard]] std::vector<AutoLoaded> auto_loaded(std::string_view command, std::span<const std::string> paths);

// Of files that a command left in a tree: those that `command` would read unasked, and those that python would load
// in place of a tracked module.
[[nodiscard]] std::vector<AutoLoaded> find_planted(std::string_view command, std::span<const std::string> tracked,
                                                   std::span<const std::string> added);

}  // namespace hone
