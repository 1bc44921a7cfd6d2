// What of this machine goes into the sandbox.
#pragma once

#include <string>

#include "adapters/executors/gpu.hpp"
#include "hone/core/base/result.hpp"
#include "hone/core/sandbox/profile.hpp"
#include "hone/ports/files.hpp"

namespace hone::executors {

// Looks at /usr and /etc and writes the few files of ours into `folder`. `gpus`: nullptr = none for the commands.
[[nodiscard]] Result<sandbox::Host> look_at_host(const std::string& folder, const GpuSide* gpus, Files&);
// Absolute path of bwrap; stop_run with the way to get it.
[[nodiscard]] Result<std::string> find_bwrap(const std::string& named);
// The entries of a workspace without .git, in order of names; `git_file` says whether there was one.
[[nodiscard]] Result<std::vector<sandbox::Entry>> list_entries(const std::string& folder, bool& git_file);

}  // namespace hone::executors
