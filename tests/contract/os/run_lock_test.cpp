#include "adapters/os/run_lock.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "adapters/os/identity.hpp"
#include "adapters/os/topology.hpp"

using namespace hone;

namespace {
struct Place {
  Place() {
    char name[] = "/tmp/hone-lock-XXXXXX";
    folder = ::mkdtemp(name);
    path = folder + "/lock";
  }
  ~Place() {
    ::unlink(path.c_str());
    ::rmdir(folder.c_str());
  }
  std::string folder, path;
};
}  // namespace

TEST_CASE("a run has one owner and the refusal names it") {
  const Place place;
  auto first = os::RunLock::take(place.path);
  REQUIRE(first);
  const auto second = os::RunLock::take(place.path);
  REQUIRE_FALSE(second);
  CHECK(second.error().reaction == Reaction::fix_input);
  CHECK(second.error().message.find(fmt::format("process {} on ", ::getpid())) != std::string::npos);
  const auto owner = os::lock_owner(place.path);
  REQUIRE(owner);
  CHECK(owner->process == ::getpid());
  CHECK(os::is_alive(*owner));
}

TEST_CASE("a lock ends with its owner, also by kill -9, and what it wrote then counts for nothing") {
  const Place place;
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto lock = os::RunLock::take(place.path);
    (void)!::write(ready[1], "x", 1);
    for (;;) ::pause();
  }
  char byte = 0;
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  const auto owner = os::lock_owner(place.path);
  REQUIRE(owner);
  CHECK(owner->process == child);
  CHECK(os::is_alive(*owner));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  CHECK_FALSE(os::is_alive(*owner));
  CHECK_FALSE(os::lock_owner(place.path));
  CHECK(os::RunLock::take(place.path));
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_CASE("a process with a dead one's number, of another boot or host is not that process") {
  const auto self = os::process_stat(::getpid());
  REQUIRE(self);
  char host[256] = {};
  ::gethostname(host, sizeof host - 1);
  CHECK(os::is_alive({::getpid(), self->started, os::boot_id(), host}));
  CHECK_FALSE(os::is_alive({::getpid(), self->started + 1, os::boot_id(), host}));
  CHECK_FALSE(os::is_alive({::getpid(), self->started, "another boot", host}));
  CHECK_FALSE(os::is_alive({::getpid(), self->started, os::boot_id(), "another-host"}));
}

TEST_CASE("a link in the lock's place is not followed") {
  const Place place;
  REQUIRE(::symlink("/etc/hostname", place.path.c_str()) == 0);
  CHECK_FALSE(os::RunLock::take(place.path));
}

TEST_CASE("a process's own numbers are read past any name it has") {
  const auto self = os::process_stat(::getpid());
  REQUIRE(self);
  CHECK(self->parent == ::getppid());
  CHECK(self->session == ::getsid(0));
  CHECK_FALSE(os::process_stat(0));
}

TEST_CASE("the machine is one line with its CPUs and kernel") {
  const std::string line = os::machine_line();
  CHECK(line.find('\n') == std::string::npos);
  CHECK(line.find("CPUs") != std::string::npos);
  CHECK(line.find("Linux") != std::string::npos);
}

TEST_CASE("cores hold exactly the CPUs that are allowed, and a thread can be pinned") {
  std::vector<int> all;
  for (const Core& core : os::allowed_cores()) all.insert(all.end(), core.cpus.begin(), core.cpus.end());
  std::sort(all.begin(), all.end());
  CHECK(all == os::allowed_cpus());
  std::thread worker([&] {
    CHECK(os::pin_thread({all.back()}));
    CHECK(os::allowed_cpus() == std::vector<int>{all.back()});
    CHECK_FALSE(os::pin_thread({}));
  });
  worker.join();
  CHECK(os::allowed_cpus() == all);
}
