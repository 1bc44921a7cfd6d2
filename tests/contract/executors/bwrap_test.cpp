#include "adapters/executors/bwrap.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>

#include "adapters/executors/prove.hpp"
#include "adapters/executors/stage.hpp"
#include "adapters/os/files.hpp"
#include "adapters/os/process.hpp"
#include "adapters/os/stop.hpp"

using namespace hone;
using namespace hone::executors;
namespace fs = std::filesystem;

namespace {

struct Camp {
  Camp() {
    char name[] = "/tmp/hone-bwrap-XXXXXX";
    top = ::mkdtemp(name);
    process = std::move(*os::make_process());
    REQUIRE(files.make_folder(top + "/tree/src/deep"));
    REQUIRE(files.make_folder(top + "/tree/results"));
    REQUIRE(files.make_folder(top + "/secret"));
    REQUIRE(files.store(top + "/tree/.git", "gitdir: /nowhere\n"));
    REQUIRE(files.store(top + "/tree/bench.sh", "echo 1\n"));
    REQUIRE(files.store(top + "/tree/src/code", "code\n"));
    REQUIRE(files.store(top + "/tree/answers", "42\n"));
    REQUIRE(files.store(top + "/secret/key", "key\n"));
    options.folder = top + "/sandbox";
  }
  ~Camp() { (void)files.remove_tree(top); }

  ProcessReport run(const std::string& script, Job job = Job::metric, const std::string& folder = "/tree") {
    auto wrap = BwrapWrap::make(options, files);
    INFO((wrap ? "" : wrap.error().message));
    REQUIRE(wrap);
    const Place place{job, SlotId{0}, WorkspaceId{0}, top + folder, top + "/scratch"};
    REQUIRE(files.remove_tree(place.scratch));
    REQUIRE(files.make_folder(place.scratch + "/artifacts"));
    auto command = (*wrap)->wrap({{"/bin/sh", "-c", script}, place.folder, {{"PATH", "/usr/bin:/bin"}}, ""}, place);
    INFO((command ? "" : command.error().message));
    REQUIRE(command);
    auto report = process->run(*command, limits_of(options.settings), stop);
    REQUIRE(report);
    auto unwrapped = (*wrap)->unwrap(*report, place);
    INFO((unwrapped ? "" : unwrapped.error().message));
    REQUIRE(unwrapped);
    why = (*wrap)->explain(*unwrapped);
    return *unwrapped;
  }
  std::string text(const std::string& path) { return files.load(top + path, Bytes{1000}).value_or("none"); }

  std::string top;
  std::string why;
  os::SystemFiles files;
  os::NoStop stop;
  std::unique_ptr<Process> process;
  BwrapOptions options;
};

}  // namespace

TEST_CASE("this machine's sandbox is proven by its probes in well under a second of work") {
  Camp camp;
  const auto made = make_protection(camp.options, {{camp.top}, {camp.top + "/secret"}, {}}, *camp.process, camp.files);
  INFO((made ? "" : made.error().message));
  REQUIRE(made);
  CHECK(made->level.starts_with("bwrap: proven by 14 probes; no network, seccomp"));
  REQUIRE(made->probes.size() == probe_names.size());
  for (std::size_t i = 0; i < probe_names.size(); ++i) CHECK(made->probes[i].number == probe_names[i].number);
  const Done held = demand(*made);
  INFO((held ? "" : held.error().message));
  CHECK(held);
}

TEST_CASE("a probe that gets through stops the run and says which one it was") {
  Camp camp;
  SECTION("the git folder is visible, because somebody mounted it") {
    camp.options.settings.read = {camp.top + "/secret"};
    const auto made = make_protection(camp.options, {{}, {camp.top + "/secret"}, {}}, *camp.process, camp.files);
    REQUIRE(made);
    const Done asked = demand(*made);
    REQUIRE_FALSE(asked);
    CHECK(made->level.empty());
    CHECK(asked.error().reaction == Reaction::stop_run);
    CHECK(asked.error().message.find("(SB17): the probe sees " + camp.top + "/secret") != std::string::npos);
  }
}

TEST_CASE("a folder of the sandbox's own at a forbidden place is no breach") {
  Camp camp;
  const auto made = make_protection(camp.options, {{"/tmp", "/dev/shm"}, {}, {}}, *camp.process, camp.files);
  REQUIRE(made);
  const Done held = demand(*made);
  INFO((held ? "" : held.error().message));
  CHECK(held);
}

TEST_CASE("what bwrap says when it cannot start becomes advice") {
  CHECK(advise_on("bwrap: setting up uid map: Permission denied").find("AppArmor") != std::string::npos);
  CHECK(advise_on("bwrap: loopback: Failed RTM_NEWADDR").find("AppArmor") != std::string::npos);
  CHECK(advise_on("bwrap: Can't mount proc on /newroot/proc").find("container") != std::string::npos);
  CHECK(advise_on("bwrap: No permissions to create new namespace").find("sysctl") != std::string::npos);
}

TEST_CASE("a measured run may write beside the tree's files but not into them, and leaves nothing") {
  Camp camp;
  CHECK(camp.run("echo 5 > out.txt && cat out.txt").output == "5\n");
  CHECK_FALSE(fs::exists(camp.top + "/tree/out.txt"));
  CHECK(camp.run("cat out.txt").exit_code != 0);
  for (const char* attack : {"echo 0 > bench.sh", "rm bench.sh", "mv bench.sh x", "cp /bin/true src/code", "rm -rf src",
                             "mv src away", "ln -sf /bin/true bench.sh", "echo > src/deep/new", "chmod 777 bench.sh",
                             "touch src/code", "mkdir .git/hooks"}) {
    INFO(attack);
    CHECK_FALSE(succeeded(camp.run(attack)));
    CHECK(camp.text("/tree/bench.sh") == "echo 1\n");
    CHECK(camp.text("/tree/src/code") == "code\n");
  }
  camp.run("echo x > src/code");
  CHECK(camp.why.find("--set sandbox.writable") != std::string::npos);
}

TEST_CASE("a build writes into the tree, checks and runs see what it made and cannot change it") {
  Camp camp;
  CHECK(succeeded(camp.run("echo obj > src/code.o && echo '#!/bin/sh\necho 7' > prog && chmod +x prog", Job::build)));
  CHECK(camp.run("./prog && cat src/code.o").output == "7\nobj\n");
  CHECK_FALSE(succeeded(camp.run("echo bad > prog", Job::check)));
  CHECK(camp.text("/tree/.git") == "gitdir: /nowhere\n");
  CHECK_FALSE(succeeded(camp.run("echo evil > .git", Job::build)));
  CHECK_FALSE(succeeded(camp.run("rm .git", Job::build)));
  CHECK(camp.text("/tree/.git") == "gitdir: /nowhere\n");
}

TEST_CASE("a link that a build left is never followed on this side") {
  Camp camp;
  CHECK(succeeded(camp.run("ln -s " + camp.top + "/secret/key loot && ln -s /root home", Job::build)));
  CHECK_FALSE(succeeded(camp.run("cat loot")));
  CHECK_FALSE(succeeded(camp.run("ls home/")));
}

TEST_CASE("nothing of one run is there in the next: tmp, home, shared memory, keys") {
  Camp camp;
  const std::string leave = "echo x | tee /tmp/a $HOME/b /dev/shm/c /var/tmp/d /w/e $HONE_ARTIFACTS/f; exit 0";
  CHECK(succeeded(camp.run(leave)));
  CHECK(camp.run("ls /tmp/a $HOME/b /dev/shm/c /var/tmp/d /w/e $HONE_ARTIFACTS/f 2>/dev/null | wc -l").output == "0\n");
}

TEST_CASE("the identity of a run is the same everywhere and tells nothing of this machine") {
  Camp camp;
  const auto report =
      camp.run("id -u; hostname; pwd; echo $HOME $TMPDIR; tr '\\0' '\\n' </proc/1/cmdline | grep -c hone-bwra[p]");
  CHECK(report.output == "1000\nbench\n/w\n/tmp/home /tmp\n0\n");
}

TEST_CASE("a command's end comes out as it was, and a failing bwrap is not the command's fault") {
  Camp camp;
  CHECK(camp.run("exit 3").exit_code == 3);
  const auto killed = camp.run("kill -SEGV $$");
  CHECK(killed.exit == ExitKind::signalled);
  CHECK(killed.exit_code == 11);
  auto wrap = BwrapWrap::make(camp.options, camp.files);
  REQUIRE(wrap);
  const Place place{Job::metric, SlotId{0}, WorkspaceId{0}, camp.top + "/tree", camp.top + "/scratch"};
  REQUIRE(camp.files.remove_tree(place.scratch));
  ProcessReport report;  // no status file: the command never ran
  report.exit_code = 1;
  report.error_output = "bwrap: setting up uid map: Permission denied";
  const auto lost = (*wrap)->unwrap(report, place);
  REQUIRE_FALSE(lost);
  CHECK(lost.error().reaction == Reaction::stop_run);
  CHECK(lost.error().message.starts_with("sandbox_unavailable"));
}

TEST_CASE("disk is bounded and the space comes back") {
  Camp camp;
  camp.options.settings.disk = Bytes{1 << 20};
  for (const char* where : {"/tmp/big", "/w/big", "/dev/shm/big"}) {
    INFO(where);
    CHECK_FALSE(succeeded(camp.run(fmt::format("head -c 3000000 /dev/zero > {}", where))));
  }
  CHECK_FALSE(succeeded(camp.run("head -c 3000000 /dev/zero > big", Job::build)));
  CHECK(succeeded(camp.run("head -c 500000 /dev/zero > /tmp/small")));
}

TEST_CASE("a folder made writable is empty for each run; one that is not there is refused") {
  Camp camp;
  REQUIRE(camp.files.store(camp.top + "/tree/results/old", "old\n"));
  camp.options.settings.writable = {"results"};
  CHECK(camp.run("ls results; echo 1 > results/new; ls results").output == "new\n");
  CHECK(camp.run("ls results").output.empty());
  CHECK(camp.text("/tree/results/old") == "old\n");
}

TEST_CASE("what only the hold-out may see is hidden from builds, checks and measured runs") {
  Camp camp;
  camp.options.settings.holdout = {"answers", "src/deep"};
  REQUIRE(camp.files.store(camp.top + "/tree/src/deep/truth", "truth\n"));
  const std::string look = "cat answers src/deep/truth 2>/dev/null; exit 0";
  CHECK(camp.run(look, Job::build).output.empty());
  CHECK(camp.run(look, Job::check).output.empty());
  CHECK(camp.run(look, Job::metric).output.empty());
  CHECK(camp.run(look, Job::holdout).output == "42\ntruth\n");
}

TEST_CASE("a carried path is readable, at the place its link leads to, and only readable") {
  Camp camp;
  camp.options.carried = {camp.top + "/secret"};
  fs::create_symlink(camp.top + "/secret", camp.top + "/tree/data");
  CHECK(camp.run("cat data/key").output == "key\n");
  CHECK_FALSE(succeeded(camp.run("echo x > data/key")));
  CHECK_FALSE(succeeded(camp.run("echo x > data/new", Job::build)));
  CHECK(camp.text("/secret/key") == "key\n");
}

TEST_CASE("a tree with very many entries in its top folder is mounted as one and still protected") {
  Camp camp;
  for (int i = 0; i < 80; ++i) REQUIRE(camp.files.store(fmt::format("{}/tree/f{}", camp.top, i), "x"));
  CHECK(camp.run("cat bench.sh").output == "echo 1\n");
  CHECK_FALSE(succeeded(camp.run("echo x > bench.sh")));
  CHECK(camp.run("cat .git").output.empty());
}

TEST_CASE("a run cannot tell by its files or its mounts whether it is in the champion's folder or a candidate's") {
  Camp camp;
  fs::copy(camp.top + "/tree", camp.top + "/other-w02", fs::copy_options::recursive);
  const auto hours_ago = fs::file_time_type::clock::now() - std::chrono::hours(3);
  const auto minutes_ago = fs::file_time_type::clock::now() - std::chrono::minutes(3);
  for (const auto& [name, time] : {std::pair("/tree", hours_ago), std::pair("/other-w02", minutes_ago)}) {
    for (const char* path : {"", "/bench.sh", "/src", "/src/code", "/src/deep", "/results"})
      fs::last_write_time(camp.top + name + path, time);
    fs::last_write_time(camp.top + name + "/answers", time + std::chrono::milliseconds(1));  // newer than its source
  }
  const std::string look =
      "awk '{print $4, $5}' /proc/self/mountinfo; stat -c '%n %Y %s %a %h' bench.sh src src/code src/deep answers; "
      "[ answers -nt src/code ] && [ ! src/code -nt bench.sh ] && echo in order";
  const std::string first = camp.run(look).output;
  CHECK(first.find("in order\n") != std::string::npos);
  CHECK(first.find("/w/src\n") != std::string::npos);
  CHECK(camp.run(look, Job::metric, "/other-w02").output == first);
  const std::string age =
      "[ $(stat -c %Z src/code) -ge $(($(date +%s) - 600)) ] && [ -z \"$(find . -ctime +0)\" ] && echo young";
  CHECK(camp.run(age).output == "young\n");
}

TEST_CASE("a tree is copied for a run as it is, whatever a build left in it; one that is too large is not") {
  Camp camp;
  REQUIRE(camp.run("chmod 700 answers; ln -s /etc/passwd src/link; ln -s nowhere bad; mkfifo pipe; mkdir -p closed/in; "
                   "echo x "
                   ">closed/in/file; chmod 000 closed/in closed; echo y >sealed; chmod 000 sealed; head -c 3000000 "
                   "/dev/zero >big",
                   Job::build)
              .exit_code == 0);
  REQUIRE(stage_tree(camp.top + "/tree", camp.top + "/copy", of_every_run).value());
  CHECK(fs::read_symlink(camp.top + "/copy/src/link") == "/etc/passwd");
  CHECK(fs::read_symlink(camp.top + "/copy/bad") == "nowhere");
  CHECK_FALSE(fs::exists(fs::symlink_status(camp.top + "/copy/pipe")));
  CHECK_FALSE(fs::exists(fs::symlink_status(camp.top + "/copy/.git")));
  CHECK(fs::file_size(camp.top + "/copy/big") == 3'000'000);
  CHECK(fs::status(camp.top + "/copy/answers").permissions() == fs::perms::owner_all);
  CHECK(fs::status(camp.top + "/copy/closed").permissions() == fs::perms::none);
  CHECK(fs::status(camp.top + "/copy/sealed").permissions() == fs::perms::none);
  CHECK(camp.run("cat src/code; ls closed sealed/x 2>/dev/null; cat sealed 2>/dev/null; echo end").output ==
        "code\nend\n");

  fs::resize_file(camp.top + "/tree/big", 100 << 20);  // sparse: costs nothing
  CHECK_FALSE(stage_tree(camp.top + "/tree", camp.top + "/larger", of_every_run).value());
  CHECK_FALSE(stage_tree(camp.top + "/tree", camp.top + "/larger", before_a_keep).value());
  CHECK_FALSE(fs::exists(camp.top + "/larger"));
  fs::resize_file(camp.top + "/tree/big", 20 << 20);
  CHECK_FALSE(stage_tree(camp.top + "/tree", camp.top + "/larger", of_every_run).value());
  CHECK(stage_tree(camp.top + "/tree", camp.top + "/larger", before_a_keep).value());
  CHECK(camp.run("cat src/code").output == "code\n");
}

TEST_CASE("no process can write into the memory of another, nor into settings that /proc offers") {
  Camp camp;
  const std::string attempt =
      "{ echo x >/proc/$PPID/mem || echo x >/proc/1/mem || echo x >/proc/self/comm || echo x "
      ">/proc/sys/vm/drop_caches; } "
      "2>/dev/null || echo held; echo out >/dev/stdout; echo more >/proc/self/fd/1";
  REQUIRE(camp.files.store(camp.top + "/tree/look.sh", attempt));
  CHECK(camp.run("sh look.sh; :").output == "held\nout\nmore\n");
}

TEST_CASE("the page cache is no letter box between runs, and none can be emptied for the next one") {
  Camp camp;
  const std::string script = R"py(
import ctypes, mmap, os
libc = ctypes.CDLL(None, use_errno=True)
file = os.open("/usr/bin/env", os.O_RDONLY)
def tried(what):
    try: what(); print("it worked")
    except OSError as error: print(os.strerror(error.errno))
tried(lambda: os.preadv(file, [bytearray(1)], 0, os.RWF_NOWAIT))
tried(lambda: os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED))
tried(lambda: os.posix_fadvise(file, 0, 0, os.POSIX_FADV_WILLNEED))
print(os.preadv(file, [bytearray(1)], 0))
memory = mmap.mmap(-1, 4096)
address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
print(libc.syscall(27, ctypes.c_void_p(address), 4096, ctypes.create_string_buffer(1)) if os.uname().machine == "x86_64" else -1)
print(libc.madvise(ctypes.c_void_p(address), 4096, 21), libc.madvise(ctypes.c_void_p(address), 4096, 4), libc.syscall(451, file, 0, 0, 0))
)py";
  REQUIRE(camp.files.store(camp.top + "/tree/look.py", script));
  CHECK(camp.run("python3 look.py; grep 'Max core' /proc/self/limits | tr -s ' '").output ==
        "Operation not supported\nOperation not permitted\nit worked\n1\n-1\n-1 0 -1\nMax core file size 1 1 bytes \n");
}
