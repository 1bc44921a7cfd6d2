// What a GPU needs to work in the sandbox (reference 1.4), as far as it can be said without touching a machine: which
// nodes of /dev, where the driver's library is, which variables. That it works is found out by hone-gpu-probe, inside.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hone/core/base/result.hpp"

namespace hone::sandbox {

// What the machine has: names in /dev and in /dev/dri.
struct DeviceNames {
  std::vector<std::string> top, dri;
};

// The nodes to bind, in order. NVIDIA: nvidiactl, nvidia0.., nvidia-uvm, nvidia-uvm-tools (driver 570 opens it and
// fails with 304 otherwise), the folder nvidia-caps (MIG). AMD: kfd and the render nodes. WSL: dxg. Never
// nvidia-modeset, which sets up screens, nor the display nodes dri/card*.
[[nodiscard]] std::vector<std::string> gpu_nodes(const DeviceNames&);

// The folder of libcuda.so.1 or libamdhip64.so by what `ldconfig -p` says; empty: the loader does not know it.
[[nodiscard]] std::optional<std::string> driver_folder(std::string_view ldconfig_output);

// Where compilers of GPU code keep what they made; in the folder of one run, so that no run can leave code for
// another one, and so that champion and candidate both start cold. `temporary`: that run's folder.
[[nodiscard]] std::map<std::string, std::string> gpu_caches(const std::string& temporary);

// The GPU of each slot as a value of CUDA_VISIBLE_DEVICES: the user's list, or 0, 1, ... One slot gets all of them
// (empty: the variable stays as it is). fix_input when there are more slots than GPUs, because two timed commands on
// one GPU disturb each other.
[[nodiscard]] Result<std::vector<std::string>> share_gpus(std::string_view visible, int found, unsigned slots);

// What hone-gpu-probe said.
struct GpuFound {
  int count = 0;
  std::string text;  // "2 x NVIDIA H200"
};
// stop_run with what to do when the probe found nothing to work with.
[[nodiscard]] Result<GpuFound> read_gpu_probe(std::string_view output);

}  // namespace hone::sandbox
