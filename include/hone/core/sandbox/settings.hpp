// The settings of the sandbox: `--set sandbox.NAME=VALUE`, or [sandbox] in the user's own config file. A repository
// cannot set them: they say what its code may see.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "hone/core/base/result.hpp"
#include "hone/core/base/units.hpp"

namespace hone {

struct SandboxSettings {
  std::vector<std::string> read;      // sandbox.read: host paths that commands may read (toolchains outside /usr)
  std::vector<std::string> writable;  // sandbox.writable: folders of the tree, given empty and writable to each run
  std::vector<std::string> holdout;   // sandbox.holdout: paths of the tree that only the hold-out command sees
  Bytes disk{1LL << 30};              // sandbox.disk: of /w, /tmp and /dev/shm each, and of one file
  Bytes memory{};                     // sandbox.memory: of a tree, or a process; 0 = no limit
  std::int64_t processes = 0;         // sandbox.processes: of a tree, or the user; 0 = 8192 or more
  bool loopback = false;              // sandbox.loopback: sockets to the run's own loopback; else unix sockets only
  std::string bwrap;                  // sandbox.bwrap: the program, where it is not in a usual place
  bool gpu = false;                   // sandbox.gpu: the device nodes of NVIDIA and AMD
};

// From RunSpec::extra. Lists are separated by ':'. An unknown sandbox.NAME is refused (fix_input).
[[nodiscard]] Result<SandboxSettings> parse_sandbox(const std::map<std::string, std::string>& extra);

}  // namespace hone
