// The Executor on this machine: the user's commands by /bin/sh in a workspace, with an environment of ours.
// Alone it protects nothing; with a Wrap it is the sandboxed executor.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "adapters/executors/tools.hpp"
#include "adapters/executors/wrap.hpp"
#include "hone/core/base/redact.hpp"
#include "hone/core/measure/cpus.hpp"
#include "hone/ports/executor.hpp"
#include "hone/ports/files.hpp"
#include "hone/ports/process.hpp"
#include "hone/ports/repo.hpp"

namespace hone::executors {

struct PlainOptions {
  std::string scratch;                        // a folder of ours, absolute; emptied again and again
  std::map<std::string, std::string> passed;  // environment variables of the user's choice; they win
  CpuPlan cpus;                               // no slots in it = nothing is pinned
  ProcessLimits limits;                       // of each command; wall, cpus, counting and folders are set by it
  bool gpu = false;                           // compilers of GPU code keep what they made in the run's own folder
  std::vector<std::string> gpus;              // CUDA_VISIBLE_DEVICES of each slot; none = as it is
  Redactor redactor;                          // keys that a command may have found and printed
  std::string judges;                         // the commands that decide: what they would read unasked is looked for
  std::uint64_t secret = 0;                   // for the names of folders in there, which a command could read
  Tools tools;                                // programs and inputs from outside the tree, as they were
};

struct PlainParts {
  Process& process;
  Repo& repo;
  Files& files;
  Wrap* wrap = nullptr;  // null = commands run as they are
};

[[nodiscard]] std::unique_ptr<Executor> make_plain(PlainOptions, PlainParts);

// The variables named by --pass-env as hone itself has them; those that are not set are left out.
[[nodiscard]] std::map<std::string, std::string> pick_environment(const std::vector<std::string>& names);

}  // namespace hone::executors
