// The Process port on real children.
#include "adapters/os/process.hpp"

#include <fmt/format.h>
#include <linux/perf_event.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fstream>
#include <thread>

#include "adapters/os/descriptor.hpp"
#include "adapters/os/identity.hpp"
#include "adapters/os/stop.hpp"
#include "adapters/os/topology.hpp"
#include "contract/os/commands.hpp"

using namespace hone;
using namespace hone::os;
using namespace std::chrono_literals;

namespace {

int open_task_clock() {
  perf_event_attr event{};
  event.type = PERF_TYPE_SOFTWARE;
  event.size = sizeof event;
  event.config = PERF_COUNT_SW_TASK_CLOCK;
  event.exclude_kernel = 1;
  return static_cast<int>(::syscall(SYS_perf_event_open, &event, 0, -1, -1, PERF_FLAG_FD_CLOEXEC));
}

}  // namespace

TEST_CASE("a command's exit code, output, error output and wall time are reported") {
  const auto report = run("echo out; echo err >&2; sleep 0.1; exit 7");
  CHECK(report.exit == ExitKind::exited);
  CHECK(report.exit_code == 7);
  CHECK(report.output == "out\n");
  CHECK(report.error_output == "err\n");
  CHECK(report.output_bytes == 8);
  CHECK(report.wall.value >= 0.1);
  CHECK(report.leftovers == 0);
  CHECK_FALSE(report.suspended);
  CHECK_FALSE(succeeded(report));
}

TEST_CASE("a death by a signal names the signal") {
  const auto report = run("kill -SEGV $$");
  CHECK(report.exit == ExitKind::signalled);
  CHECK(report.exit_code == SIGSEGV);
}

TEST_CASE("a program that is not there, a missing folder: not started, with a sentence") {
  const auto port = process();
  auto report = run(*port, {{"no-such-program"}, "/tmp", {}, ""});
  CHECK(report.exit == ExitKind::not_started);
  CHECK(report.error_output == "cannot start 'no-such-program': No such file or directory\n");
  report = run(*port, {{"true"}, "/no/such/folder", {}, ""});
  CHECK(report.exit == ExitKind::not_started);
  CHECK(report.error_output == "cannot enter its folder '/no/such/folder': No such file or directory\n");
}

TEST_CASE("the environment, the folder and the session are exactly as asked") {
  const auto port = process();
  ::setenv("HONE_CANARY", "secret", 1);
  Command command = {{"env"}, "/usr", {{"PATH", "/usr/bin:/bin"}, {"A", "b=c"}}, ""};
  CHECK(run(*port, command).output == "A=b=c\nPATH=/usr/bin:/bin\n");
  command.argv = {"/bin/sh", "-c", "pwd -P; ls /proc/self/fd | wc -l; ps -o sid= -p $$ | tr -d ' '; echo $$"};
  const auto report = run(*port, command);
  std::istringstream text(report.output);
  std::string folder, descriptors, session, pid;
  text >> folder >> descriptors >> session >> pid;
  CHECK(folder == "/usr");
  CHECK(descriptors == "4");  // 0, 1, 2 and the one that ls reads with
  CHECK(session == pid);
}

TEST_CASE("no ancestor below hone holds hone's environment") {
  ::setenv("HONE_CANARY", "secret", 1);
  CHECK(run("tr '\\0' '\\n' < /proc/$PPID/environ | wc -c").output == "0\n");
}

TEST_CASE("signals that hone ignores and blocks are not so in a command") {
  ::signal(SIGPIPE, SIG_IGN);
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
  const auto report = run("grep -E 'Sig(Blk|Ign)' /proc/self/status| awk '{print $2}'");
  ::pthread_sigmask(SIG_UNBLOCK, &blocked, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  CHECK(report.output == "0000000000000000\n0000000000000000\n");
}

TEST_CASE("stdin is empty unless a text is given") {
  CHECK(run("wc -c; cat; echo end").output == "0\nend\n");
  const auto port = process();
  Command command = shell("cat");
  command.input = std::string(3 << 20, 'x');
  ProcessLimits limits;
  limits.output_tail = Bytes{4 << 20};
  CHECK(run(*port, command, limits).output == command.input);
}

TEST_CASE("a double-forked daemon that holds stdout delays nothing and dies") {
  const std::string seconds = mark();
  const auto report =
      run(fmt::format("setsid sh -c 'setsid sleep {} & sleep {}' & sleep 0.1; echo done", seconds, seconds));
  CHECK(report.exit == ExitKind::exited);
  CHECK(report.output == "done\n");
  CHECK(report.wall.value < 5);
  CHECK(report.leftovers >= 2);
  CHECK_FALSE(alive(seconds));
}

TEST_CASE("a command that ignores SIGTERM dies after the grace, with descendants in other sessions") {
  const std::string seconds = mark();
  const auto report =
      run(fmt::format("trap '' TERM; setsid sleep {} & echo begun; while :; do sleep 0.05; done", seconds),
          within(0.3, 0.2));
  CHECK(report.exit == ExitKind::timed_out);
  CHECK(report.exit_code == SIGKILL);
  CHECK(report.wall.value > 0.4);  // poll() may wake a moment early
  CHECK(report.wall.value < 3);
  CHECK(report.output == "begun\n");
  CHECK_FALSE(alive(seconds));
}

TEST_CASE("a command that stops itself is killed at the limit") {
  const auto report = run("kill -STOP $$; sleep 1000", within(0.2, 5));
  CHECK(report.exit == ExitKind::timed_out);
  CHECK(report.exit_code == SIGTERM);  // woken for it: the grace was not needed
  CHECK(report.wall.value < 3);
}

TEST_CASE("stopped leftovers die too") {
  const std::string seconds = mark();
  const auto report = run(fmt::format(
      "sleep {} & kill -STOP $!; setsid sh -c 'kill -STOP $$; exec sleep {}' & sleep 0.1", seconds, seconds));
  CHECK(report.leftovers == 2);
  CHECK_FALSE(alive(seconds));
}

TEST_CASE("a fork bomb is swept") {
  // RLIMIT_NPROC does not bind root, so the bomb has a bound of its own: 2^8 processes, each in its own session.
  const std::string seconds = mark();
  const auto report =
      run(fmt::format("bomb() {{ [ $1 -eq 0 ] && exec setsid sleep {}; bomb $(($1-1)) & bomb $(($1-1)) & wait; }}; "
                      "bomb 8",
                      seconds),
          within(2.0, 0.1));
  CHECK(report.exit == ExitKind::timed_out);
  CHECK_FALSE(alive(seconds));
}

TEST_CASE("two gigabytes of output cost constant memory") {
  rusage before{}, after{};
  ::getrusage(RUSAGE_SELF, &before);
  ProcessLimits limits;
  limits.output_head = Bytes{1000};
  limits.output_tail = Bytes{1000};
  const auto report = run("echo first; head -c 2000000000 /dev/zero | tr '\\0' x; echo; echo last", limits);
  ::getrusage(RUSAGE_SELF, &after);
  CHECK(report.output_bytes == 2000000012);
  CHECK(report.output.size() < 2100);
  CHECK(report.output == "first\n[... 2000000001 bytes left out ...]\nlast\n");  // no half lines
  CHECK(after.ru_maxrss - before.ru_maxrss < 8 * 1024);                          // KiB
}

TEST_CASE("output beyond the limit kills the tree") {
  ProcessLimits limits = within(60);
  limits.output_most = Bytes{10 << 20};
  const auto report = run("yes >&2", limits);
  CHECK(report.exit == ExitKind::output_limit);
  CHECK(report.wall.value < 10);
}

TEST_CASE("a command that fills the disk is killed, and another that fills it is not its fault") {
  char name[] = "/tmp/hone-disk-XXXXXX";
  const std::string top = ::mkdtemp(name);
  ProcessLimits limits = within(60);
  limits.disk.folders = {top};
  limits.disk.most = Bytes{16 << 20};
  const std::string fill = "i=0; while [ $i -lt 64 ]; do head -c 1048576 /dev/urandom >$i; i=$((i + 1)); done; sync; ";
  CHECK(run("mkdir " + top + "/deep; cd " + top + "/deep; " + fill + "sleep 50", limits).exit == ExitKind::disk_limit);
  CHECK(run("rm -rf " + top + "/deep; mkdir " + top + ".other; cd " + top + ".other; " + fill + "sleep 1.2", limits)
            .exit == ExitKind::exited);
  limits.disk.most = Bytes{1LL << 40};
  limits.disk.entries = 500;
  CHECK(run("cd " + top + "; seq 3000 | xargs touch; sync; sleep 50", limits).exit == ExitKind::disk_limit);
  run("rm -rf " + top + " " + top + ".other");
}

// A child whose parent ignores SIGCHLD is reaped by nobody, and wait4() tells nothing of it.
TEST_CASE("work that is hidden in a child which nobody waits for is counted") {
  const os::Descriptor allowed(open_task_clock());
  if (!allowed) {
    WARN("the kernel lets nobody count here (kernel.perf_event_paranoid)");
    return;
  }
  const std::string hide =
      "import os, signal\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)\nr, w = os.pipe()\nif os.fork() == 0:\n"
      "  big = [bytes([i % 251 + 1]) * 4096 for i in range(16384)]\n  while os.times().user < 0.3: pass\n"
      "  os.write(w, bytes(1))\n  os._exit(0)\nos.read(r, 1)\n";
  ProcessLimits all = within(30);
  all.count_hidden = true;
  const auto report = run("python3 -c '" + hide + "'", all);
  REQUIRE(report.exit_code == 0);
  CHECK(report.cpu.value > 0.29);
  CHECK(report.peak_memory.value > 60 << 20);
  const auto usual =
      run("python3 -c 'import time; time.sleep(0.2)'", all);  // and nothing is charged to who hides nothing
  CHECK(usual.cpu.value < 0.2);
  CHECK(usual.peak_memory.value < 40 << 20);
}

TEST_CASE("closing stdout early harms nobody") {
  const auto report = run("echo before; exec >&-; sleep 0.05; echo after >&2; exit 3");
  CHECK(report.exit_code == 3);
  CHECK(report.output == "before\n");
  CHECK(report.error_output == "after\n");
}

TEST_CASE("output that never ends a line is kept as it is") {
  CHECK(run("printf 42").output == "42");
}

TEST_CASE("CPU time and peak memory are the tree's, orphans included") {
  const auto port = process();
  const auto busy = run(*port, shell("i=0; (while [ $i -lt 200000 ]; do i=$((i+1)); done); true"));
  CHECK(busy.cpu.value > 0.05);
  CHECK(busy.cpu.value < busy.wall.value * 1.5 + 0.1);
  const auto orphan =
      run(*port, shell("sh -c '(i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; echo 1 > /dev/null) & ' ; sleep 1"));
  CHECK(orphan.cpu.value > 0.05);
  const auto large = run(*port, shell("head -c 50000000 /dev/zero | tail -c 50000000 | wc -c"));
  CHECK(large.peak_memory.value > 45'000'000);
  CHECK(large.peak_memory.value < 100'000'000);
}

TEST_CASE("a large hone makes a command neither slow nor large") {
  const auto port = process();
  const auto small = run(*port, shell(":"));
  constexpr std::size_t size = 512u << 20;
  void* const ballast = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  REQUIRE(ballast != MAP_FAILED);
  std::memset(ballast, 1, size);
  const auto report = run(*port, shell(":"));
  const auto other = process();  // and a keeper that is started now
  const auto fresh = run(*other, shell(":"));
  ::munmap(ballast, size);
  CHECK(small.peak_memory.value < 8 << 20);
  CHECK(report.peak_memory.value < 8 << 20);
  CHECK(fresh.peak_memory.value < 8 << 20);
}

TEST_CASE("commands at the same time keep their leftovers apart") {
  const auto port = process();
  std::vector<ProcessReport> reports(4);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      const os::NoStop stop;
      const auto script = fmt::format("for k in $(seq {}); do setsid sleep {} & done; sleep 0.{}", i, mark(), 4 - i);
      reports[static_cast<std::size_t>(i)] = port->run(shell(script), {}, stop).value();
    });
  }
  for (auto& thread : threads) thread.join();
  for (std::uint32_t i = 0; i < 4; ++i) {
    CHECK(reports[i].leftovers == i);
    CHECK(succeeded(reports[i]));
  }
}

TEST_CASE("a raised stop cancels a command and its tree") {
  const auto port = process();
  os::StopSwitch stop;
  const std::string seconds = mark();
  std::thread later([&] {
    std::this_thread::sleep_for(150ms);
    stop.raise();
  });
  const auto report = port->run(shell(fmt::format("setsid sleep {} & sleep 1000", seconds)), within(60), stop);
  later.join();
  REQUIRE(report);
  CHECK(report->exit == ExitKind::cancelled);
  CHECK(report->wall.value < 10);
  CHECK_FALSE(alive(seconds));
  CHECK(port->run(shell("true"), {}, stop)->exit == ExitKind::cancelled);
}

TEST_CASE("a command is pinned to the CPUs asked for, else it has all that hone has") {
  const auto port = process();
  const auto cpus = os::allowed_cpus();
  ProcessLimits limits;
  limits.cpus = {cpus.back()};
  const auto count = "grep Cpus_allowed_list /proc/self/status | awk '{print $2}'";
  CHECK(run(*port, shell(count), limits).output == fmt::format("{}\n", cpus.back()));
  std::string elsewhere;
  std::thread pinned([&] {
    os::pin_thread({cpus.front()});
    elsewhere = run(*port, shell("nproc")).output;
  });
  pinned.join();
  CHECK(elsewhere == fmt::format("{}\n", cpus.size()));
}

TEST_CASE("limits of memory, file size and core files bind each process where there is no control group") {
  const auto port = std::move(*os::make_process("", false));
  ProcessLimits limits;
  limits.memory = Bytes{100 << 20};
  limits.file_size = Bytes{1000};
  const auto report = run(*port, shell("ulimit -v; ulimit -f; ulimit -c; ulimit -Hc"), limits);
  CHECK(report.output == "102400\n1\n0\n0\n");
  CHECK(run(*port, shell("ulimit -v")).output == "unlimited\n");
}

TEST_CASE("when hone dies by kill -9 nothing of a command lives on") {
  const std::string seconds = mark();
  const pid_t doomed = ::fork();  // only here: a second hone to be killed
  if (doomed == 0) {
    const auto made = os::make_process();
    const os::NoStop stop;
    (void)(*made)->run(shell(fmt::format("setsid sleep {} & sleep {}", seconds, seconds)), {}, stop);
    ::_exit(0);
  }
  for (int i = 0; i < 100 && !alive(seconds); ++i) std::this_thread::sleep_for(20ms);
  REQUIRE(alive(seconds));
  ::kill(doomed, SIGKILL);
  for (int i = 0; i < 100 && alive(seconds); ++i) std::this_thread::sleep_for(20ms);
  CHECK_FALSE(alive(seconds));
}

TEST_CASE("a command that kills its keeper is a failed command and nothing of its session lives on") {
  const auto port = process();
  const std::string seconds = mark();
  const auto report = run(*port, shell(fmt::format("sleep {} & kill -9 $PPID; sleep 1000", seconds)), within(20));
  CHECK(report.exit == ExitKind::signalled);
  CHECK_FALSE(succeeded(report));
  CHECK_FALSE(alive(seconds));
  CHECK(run(*port, shell("echo still")).output == "still\n");
}

TEST_CASE("a shortage of descriptors is an error with a way out and passes") {
  const auto port = process();
  run(*port, shell("true"));
  rlimit old{};
  ::getrlimit(RLIMIT_NOFILE, &old);
  const rlimit tight{3, old.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &tight);
  const os::NoStop stop;
  const auto report = port->run(shell("true"), {}, stop);
  ::setrlimit(RLIMIT_NOFILE, &old);
  REQUIRE_FALSE(report);
  CHECK(report.error().reaction == Reaction::retry);
  CHECK(report.error().message.find("Too many open files") != std::string::npos);
  CHECK(succeeded(run(*port, shell("true"))));
}

TEST_CASE("seven hundred commands leave neither descriptors nor processes") {
  const auto port = process();
  const auto count = [&] { return run(*port, shell(fmt::format("ls /proc/{}/fd | wc -l", ::getpid()))).output; };
  const std::string before = count();
  for (int i = 0; i < 700; ++i) REQUIRE(succeeded(run(*port, {{"true"}, "/", {}, ""})));
  CHECK(count() == before);
}

TEST_CASE("instructions are counted, or a sentence says why not and names cachegrind") {
  const auto counter = os::instruction_counter();
  ProcessLimits limits;
  limits.count_instructions = true;
  const auto port = process();
  const auto report = run(*port, shell("i=0; while [ $i -lt 10000 ]; do i=$((i+1)); done"), limits);
  CHECK(report.instructions.has_value() == counter.available);
  if (counter.available) CHECK(*report.instructions > 100'000);
  if (!counter.available) CHECK(counter.reason.find("valgrind --tool=cachegrind") != std::string::npos);
}

TEST_CASE("when memory is short the kernel takes the command first") {
  CHECK(run("cat /proc/self/oom_score_adj").output == "1000\n");
}

TEST_CASE("a watch sees whole lines as they come and has the tree killed when it has enough") {
  const auto port = process();
  const std::string left = mark();
  std::vector<std::string> lines;
  Command command =
      shell(fmt::format("sleep {} & printf 'one\\ntw'; sleep 0.1; printf 'o\\nthree\\n'; sleep {}", left, left));
  command.watch = [&lines](std::string_view line) {
    lines.emplace_back(line);
    return line == "two" ? std::string("two is enough") : std::string();
  };
  const ProcessReport report = run(*port, command, within(60));
  CHECK(lines == std::vector<std::string>{"one", "two"});
  CHECK(report.exit == ExitKind::stopped_early);
  CHECK(report.stopped == "two is enough");
  CHECK(report.wall.value < 50);
  CHECK(report.output.starts_with("one\ntwo\n"));
}

TEST_CASE("a watch that had enough of a command that ended well by itself changes nothing but its report") {
  const auto port = process();
  Command command = shell("trap 'echo last; exit 0' TERM; echo one; while :; do sleep 0.01; done");
  command.watch = [](std::string_view) { return std::string("enough"); };
  const ProcessReport report = run(*port, command, within(60, 20));
  CHECK(report.exit == ExitKind::exited);
  CHECK(report.stopped == "enough");
  CHECK(report.output == "one\nlast\n");
}

TEST_CASE("a watch sees no part of a line that is too long") {
  const auto port = process();
  std::vector<std::string> lines;
  Command command = shell("printf 'METRIC step=1 a=%05000d\\nshort\\n' 1");
  command.watch = [&lines](std::string_view line) {
    lines.emplace_back(line);
    return std::string();
  };
  CHECK(run(*port, command, within(60)).exit == ExitKind::exited);
  CHECK(lines == std::vector<std::string>{"short"});
}

TEST_CASE("a watch on the channel sees its lines and none of stdout") {
  const auto port = process();
  std::vector<std::string> lines;
  Command command = shell("echo METRIC a=1; echo 'x a=2' >&3; sleep 50");
  command.channel = command.watch_channel = true;
  command.watch = [&lines](std::string_view line) {
    lines.emplace_back(line);
    return std::string("enough");
  };
  CHECK(run(*port, command, within(60)).exit == ExitKind::stopped_early);
  CHECK(lines == std::vector<std::string>{"x a=2"});
}
