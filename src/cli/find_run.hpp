// Which run a command means, and its folder.
#pragma once

#include <string>
#include <vector>

#include "adapters/git/place.hpp"
#include "adapters/journal/archive.hpp"
#include "cli/flags.hpp"
#include "hone/core/base/result.hpp"
#include "hone/views/canvas.hpp"

namespace hone::cli {

struct FoundRun {
  git::Place place;
  std::string name;
  std::string folder;
};
// The named run, else the one whose last session is the newest. fix_input when there is none.
[[nodiscard]] Result<FoundRun> find_run(const Flags&);
[[nodiscard]] Result<git::Place> here(const Flags&);
// Is the process of the run's last session alive? Asked of the journal's lock, not of a pid.
[[nodiscard]] bool running(const std::string& folder);
// Canvas of stdout: width and colour of the terminal, or of a pipe.
[[nodiscard]] Canvas stdout_canvas(const Flags&);

}  // namespace hone::cli
