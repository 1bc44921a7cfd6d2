// The GPU side of this machine: device nodes, the driver's folder, variables. See core/sandbox/gpu.hpp.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "hone/core/base/result.hpp"
#include "hone/core/sandbox/gpu.hpp"
#include "hone/ports/process.hpp"

namespace hone::executors {

struct GpuSide {
  std::vector<std::string> devices;                // to bind
  std::vector<std::string> folders;                // of driver libraries outside /usr
  std::map<std::string, std::string> environment;  // LD_LIBRARY_PATH where the loader needs it, *_VISIBLE_DEVICES
};
[[nodiscard]] GpuSide look_at_gpus(Process&);

// Beside hone-keeper.
[[nodiscard]] Result<std::string> find_gpu_probe();
// The device check without a sandbox.
[[nodiscard]] Result<sandbox::GpuFound> check_gpus_outside(Process&, const GpuSide&);

}  // namespace hone::executors
