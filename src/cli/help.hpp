// What `--help` prints: made from the rows of the parser, one line a flag, a screen a command.
#pragma once

#include <string>
#include <vector>

#include "cli/flags.hpp"

namespace hone::cli {

enum class HelpDepth { essential, all };  // --help, --help-all

[[nodiscard]] std::string render_overview(const std::vector<CommandRow>&);
[[nodiscard]] std::string render_help(const CommandRow&, HelpDepth);
// Of this command alone, not a setting or an output flag.
[[nodiscard]] bool is_own(const FlagRow&);
// Has it flags that --help leaves out?
[[nodiscard]] bool is_long(const CommandRow&);

}  // namespace hone::cli
