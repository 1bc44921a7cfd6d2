#include <fmt/format.h>

#include <cstdio>

#include "cli/commands.hpp"
#include "cli/man_page.hpp"
#include "cli/shell_completions.hpp"

namespace hone::cli {

Result<int> command_completions(const Flags& flags) {
  const auto rows = command_rows();
  std::string text;
  if (flags.shell == "bash") text = render_bash(rows);
  if (flags.shell == "zsh") text = render_zsh(rows);
  if (flags.shell == "fish") text = render_fish(rows);
  if (flags.shell == "man") text = render_man(rows);
  if (text.empty()) {
    return fail(Reaction::fix_input,
                fmt::format("'{}' is none of bash, zsh, fish, man; e.g. `hone completions bash`", flags.shell));
  }
  std::fwrite(text.data(), 1, text.size(), stdout);
  return 0;
}

}  // namespace hone::cli
