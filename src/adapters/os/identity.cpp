#include "adapters/os/identity.hpp"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>

#include "adapters/os/topology.hpp"
#include "hone/core/base/text.hpp"

namespace hone::os {
namespace {

std::string read_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::string cpu_model() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("model name")) continue;
    if (const auto colon = line.find(':'); colon != std::string::npos) return std::string(trim(line.substr(colon + 1)));
  }
  return "unknown CPU";
}

}  // namespace

std::optional<ProcessStat> process_stat(pid_t process) {
  const std::string line = read_line(fmt::format("/proc/{}/stat", process));
  const auto bracket = line.rfind(')');  // the name before it may hold anything
  if (bracket == std::string::npos) return std::nullopt;
  std::istringstream fields(line.substr(bracket + 1));
  ProcessStat stat;
  std::string skipped;
  pid_t group = 0;
  fields >> stat.state >> stat.parent >> group >> stat.session;
  for (int field = 7; field <= 21; ++field) fields >> skipped;  // proc(5): starttime is field 22
  fields >> stat.started;
  if (!fields) return std::nullopt;
  return stat;
}

std::string boot_id() {
  return read_line("/proc/sys/kernel/random/boot_id");
}

void kill_session(pid_t session) {
  for (int round = 0; round < 400; ++round) {
    bool found = false;
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc"), ::closedir);
    if (!folder) return;
    while (const dirent* entry = ::readdir(folder.get())) {
      const auto process = static_cast<pid_t>(std::strtol(entry->d_name, nullptr, 10));
      if (process <= 0) continue;
      const auto stat = process_stat(process);
      if (!stat || stat->session != session || stat->state == 'Z' || stat->state == 'X') continue;
      found = ::kill(process, SIGKILL) == 0 || found;
    }
    if (!found) return;
    ::usleep(5000);
  }
}

std::string machine_line() {
  utsname name{};
  ::uname(&name);
  struct sysinfo memory {};
  ::sysinfo(&memory);
  const double bytes = static_cast<double>(memory.totalram) * memory.mem_unit;
  return fmt::format("{}, {} CPUs, {:.0f} GiB, {} {}", cpu_model(), allowed_cpus().size(), bytes / (1 << 30),
                     name.sysname, name.release);
}

}  // namespace hone::os
