// One function a command: from flags to an exit code. Results to stdout, progress to stderr.
#pragma once

#include "cli/flags.hpp"
#include "hone/core/base/result.hpp"

namespace hone::cli {

inline constexpr int exit_improved = 0, exit_nothing_better = 1, exit_bad_input = 2, exit_environment = 3,
                     exit_interrupted = 130;

[[nodiscard]] Result<int> command_run(const Flags&);
[[nodiscard]] Result<int> command_resume(const Flags&);
[[nodiscard]] Result<int> command_doctor(const Flags&);
[[nodiscard]] Result<int> command_verify(const Flags&);
[[nodiscard]] Result<int> command_prompt(const Flags&);
[[nodiscard]] Result<int> command_status(const Flags&);
[[nodiscard]] Result<int> command_log(const Flags&);
[[nodiscard]] Result<int> command_show(const Flags&);
[[nodiscard]] Result<int> command_report(const Flags&);
[[nodiscard]] Result<int> command_redteam(const Flags&);
[[nodiscard]] Result<int> command_runs(const Flags&);
[[nodiscard]] Result<int> command_clean(const Flags&);
[[nodiscard]] Result<int> command_tell(const Flags&);
[[nodiscard]] Result<int> command_stop(const Flags&);
[[nodiscard]] Result<int> command_init(const Flags&);
[[nodiscard]] Result<int> command_completions(const Flags&);

// Parses, runs, prints errors. The whole program but for main().
[[nodiscard]] int run_cli(int argc, const char* const* argv);

}  // namespace hone::cli
