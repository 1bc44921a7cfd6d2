// hone(1), in troff: flags and commands from the rows of the parser, the rest written once here.
#pragma once

#include <string>
#include <vector>

#include "cli/flags.hpp"

namespace hone::cli {

[[nodiscard]] std::string render_man(const std::vector<CommandRow>&);

}  // namespace hone::cli
