#include "hone/core/sandbox/gpu.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "hone/core/base/text.hpp"
#include "hone/core/config/values.hpp"

namespace hone::sandbox {
namespace {

constexpr std::array<std::string_view, 6> plain_nodes = {"nvidiactl",   "nvidia-uvm", "nvidia-uvm-tools",
                                                         "nvidia-caps", "kfd",        "dxg"};
constexpr std::array<std::string_view, 2> libraries = {"libcuda.so.1", "libamdhip64.so"};

bool is_numbered(std::string_view name, std::string_view beginning) {
  if (!name.starts_with(beginning) || name.size() == beginning.size()) return false;
  name.remove_prefix(beginning.size());
  return std::all_of(name.begin(), name.end(), [](unsigned char letter) { return std::isdigit(letter) != 0; });
}

// What a person can do about a result of cuInit (cuda.h, CUresult), or about a library that is not there.
std::string_view advise_on_gpu(std::string_view why) {
  const auto says = [why](std::string_view words) { return why.find(words) != std::string_view::npos; };
  if (says("no driver library")) {
    return "install the driver (`nvidia-smi` must work outside the sandbox), put the folder of libcuda.so.1 into "
           "LD_LIBRARY_PATH, or name it with --set sandbox.read=FOLDER";
  }
  if (says(" 100 ")) return "no GPU is visible: look at `nvidia-smi -L`, at CUDA_VISIBLE_DEVICES and at /dev/nvidia*";
  if (says(" 304 ") || says(" 999 ")) {
    return "a device node is missing or closed to this user: `sudo nvidia-modprobe -u -c=0` makes nvidia-uvm and "
           "nvidia-uvm-tools; look at `ls -l /dev/nvidia*`";
  }
  if (says(" 803 ") || says(" 804 "))
    return "driver and library do not fit: update the driver, or reboot after an update";
  return "`nvidia-smi` (or `rocminfo`) must work outside the sandbox first";
}

}  // namespace

std::vector<std::string> gpu_nodes(const DeviceNames& names) {
  std::vector<std::string> nodes;
  for (const std::string& name : names.top) {
    const bool plain = std::find(plain_nodes.begin(), plain_nodes.end(), name) != plain_nodes.end();
    if (plain || is_numbered(name, "nvidia")) nodes.push_back("/dev/" + name);
  }
  const bool amd = std::find(names.top.begin(), names.top.end(), "kfd") != names.top.end();
  for (const std::string& name : names.dri) {
    if (amd && is_numbered(name, "renderD")) nodes.push_back("/dev/dri/" + name);
  }
  std::sort(nodes.begin(), nodes.end());
  return nodes;
}

std::optional<std::string> driver_folder(std::string_view ldconfig_output) {
  for (const std::string_view library : libraries) {
    for (const std::string_view line : lines(ldconfig_output)) {
      const std::string_view entry = trim(line);
      const auto arrow = entry.find(" => ");
      if (!entry.starts_with(library) || entry.find("x86-64") == std::string_view::npos) {
        if (!entry.starts_with(library) || entry.find("AArch64") == std::string_view::npos) continue;
      }
      if (arrow == std::string_view::npos) continue;
      const std::string_view path = entry.substr(arrow + 4);
      const auto slash = path.rfind('/');
      if (slash != std::string_view::npos && slash > 0) return std::string(path.substr(0, slash));
    }
  }
  return std::nullopt;
}

std::map<std::string, std::string> gpu_caches(const std::string& temporary) {
  return {{"CUDA_CACHE_PATH", temporary + "/cuda"},
          {"TRITON_CACHE_DIR", temporary + "/triton"},
          {"TORCHINDUCTOR_CACHE_DIR", temporary + "/inductor"}};
}

Result<std::vector<std::string>> share_gpus(std::string_view visible, int found, unsigned slots) {
  if (slots <= 1) return std::vector<std::string>();
  std::vector<std::string> names;
  for (const std::string_view name : split(visible, ',')) {
    if (!trim(name).empty()) names.emplace_back(trim(name));
  }
  for (int i = 0; visible.empty() && i < found; ++i) names.push_back(fmt::format("{}", i));
  if (names.size() < slots) {
    return fail(Reaction::fix_input, fmt::format("--slots {} with --gpu: there are {} GPUs, and two timed commands on "
                                                 "one disturb each other; use --slots {}",
                                                 slots, names.size(), std::max<std::size_t>(1, names.size())));
  }
  names.resize(slots);
  return names;
}

Result<GpuFound> read_gpu_probe(std::string_view output) {
  std::string why = "the device check said nothing";
  for (const std::string_view line : lines(output)) {
    if (line.starts_with("broken ")) why = one_line(line.substr(7), 300);
    if (!line.starts_with("gpu ")) continue;
    const std::string_view rest = line.substr(4);
    const auto count = parse_count(rest.substr(0, rest.find(' ')));
    if (!count || *count < 1 || rest.find(' ') == std::string_view::npos) break;
    return GpuFound{static_cast<int>(*count),
                    fmt::format("{} x {}", *count, one_line(rest.substr(rest.find(' ') + 1), 80))};
  }
  return fail(Reaction::stop_run, fmt::format("gpu_unavailable: --gpu was asked for, but a command would see none and "
                                              "compute on the CPU without a word: {}; {}",
                                              why, advise_on_gpu(why + " ")));
}

}  // namespace hone::sandbox
