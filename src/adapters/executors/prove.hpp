// Whether the sandbox protects, found out by attacking it: at every start of a session, with the real profile, first
// that honest work goes through, then that none of the probes SB01 to SB12, SB15 and SB17 (reference 1.6) does. What
// cannot be proven does not run; there is no weaker level to fall back to.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/executors/bwrap.hpp"
#include "hone/core/base/result.hpp"
#include "hone/core/sandbox/probes.hpp"
#include "hone/ports/files.hpp"
#include "hone/ports/process.hpp"

namespace hone::executors {

struct Outskirts {
  std::vector<std::string> forbidden;  // folders on this machine that no command may write in
  std::vector<std::string> hidden;     // paths that no command may see: the git folder, the journal
  std::vector<std::string> passed;     // names of the variables that commands may have besides ours
};

struct Protection {
  std::unique_ptr<BwrapWrap> wrap;
  std::string level;                      // one line for the journal, status and report; "" = it does not hold
  std::vector<Probed> probes;             // each that was tried, in order
  std::optional<sandbox::GpuFound> gpus;  // seen from inside, when GPUs were asked for
};

// Makes the sandbox and attacks it; takes some 0.3 s. Error: stop_run, with what the machine refused and how to mend
// it. What got through is in the result: demand() makes an error of it.
[[nodiscard]] Result<Protection> make_protection(const BwrapOptions&, const Outskirts&, Process&, Files&);

// Error: stop_run, with the first probe that got through and what to do. Nothing may run before this was asked.
[[nodiscard]] Done demand(const Protection&);

// The advice for what bwrap said when it could not start.
[[nodiscard]] std::string advise_on(std::string_view error_output);

}  // namespace hone::executors
