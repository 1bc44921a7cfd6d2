#include "adapters/executors/gpu.hpp"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

#include "adapters/os/process.hpp"
#include "adapters/os/stop.hpp"
#include "hone/core/base/text.hpp"

namespace hone::executors {
namespace {

// Where drivers put their libraries without telling the loader: container runtimes, WSL, NixOS, ROCm.
constexpr std::array usual_folders = {"/usr/local/nvidia/lib64", "/usr/lib/wsl/lib", "/run/opengl-driver/lib",
                                      "/opt/rocm/lib"};
constexpr std::array passed_on = {"CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES"};

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

std::vector<std::string> names_in(const char* path) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, CloseFolder> folder(::opendir(path));
  for (const dirent* entry = folder ? ::readdir(folder.get()) : nullptr; entry != nullptr;
       entry = ::readdir(folder.get())) {
    names.emplace_back(entry->d_name);
  }
  return names;
}

bool has_driver(const std::string& folder) {
  return ::access((folder + "/libcuda.so.1").c_str(), R_OK) == 0 ||
         ::access((folder + "/libamdhip64.so").c_str(), R_OK) == 0;
}

std::string loader_knows(Process& process) {
  const os::NoStop stop;
  for (const char* program : {"/sbin/ldconfig", "/usr/sbin/ldconfig"}) {
    if (::access(program, X_OK) != 0) continue;
    ProcessLimits limits;
    limits.wall = Seconds{20};
    limits.output_head = Bytes{4 << 20};
    const auto report = process.run({{program, "-p"}, "/", {{"PATH", "/usr/bin:/bin"}}, ""}, limits, stop);
    if (report && succeeded(*report)) return sandbox::driver_folder(report->output).value_or("");
  }
  return "";
}

std::string first_place() {
  const char* search = std::getenv("LD_LIBRARY_PATH");
  for (const std::string_view part : split(search != nullptr ? search : "", ':')) {
    if (part.starts_with('/') && part != "/" && has_driver(std::string(part))) return std::string(part);
  }
  for (const char* folder : usual_folders) {
    if (has_driver(folder)) return folder;
  }
  return "";
}

}  // namespace

GpuSide look_at_gpus(Process& process) {
  GpuSide side;
  side.devices = sandbox::gpu_nodes({names_in("/dev"), names_in("/dev/dri")});
  for (const char* name : passed_on) {
    if (const char* value = std::getenv(name)) side.environment[name] = value;
  }
  const std::string known = loader_knows(process);
  // What the user's own loader would take first, and what it would find only with help.
  const std::string place = first_place();
  for (const std::string& folder : {known, place}) {
    const bool mounted = folder.starts_with("/usr/") || folder.starts_with("/lib");
    if (!folder.empty() && !mounted) side.folders.push_back(folder);
  }
  if (known.empty() && !place.empty()) side.environment["LD_LIBRARY_PATH"] = place;
  return side;
}

Result<std::string> find_gpu_probe() {
  const std::string keeper = HONE_TRY(os::find_keeper());
  return keeper.substr(0, keeper.rfind('/')) + "/hone-gpu-probe";
}

Result<sandbox::GpuFound> check_gpus_outside(Process& process, const GpuSide& side) {
  const os::NoStop stop;
  ProcessLimits limits;
  limits.wall = Seconds{60};
  const Command command{{HONE_TRY(find_gpu_probe())}, "/", side.environment, ""};
  const ProcessReport report = HONE_TRY(process.run(command, limits, stop));
  return sandbox::read_gpu_probe(report.output);
}

}  // namespace hone::executors
