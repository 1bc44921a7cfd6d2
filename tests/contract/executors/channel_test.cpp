// The private metric channel with real evaluators, by both aids, in the real sandbox; and what an attacker in the
// candidate's process can do about it.
#include <fmt/format.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>

#include "adapters/executors/bwrap.hpp"
#include "adapters/executors/sample_of.hpp"
#include "adapters/os/files.hpp"
#include "adapters/os/process.hpp"
#include "adapters/os/stop.hpp"

using namespace hone;
using namespace hone::executors;

namespace {

constexpr const char* aid = HONE_SOURCE_DIR "/src/aid";

constexpr const char* judge = R"(import sys
import hone_metric
hone = hone_metric.open()
done = hone.run([sys.executable, "-I", "candidate.py"], input=b"6 7")
hone.report("score", int(done.stdout.split()[-1]))
)";

struct Camp {
  Camp() {
    char name[] = "/tmp/hone-channel-XXXXXX";
    top = ::mkdtemp(name);
    process = std::move(*os::make_process());
    REQUIRE(files.make_folder(top + "/tree"));
    for (const char* file : {"hone_metric.py", "hone_metric.h"}) {
      std::filesystem::copy_file(fmt::format("{}/{}", aid, file), fmt::format("{}/tree/{}", top, file));
    }
    options.folder = top + "/sandbox";
    put("judge.py", judge);
    metric.name = "score";
  }
  ~Camp() { (void)files.remove_tree(top); }

  void put(const std::string& name, const std::string& text) { REQUIRE(files.store(top + "/tree/" + name, text)); }

  Sample measure(const std::string& script, bool sandbox = true) {
    const Place place{Job::metric, SlotId{0}, WorkspaceId{0}, top + "/tree", top + "/scratch"};
    REQUIRE(files.remove_tree(place.scratch));
    REQUIRE(files.make_folder(place.scratch + "/artifacts"));
    Command command{
        {"/bin/sh", "-c", script}, place.folder, {{"PATH", "/usr/bin:/bin"}, {"HONE_METRIC_FD", "3"}}, "", true};
    auto wrap = BwrapWrap::make(options, files);
    REQUIRE(wrap);
    if (sandbox) {
      auto wrapped = (*wrap)->wrap(std::move(command), place);
      REQUIRE(wrapped);
      command = std::move(*wrapped);
    }
    auto report = process->run(command, limits_of(options.settings), stop);
    REQUIRE(report);
    if (sandbox) report = (*wrap)->unwrap(*report, place);
    REQUIRE(report);
    said = report->output + report->error_output;
    CHECK(said.find(report->nonce) == std::string::npos);
    return sample_of(*report, metric, nullptr, "");
  }

  std::string top, said;
  MetricSpec metric;
  os::SystemFiles files;
  os::NoStop stop;
  std::unique_ptr<Process> process;
  BwrapOptions options;
};

// What a candidate may try before it answers 42. Each is Python.
constexpr const char* attacks[] = {
    // print a better line where a naive runner would look
    "print('METRIC score=99')",
    // write forged records into every descriptor, its own and everybody's
    R"(import glob, os
for fd in range(3, 256):
    try: os.write(fd, b'x score=99\n')
    except OSError: pass
for path in glob.glob('/proc/[0-9]*/fd/*'):
    try:
        fd = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        os.write(fd, b'x score=99\n') if not path.startswith('/proc/self/') and os.fstat(fd).st_mode & 0o170000 != 0o010000 else None
    except OSError: pass
)",
    // look for the secret in every environment, command line and memory
    R"(import glob, re
found = set()
for path in glob.glob('/proc/[0-9]*/environ') + glob.glob('/proc/[0-9]*/cmdline'):
    try: found |= set(re.findall(rb'[0-9a-f]{32}', open(path, 'rb').read()))
    except OSError: pass
for maps in glob.glob('/proc/[0-9]*/maps'):
    if maps.split('/')[2] == str(__import__('os').getpid()): continue
    try:
        memory = open(maps.replace('maps', 'mem'), 'rb', 0)
        for line in open(maps):
            at, end = [int(x, 16) for x in line.split()[0].split('-')]
            if ' rw' not in line or end - at > 1 << 26: continue
            memory.seek(at)
            found |= set(re.findall(rb'\n?[0-9a-f]{32}\n', memory.read(end - at)))
    except (OSError, ValueError): pass
print(found if found else 'nothing found')
)",
    // take the evaluator's descriptors by pidfd, or make it stop
    R"(import ctypes, os, signal
libc = ctypes.CDLL(None, use_errno=True)
pidfd = libc.syscall(434, os.getppid(), 0)
taken = [fd for fd in range(16) if libc.syscall(438, pidfd, fd, 0) >= 0]
print('taken', taken)
libc.ptrace(16, os.getppid(), 0, 0) == 0 and print('traced')
)"};

}  // namespace

TEST_CASE("an evaluator that runs the candidate as a child is believed over the channel") {
  Camp camp;
  camp.put("candidate.py", "print(6 * 7)\n");
  const Sample sample = camp.measure("python3 judge.py");
  INFO(sample.invalid << camp.said);
  CHECK(sample.value == 42.0);
  CHECK(sample.source == Source::judge);
}

TEST_CASE("no attack from the candidate changes what the evaluator reports") {
  Camp camp;
  for (const std::string attack : attacks) {
    camp.put("candidate.py", attack + "\nprint(42)\n");
    const Sample sample = camp.measure("python3 judge.py");
    INFO(attack << sample.invalid << camp.said);
    CHECK(sample.value == 42.0);
    CHECK(sample.source == Source::judge);
  }
}

TEST_CASE("nor through the shell that holds the channel while the evaluator runs") {
  Camp camp;
  // Everybody above the candidate, the dumpable shell and bwrap's own processes among them.
  const std::string climb = R"(import ctypes, glob, os
libc = ctypes.CDLL(None, use_errno=True)
taken = []
for pid in [int(path.split('/')[2]) for path in glob.glob('/proc/[0-9]*')]:
    if pid == os.getpid(): continue
    pidfd = libc.syscall(434, pid, 0)
    taken += [libc.syscall(438, pidfd, fd, 0) for fd in range(3, 16)]
    try: taken.append(os.open(f'/proc/{pid}/fd/3', os.O_RDWR | os.O_NONBLOCK))
    except OSError: pass
    if libc.ptrace(16, pid, 0, 0) == 0: taken.append(pid)
    local, remote = (ctypes.c_ulong * 2)(0, 0), (ctypes.c_ulong * 2)(0, 0)
    if libc.syscall(310, pid, local, 1, remote, 1, 0) >= 0: taken.append(pid)
taken = [one for one in taken if one >= 0]
for fd in taken:
    try: os.write(fd, b'x score=99\n')
    except OSError: pass
print(99 if taken else 42)
)";
  camp.put("candidate.py", climb);
  for (const char* script :
       {"true; python3 judge.py; s=$?; true; exit $s", "(sh -c 'true; python3 judge.py; exit $?'; exit $?)",
        "exec 3<&3; python3 judge.py </dev/null | cat; test -n yes", "env -u HONE_METRIC_FD true; python3 judge.py"}) {
    const Sample sample = camp.measure(script);
    INFO(script << sample.invalid << camp.said);
    CHECK(sample.value == 42.0);
    CHECK(sample.source == Source::judge);
  }
}

TEST_CASE("a candidate that runs before the evaluator opens the channel gains nothing by its secret") {
  Camp camp;
  camp.put("candidate.py", R"(import os, socket
hone = socket.socket(fileno=os.dup(3))
secret = hone.recv(100).decode().strip()
hone.send(f'{secret} !child\n{secret} score=99\n'.encode())
)");
  const Sample sample = camp.measure("python3 candidate.py; python3 judge.py");
  INFO(sample.invalid << camp.said);
  CHECK_FALSE(sample.value);  // the evaluator refuses to measure: somebody was here first
}

TEST_CASE("the attacks do bite where the evaluator does not use the aid") {
  Camp camp;
  // Without the aid the secret is there for the first who reads: what the aid has to take away.
  camp.put("candidate.py", R"(import socket
hone = socket.socket(fileno=3)
secret = hone.recv(100).decode().strip()
hone.send(f'{secret} score=99\n'.encode())
)");
  const Sample sample = camp.measure("python3 -I candidate.py; echo METRIC score=42");
  CHECK(sample.value == 99.0);
  CHECK(sample.source == Source::channel);  // and so not T2
}

TEST_CASE("records without the secret are tampering, and every name counts once") {
  Camp camp;
  Sample sample = camp.measure("echo forged score=1 >&3; echo METRIC score=1");
  CHECK_FALSE(sample.value);
  CHECK(sample.invalid.starts_with("bad_nonce"));
  sample = camp.measure("read secret <&3; echo $secret score=1 >&3; echo $secret score=2 >&3");
  CHECK(sample.invalid.starts_with("multiple_metrics"));
  sample = camp.measure("read secret <&3; echo $secret score=1e999 >&3");
  CHECK(sample.invalid.starts_with("non_finite"));
  sample = camp.measure("read secret <&3; echo $secret other=1 >&3");
  CHECK(sample.invalid.starts_with("no_metric"));
  sample = camp.measure("read secret <&3; echo $secret score=7 >&3; echo METRIC score=1");
  CHECK(sample.value == 7.0);
  CHECK(sample.source == Source::channel);
  sample = camp.measure("read secret <&3; echo $secret score=7 >&3; (sleep 0.1; echo $secret score=8 >&3) & exit 0");
  CHECK(sample.value == 7.0);  // nobody outlives the command
}

TEST_CASE("the header works from C and from C++, and without hone it prints") {
  Camp camp;
  camp.put("judge.c", R"c(#include "hone_metric.h"
int main(void) {
  struct hone_metric hone;
  char answer[16] = {0};
  int to, from;
  char *command[] = {(char *)"/bin/sh", (char *)"-c", (char *)"read a b; echo METRIC score=99 >&2; echo $((a * b)); ls /proc/self/fd | wc -l >&2", NULL};
  pid_t child;
  if (hone_metric_open(&hone) < 0) return 2;
  child = hone_candidate_start(&hone, command, &to, &from);
  if (child < 0 || write(to, "6 7\n", 4) != 4) return 3;
  close(to);
  if (read(from, answer, sizeof answer - 1) <= 0 || hone_candidate_end(child) != 0) return 4;
  return hone_metric_report(&hone, "score[one]", 1) < 0 || hone_metric_report(&hone, "score", atoi(answer)) < 0;
}
)c");
  for (const char* build : {"gcc -std=gnu11 -Wall -Wextra -Werror -o", "g++ -x c++ -Wall -Wextra -Werror -o"}) {
    const std::string line = fmt::format("cd {}/tree && {} judge judge.c -lm", camp.top, build);
    INFO(line);
    REQUIRE(std::system(line.c_str()) == 0);
    const Sample sample = camp.measure("./judge");
    INFO(sample.invalid << camp.said);
    CHECK(sample.value == 42.0);
    CHECK(sample.source == Source::judge);
    CHECK(sample.values.size() == 2);
    const Sample alone = camp.measure("unset HONE_METRIC_FD; ./judge");
    CHECK(alone.value == 42.0);
    CHECK(alone.source == Source::printed);
  }
}

TEST_CASE("a channel's descriptor is the only one that a command gets besides 0, 1 and 2") {
  Camp camp;
  camp.metric = {};
  camp.put("look.py",
           "import os\nprint([fd for fd in range(256) if os.path.exists(f'/proc/self/fd/{fd}')])\nprint(1)\n");
  const Sample sample = camp.measure("python3 -I look.py");
  CHECK(camp.said.starts_with("[0, 1, 2, 3]\n"));
  CHECK(sample.value == 1.0);
}
