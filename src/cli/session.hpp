// One session of a run: everything that a process needs to work on it, wired together.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "adapters/executors/tools.hpp"
#include "adapters/executors/wrap.hpp"
#include "adapters/git/git_repo.hpp"
#include "adapters/os/clock.hpp"
#include "adapters/os/files.hpp"
#include "adapters/os/thread_crew.hpp"
#include "adapters/proposers/limiter.hpp"
#include "cli/flags.hpp"
#include "hone/core/base/redact.hpp"
#include "hone/core/measure/cpus.hpp"
#include "hone/core/run/state.hpp"
#include "hone/core/sandbox/probes.hpp"
#include "hone/loop/night.hpp"
#include "hone/ports/executor.hpp"
#include "hone/ports/http.hpp"
#include "hone/ports/journal.hpp"
#include "hone/ports/process.hpp"
#include "hone/ports/proposer.hpp"

namespace hone::cli {

struct Session {
  git::Place place;
  std::string run;
  std::string folder;      // of the journal
  std::string workspaces;  // folder of worktrees and scratch, outside the checkout
  RunSpec spec;
  os::SystemClock clock;
  std::unique_ptr<Journal> journal;
  std::unique_ptr<git::GitRepo> repo;
  std::unique_ptr<Process> process;
  std::unique_ptr<executors::Wrap> sandbox;  // null with --sandbox none
  std::string protection;                    // what it was proven to be, in one line
  std::vector<std::string> gpus;             // of each slot: see sandbox::share_gpus
  std::vector<Probed> probes;                // what it was attacked with
  executors::Tools tools;                    // what measures from outside the tree, as it was when the session began
  std::unique_ptr<Executor> executor;
  std::unique_ptr<Http> http;
  std::unique_ptr<Limiter> limiter;
  std::vector<std::unique_ptr<Proposer>> proposers;
  Redactor keys;      // that the proposers use, from wherever: a command of the user's could find and print them
  std::string route;  // proxy and certificates that requests take; "" = direct, the system's
  os::SystemFiles files;
  CpuPlan cpus;
};

// Where a run's worktrees and scratch go: outside the user's checkout, on a disk that is made for such things. The
// name holds the repository, so that two clones never share a folder.
[[nodiscard]] std::string workspace_root(const git::Place&, const std::string& run);
// Worktrees and scratch of this run, also those of a session that was killed.
[[nodiscard]] Done remove_workspaces(Session&);
// Only what builds and measures: repository, processes, executor.
[[nodiscard]] Done wire_bench(Session&, const CommitId& base);
// The parts below the journal, for a run whose spec and base are known.
[[nodiscard]] Done wire(Session&, const CommitId& base);
// The event that opens this session.
[[nodiscard]] event::SessionOpened opening_of(Session&, const State&);
// Runs the night with progress on stderr and returns the exit code; the last line on stdout is the sentence.
[[nodiscard]] Result<int> work(Session&, State, std::vector<EventBody> opening, const Flags&);

}  // namespace hone::cli
