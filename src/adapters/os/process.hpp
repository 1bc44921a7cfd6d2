// The Process port on Linux. Each command runs under a keeper, a small program of ours (src/keeper) that is
// its parent, its subreaper and the one who kills what it leaves; keepers are kept for the next command.
#pragma once

#include <memory>
#include <string>

#include "hone/core/base/result.hpp"
#include "hone/ports/process.hpp"

namespace hone::os {

// `keeper`: path of the hone-keeper program; "" = find_keeper(). Thread-safe; destroying it ends the keepers,
// so nothing may be in run() then. Fails (stop_run) when the program is not there. `as_trees`: with control groups
// where the machine has them; without, each process is bounded for itself.
[[nodiscard]] Result<std::unique_ptr<Process>> make_process(const std::string& keeper = "", bool as_trees = true);

// $HONE_KEEPER, else beside the running program, ../libexec/hone, or where it was built.
[[nodiscard]] Result<std::string> find_keeper();

// What ProcessLimits can bound of a command and all it starts together, for root too; `why_not`: what to do when that
// is nothing, as a sentence.
struct TreeLimits {
  bool processes = false, memory = false;
  std::string why_not;
};
[[nodiscard]] TreeLimits tree_limits();

// Whether the kernel gives hardware instruction counts; if not, `reason` is a sentence with the way out.
struct InstructionCounter {
  bool available = false;
  std::string reason;
};
[[nodiscard]] InstructionCounter instruction_counter();
// Whether processes that nobody waited for count as well: see keeper/counters.hpp.
[[nodiscard]] bool counts_the_unwaited();

}  // namespace hone::os
