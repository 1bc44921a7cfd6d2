// Completions for bash, zsh and fish, made from the rows of the parser.
#pragma once

#include <string>
#include <vector>

#include "cli/flags.hpp"

namespace hone::cli {

[[nodiscard]] std::string render_bash(const std::vector<CommandRow>&);
[[nodiscard]] std::string render_zsh(const std::vector<CommandRow>&);
[[nodiscard]] std::string render_fish(const std::vector<CommandRow>&);

}  // namespace hone::cli
