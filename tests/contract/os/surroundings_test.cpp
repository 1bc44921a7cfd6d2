#include "adapters/os/surroundings.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "adapters/os/topology.hpp"

using namespace hone;
namespace fs = std::filesystem;

namespace {

struct Machine {
  Machine() {
    char name[] = "/tmp/hone-machine-XXXXXX";
    REQUIRE(::mkdtemp(name) != nullptr);
    root = name;
  }
  ~Machine() {
    std::error_code ignored;
    fs::remove_all(root, ignored);
  }
  void has(const std::string& path, const std::string& text) const {
    fs::create_directories(fs::path(root + path).parent_path());
    std::ofstream(root + path) << text;
  }
  std::string root;
};

}  // namespace

TEST_CASE("the login session is read from where systemd writes it") {
  const Machine machine;
  LoginFacts facts = os::look_at_login(machine.root);
  CHECK(facts.cgroup.empty());
  CHECK_FALSE(facts.linger);
  CHECK_FALSE(facts.kill_user_processes);
  machine.has("/proc/self/cgroup", "0::/user.slice/session-1.scope\n");
  machine.has("/etc/systemd/logind.conf", "[Login]\n#KillUserProcesses=yes\nKillUserProcesses=no\n");
  machine.has("/etc/systemd/logind.conf.d/10-strict.conf", "[Login]\nKillUserProcesses = no\nKillUserProcesses=yes\n");
  machine.has("/var/lib/systemd/linger/" + facts.user, "");
  facts = os::look_at_login(machine.root);
  CHECK(facts.cgroup.find("session-1") != std::string::npos);
  CHECK(facts.linger);
  CHECK(facts.kill_user_processes);
}

TEST_CASE("governor, turbo, SMT and load are read as the kernel writes them") {
  const Machine machine;
  CpuFacts facts = os::look_at_cpus(machine.root);
  CHECK(facts.governor.empty());
  CHECK_FALSE(facts.turbo);
  CHECK_FALSE(facts.smt);
  const std::string cpu = "/sys/devices/system/cpu";
  machine.has(cpu + "/cpu" + std::to_string(os::allowed_cpus().front()) + "/cpufreq/scaling_governor", "powersave\n");
  machine.has(cpu + "/smt/active", "1\n");
  machine.has(cpu + "/cpufreq/boost", "0\n");
  machine.has("/proc/loadavg", "1.25 0.5 0.1 1/100 5\n");
  facts = os::look_at_cpus(machine.root);
  CHECK(facts.governor == "powersave");
  CHECK(facts.smt == true);
  CHECK(facts.turbo == false);
  CHECK(facts.load == 1.25);
  machine.has(cpu + "/intel_pstate/no_turbo", "0\n");
  CHECK(os::look_at_cpus(machine.root).turbo == true);
}
