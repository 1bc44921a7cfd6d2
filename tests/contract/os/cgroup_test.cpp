// Control groups: read from /proc as three kinds of machines show it, and in use where this machine has them.
#include "adapters/os/cgroup.hpp"

#include <fmt/format.h>
#include <sys/wait.h>

#include <filesystem>
#include <thread>

#include "contract/os/commands.hpp"

using namespace hone;
using namespace hone::os;

namespace {

// How many groups of this process there are.
std::size_t count_groups() {
  std::size_t count = 0;
  std::error_code error;
  for (const CgroupPlace& place : settle_in().places) {
    for (const auto& entry : std::filesystem::directory_iterator(place.folder, error))
      if (entry.path().filename().string().starts_with(fmt::format("hone-{}-", ::getpid()))) ++count;
  }
  return count;
}

bool lacks(bool there) {
  if (!there) WARN("not tried: " << tree_limits().why_not);
  return !there;
}

}  // namespace

TEST_CASE("a machine with version 2 has one place for both limits") {
  const auto places = parse_places("0::/user.slice/user-1000.slice/user@1000.service/app.slice/run-1.scope\n",
                                   "29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n");
  REQUIRE(places.size() == 1);
  CHECK(places[0].folder == "/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice/run-1.scope");
  CHECK(places[0].unified);
  CHECK((places[0].processes && places[0].memory));
}

TEST_CASE("a machine with version 1 has one place a limit, and a container sees its own part") {
  const auto places =
      parse_places("9:name=systemd:/\n8:pids:/docker/77\n6:freezer:/\n4:memory:/docker/77\n2:cpu,cpuacct:/\n0::/\n",
                   "30 25 0:27 /docker/77 /sys/fs/cgroup/pids ro,nosuid master:11 - cgroup cgroup rw,pids\n"
                   "31 25 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
                   "32 25 0:29 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
  REQUIRE(places.size() == 3);
  CHECK(places[0].folder == "/sys/fs/cgroup/pids");
  CHECK((places[0].processes && !places[0].memory && !places[0].unified));
  CHECK(places[1].folder == "/sys/fs/cgroup/memory/docker/77");
  CHECK((places[1].memory && !places[1].processes));
  CHECK(places[2].unified);  // whether it has the controllers is seen only there
}

TEST_CASE("what is no cgroup line and no mount is nothing") {
  CHECK(parse_places("", "").empty());
  CHECK(parse_places("nonsense\n0:\n:::\n", "1 2 3\n29 23 0:26 / /x rw - tmpfs tmpfs rw\n\n- - -\n").empty());
  CHECK(parse_places("8:pids:/\n", "30 25 0:27 / /p rw - cgroup cgroup rw,memory\n").empty());
}

TEST_CASE("a control group bounds the processes of a command, for root as well") {
  if (lacks(tree_limits().processes)) return;
  const auto port = process();
  ProcessLimits limits = within(30);
  limits.tree_processes = 20;
  const auto report = run(*port, shell("for i in $(seq 100); do sleep 30 & echo $i; done"), limits);
  CHECK(report.output.ends_with("19\n"));  // the shell is the twentieth, and it ends when it cannot fork
  limits.tree_processes = 0;
  CHECK(run(*port, shell("for i in $(seq 100); do sleep 30 & done; echo all"), limits).output == "all\n");
}

TEST_CASE("a control group bounds the memory of all processes of a command together, and no parent hides it") {
  if (lacks(tree_limits().memory)) return;
  const auto port = process();
  ProcessLimits limits = within(60);
  limits.memory = Bytes{100 << 20};
  const std::string hog = "head -c 40000000 /dev/zero | tail -c 40000000 | (sleep 1; wc -c)";
  CHECK(run(*port, shell(hog), limits).output == "40000000\n");
  const auto report = run(*port, shell(fmt::format("{0} & {0} & {0} & {0} & wait; exit 0", hog)), limits);
  CHECK(report.exit == ExitKind::out_of_memory);
  CHECK(run(*port, shell("ulimit -v"), limits).output == "unlimited\n");
}

TEST_CASE("a process that is killed for memory beside a command is none of its own") {
  if (lacks(tree_limits().memory)) return;
  ProcessLimits limits = within(60);
  limits.memory = Bytes{100 << 20};
  const auto port = process();
  ExitKind beside = ExitKind::exited;
  std::thread other([&] {  // without Catch's macros, which belong to one thread
    const NoStop stop;
    const Command hog = shell("sleep 0.3; head -c 200000000 /dev/zero | tail -c 200000000 | wc -c; exit 0");
    if (const auto ended = port->run(hog, limits, stop)) beside = ended->exit;
  });
  const auto report = run(*port, shell("sleep 2; echo fine"), limits);
  other.join();
  CHECK(beside == ExitKind::out_of_memory);
  CHECK(report.exit == ExitKind::exited);
}

TEST_CASE("no control group is left behind, and none of a hone that was killed") {
  if (lacks(tree_limits().processes)) return;
  const pid_t doomed = ::fork();
  if (doomed == 0) {
    const auto places = settle_in();
    const auto left = Cgroup::make(places);
    ::_exit(left ? 0 : 1);  // as by kill -9: nothing is tidied up
  }
  REQUIRE(doomed > 0);
  int status = 0;
  ::waitpid(doomed, &status, 0);
  CHECK(status == 0);
  {
    const auto port = process();
    CHECK(run(*port, shell("(setsid sleep 30 &); echo x")).output == "x\n");
    CHECK(count_groups() > 0);
  }
  CHECK(count_groups() == 0);
  std::error_code error;
  for (const CgroupPlace& place : settle_in().places)
    CHECK_FALSE(std::filesystem::exists(fmt::format("{}/hone-{}-0", place.folder, doomed), error));
}

TEST_CASE("what left the session of a command that killed its keeper is dead where there is a control group") {
  if (lacks(tree_limits().processes)) return;
  const std::string seconds = mark();
  run(fmt::format("setsid sleep {} & sleep 0.2; kill -9 $PPID; sleep 5", seconds), within(10));
  CHECK_FALSE(alive(seconds));
}
