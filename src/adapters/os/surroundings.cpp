#include "adapters/os/surroundings.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "adapters/os/topology.hpp"
#include "hone/core/base/text.hpp"

namespace hone::os {
namespace {

namespace fs = std::filesystem;

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}
std::string word_of(const std::string& path) {
  return std::string(trim(text_of(path)));
}

// The last setting wins, as logind reads them; without any it is the build's default, "no" on Debian.
bool kills_user_processes(const std::string& root) {
  bool kills = false;
  const auto read = [&kills](const std::string& path) {
    const std::string text = text_of(path);
    for (const std::string_view line : lines(text)) {
      if (trim(line).starts_with("KillUserProcesses=")) {
        const std::string_view value = trim(trim(line).substr(18));
        kills = value == "yes" || value == "true" || value == "1" || value == "on";
      }
    }
  };
  read(root + "/etc/systemd/logind.conf");
  std::error_code ignored;
  std::vector<std::string> more;
  for (const auto& entry : fs::directory_iterator(root + "/etc/systemd/logind.conf.d", ignored))
    more.push_back(entry.path().string());
  std::sort(more.begin(), more.end());
  for (const std::string& path : more) read(path);
  return kills;
}

}  // namespace

LoginFacts look_at_login(const std::string& root) {
  LoginFacts facts;
  facts.cgroup = text_of(root + "/proc/self/cgroup");
  if (const passwd* user = ::getpwuid(::getuid()); user != nullptr) facts.user = user->pw_name;
  std::error_code ignored;
  facts.linger = !facts.user.empty() && fs::exists(root + "/var/lib/systemd/linger/" + facts.user, ignored);
  facts.kill_user_processes = kills_user_processes(root);
  return facts;
}

CpuFacts look_at_cpus(const std::string& root) {
  CpuFacts facts;
  const std::vector<int> cpus = allowed_cpus();
  const std::string system = root + "/sys/devices/system/cpu";
  facts.cpus = cpus.size();
  facts.governor = word_of(fmt::format("{}/cpu{}/cpufreq/scaling_governor", system, cpus.front()));
  // Two drivers, two spellings: intel_pstate says whether turbo is off, the others whether it is on.
  const std::string off = word_of(system + "/intel_pstate/no_turbo"), on = word_of(system + "/cpufreq/boost");
  if (!off.empty()) {
    facts.turbo = off == "0";
  } else if (!on.empty()) {
    facts.turbo = on == "1";
  }
  const std::string smt = word_of(system + "/smt/active");
  if (!smt.empty()) facts.smt = smt == "1";
  const std::string load = text_of(root + "/proc/loadavg");
  facts.load = parse_number(load.substr(0, load.find(' ')));
  return facts;
}

}  // namespace hone::os
