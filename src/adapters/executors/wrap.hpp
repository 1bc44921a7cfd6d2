// The seam for the sandbox: what turns a command into the command that is really started.
#pragma once

#include <string>

#include "hone/core/base/ids.hpp"
#include "hone/core/base/result.hpp"
#include "hone/ports/process.hpp"

namespace hone::executors {

enum class Job { build, check, metric, holdout };

// Where a command runs and what it may write.
struct Place {
  Job job = Job::metric;
  SlotId slot;
  WorkspaceId workspace;
  std::string folder;     // the workspace: a command's working directory
  std::string scratch;    // fresh for this one command; HOME, TMPDIR and HONE_ARTIFACTS are folders in it
  bool decisive = false;  // of the last runs before a keep: worth some seconds to make both sides look alike
};

class Wrap {
 public:
  virtual ~Wrap() = default;
  // Called before every command; must cost little, its process is inside what is timed. Champion and
  // candidate must come out alike in all but `folder`. Thread-safe.
  [[nodiscard]] virtual Result<Command> wrap(Command, const Place&) = 0;
  // What the wrapped command's report says about the command itself. An Error (stop_run) when the wrapping failed
  // and the command never ran: that is nobody's fault but the machine's. Thread-safe.
  [[nodiscard]] virtual Result<ProcessReport> unwrap(ProcessReport report, const Place&) { return report; }
  // Why a failure may be the wrapping's doing and what to do then; "" = it is not.
  [[nodiscard]] virtual std::string explain(const ProcessReport&) const { return ""; }
};

}  // namespace hone::executors
