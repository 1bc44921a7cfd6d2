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

TEST_CASE("a candidate that is started again finds nothing of the last time, whichever aid starts it") {
  Camp camp;
  // The first says 1 and the second what the first left: in a file, in a folder beside the evaluator, in a process.
  const std::string counts = R"(import os, socket, sys
places = ["/tmp/left", "/w/left", "/dev/shm/left", os.environ["HOME"] + "/left", "/tmp/artifacts/left", "/w/f/left"]
found = sum(os.path.exists(place) for place in places)
os.path.exists("/w/f") or os.mkdir("/w/f")
for place in places: open(place, "w").write("x")
try:
    socket.socket(socket.AF_UNIX).connect("\0left")
    found += 1
except OSError:
    if os.fork() == 0:
        os.setsid()
        if os.fork(): os._exit(0)
        for fd in (0, 1, 2): os.close(fd)
        server = socket.socket(socket.AF_UNIX)
        server.bind("\0left")
        server.listen()
        while True: server.accept()
    import time; time.sleep(0.2)
import ctypes
libc = ctypes.CDLL("libc.so.6")
found += libc.shmget(4711, 4096, 0o600) >= 0
libc.shmget(4711, 4096, 0o1600)
for place in ("/tmp", "/tmp/given", "/w"):
    found += os.path.exists(place) and (os.stat(place).st_mtime == 4711 or os.stat(place).st_mode & 0o777 == 0o751)
    os.path.exists(place) and os.utime(place, (4711, 4711))
    os.path.exists(place) and os.chmod(place, 0o751)
print(found)
)";
  camp.put("candidate.py", counts);
  camp.put("twice.py", R"(import sys
import hone_metric
hone = hone_metric.open()
open("/tmp/given", "w").write("the evaluator's own")
found = [int(hone.run([sys.executable, "-I", "candidate.py"]).stdout) for turn in range(3)]
open("/tmp/given").read()
hone.report("score", sum(found))
)");
  camp.put("twice.c", R"c(#include "hone_metric.h"
int main(void) {
  struct hone_metric hone;
  char *command[] = {(char *)"python3", (char *)"-I", (char *)"candidate.py", NULL};
  double found = 0;
  if (hone_metric_open(&hone) < 0) return 1;
  fclose(fopen("/tmp/given", "w"));
  for (int turn = 0; turn < 3; ++turn) {
    int to, from;
    char text[20] = {0};
    pid_t child = hone_candidate_start(&hone, command, &to, &from);
    if (child < 0) return 1;
    close(to);
    if (read(from, text, sizeof text - 1) < 1) return 1;
    close(from);
    if (hone_candidate_end(child) != 0) return 1;
    found += atof(text);
  }
  return hone_metric_report(&hone, "score", found) < 0;
}
)c");
  REQUIRE(std::system(fmt::format("cc -std=gnu11 -Wall -Wextra -Werror -o {0}/tree/twice {0}/tree/twice.c", camp.top)
                          .c_str()) == 0);
  for (const char* evaluator : {"python3 twice.py", "./twice"}) {
    const Sample sample = camp.measure(evaluator);
    INFO(evaluator << sample.invalid << camp.said);
    CHECK(sample.value == 0.0);
  }
}

TEST_CASE("what one candidate leaves for another is the evaluator's business") {
  Camp camp;
  camp.put("candidate.py",
           "import sys\nopen('/tmp/x', 'a').write('42') if sys.argv[1] == 'pack' else print(open('/tmp/x').read())\n");
  camp.put("judge.py", R"(import sys
import hone_metric
hone = hone_metric.open()
for turn in range(2):
    hone.run([sys.executable, "-I", "candidate.py", "pack"])
    done = hone.run([sys.executable, "-I", "candidate.py", "unpack"])
hone.report("score", int(done.stdout))
)");
  const Sample sample = camp.measure("python3 judge.py");
  INFO(sample.invalid << camp.said);
  CHECK(sample.value == 42.0);
}

TEST_CASE("what the evaluator hides its candidate cannot read, by any name") {
  Camp camp;
  REQUIRE(camp.files.make_folder(camp.top + "/tree/hidden"));
  camp.put("hidden/answer", "42\n");
  camp.put("hidden/question", "6 7\n");
  camp.put("candidate.py", R"(import glob, os
for path in ["hidden/answer", "/w/hidden/answer", "/proc/self/cwd/hidden/answer", *glob.glob("/proc/[0-9]*/" + "root" + "/w/hidden/answer")]:
    try:
        open(path).read()
        print(1)
        raise SystemExit
    except OSError: pass
open("/tmp/own", "w").write("x")
a, b = open("hidden/question").read().split() if open("/tmp/own").read() else (0, 0)
print(int(a) * int(b))
)");
  camp.put("hides.py", R"(import sys
import hone_metric
hone = hone_metric.open()
done = hone.run([sys.executable, "-I", "candidate.py"], hide=["hidden/answer", "not/there"])
hone.report("score", int(done.stdout) - int(open("hidden/answer").read()))
)");
  camp.put("hides.c", R"c(#include "hone_metric.h"
int main(void) {
  struct hone_metric hone;
  char *command[] = {(char *)"python3", (char *)"-I", (char *)"candidate.py", NULL};
  int to, from;
  char text[20] = {0};
  if (hone_metric_open(&hone) < 0) return 1;
  hone_candidate_hide("hidden/answer");
  pid_t child = hone_candidate_start(&hone, command, &to, &from);
  close(to);
  if (child < 0 || read(from, text, sizeof text - 1) < 1 || hone_candidate_end(child) != 0) return 1;
  return hone_metric_report(&hone, "score", atof(text) - 42) < 0;
}
)c");
  REQUIRE(std::system(fmt::format("cc -std=gnu11 -Wall -Wextra -Werror -o {0}/tree/hides {0}/tree/hides.c", camp.top)
                          .c_str()) == 0);
  for (const char* evaluator : {"python3 hides.py", "./hides"}) {
    const Sample sample = camp.measure(evaluator);
    INFO(evaluator << sample.invalid << camp.said);
    CHECK(sample.value == 0.0);
  }
}
