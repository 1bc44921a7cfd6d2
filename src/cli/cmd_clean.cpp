#include <fmt/format.h>

#include "adapters/git/git_repo.hpp"
#include "adapters/git/runs.hpp"
#include "adapters/os/files.hpp"
#include "cli/commands.hpp"
#include "cli/find_run.hpp"
#include "cli/session.hpp"

namespace hone::cli {

Result<int> command_clean(const Flags& flags) {
  const git::Place place = HONE_TRY(here(flags));
  std::vector<std::string> names;
  if (flags.all) {
    names = HONE_TRY(git::list_runs(place));
  } else if (!flags.run.empty()) {
    names = {flags.run};
  } else {
    return fail(Reaction::fix_input, "say which run to clean (`hone runs` lists them), or --all");
  }
  for (const std::string& name : names) {
    if (!git::run_exists(place, name)) return fail(Reaction::fix_input, fmt::format("there is no run '{}'", name));
    if (running(git::state_folder(place, name))) {
      if (flags.all) continue;
      return fail(Reaction::fix_input, fmt::format("run '{}' is running; `hone stop {}` ends it", name, name));
    }
    HONE_TRY_VOID(git::clean_run(place, name));
    HONE_TRY_VOID(os::SystemFiles().remove_tree(workspace_root(place, name)));
    fmt::print("{} is removed; its branch, if it has one, is kept.\n", name);
  }
  return 0;
}

}  // namespace hone::cli
