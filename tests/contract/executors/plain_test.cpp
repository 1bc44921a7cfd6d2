#include "adapters/executors/plain.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>

#include "adapters/executors/sample_of.hpp"
#include "adapters/os/files.hpp"
#include "adapters/os/process.hpp"
#include "adapters/os/stop.hpp"
#include "hone/core/base/text.hpp"

using namespace hone;

namespace {

// Workspaces are folders; a "tree" is the content of the one file in it.
class FolderRepo : public Repo {
 public:
  explicit FolderRepo(std::string top) : top_(std::move(top)) {}
  Result<std::vector<SourceFile>> load(const TreeId&, const std::vector<std::string>&) override { return none(); }
  Result<TreeChange> replace(const TreeId&, const std::vector<SourceFile>&) override { return none(); }
  Result<std::string> diff(const TreeId&, const TreeId&, std::size_t) override { return none(); }
  Result<CommitId> advance(const Accepted&) override { return none(); }
  Done checkout(WorkspaceId workspace, const TreeId& tree) override {
    ++checkouts;
    HONE_TRY_VOID(files_.make_folder(folder(workspace)));
    return files_.store(folder(workspace) + "/target", tree.value);
  }
  Result<Disturbance> inspect(WorkspaceId, const TreeId&, Extent) override { return disturbance; }
  Done wipe(WorkspaceId workspace) override { return files_.remove_tree(folder(workspace)); }
  std::string folder(WorkspaceId workspace) const override { return fmt::format("{}/w{:04}", top_, workspace.value); }
  int checkouts = 0;
  Disturbance disturbance;  // what inspect() finds

 private:
  static tl::unexpected<Error> none() { return fail(Reaction::stop_run, "a folder is no repository"); }
  std::string top_;
  os::SystemFiles files_;
};

struct Bench {
  Bench() {
    char name[] = "/tmp/hone-plain-XXXXXX";
    top = ::mkdtemp(name);
    repo = std::make_unique<FolderRepo>(top);
    process = std::move(*os::make_process());
    options.scratch = top + "/scratch";
  }
  ~Bench() { (void)files.remove_tree(top); }
  std::unique_ptr<Executor> executor(executors::Wrap* wrap = nullptr) {
    return executors::make_plain(options, {*process, *repo, files, wrap});
  }
  std::vector<SampleReport> measure(const std::string& command, Measure what = Measure::printed) {
    effect::Measure wanted = series(command);
    wanted.metric.measure = what;
    return measure(wanted);
  }
  std::vector<SampleReport> measure(const effect::Measure& wanted) {
    auto reports = executor()->measure(wanted, stop);
    INFO((reports ? "" : reports.error().message));
    REQUIRE(reports);
    return *reports;
  }
  static effect::Measure series(const std::string& command) {
    effect::Measure wanted;
    wanted.metric.command = command;
    wanted.runs = {{Role::champion, WorkspaceId{0}, TreeId{"1"}}, {Role::candidate, WorkspaceId{1}, TreeId{"2"}}};
    wanted.seed = 7;
    wanted.timeout = Seconds{20};
    return wanted;
  }
  std::string top;
  os::SystemFiles files;
  os::NoStop stop;
  std::unique_ptr<FolderRepo> repo;
  std::unique_ptr<Process> process;
  executors::PlainOptions options;
};

effect::Prepare preparation(const std::string& build, const std::string& check) {
  effect::Prepare wanted;
  wanted.workspace = WorkspaceId{3};
  wanted.tree = TreeId{"tree"};
  wanted.build = build;
  wanted.check = check;
  wanted.timeout = Seconds{20};
  return wanted;
}

}  // namespace

TEST_CASE("a series runs each tree in its workspace, in order, and fills the samples") {
  Bench bench;
  const auto reports = bench.measure("cat target; echo; echo side >&2");
  REQUIRE(reports.size() == 2);
  CHECK(reports[0].sample.role == Role::champion);
  CHECK(reports[0].sample.value == 1.0);
  CHECK(reports[1].sample.role == Role::candidate);
  CHECK(reports[1].sample.value == 2.0);
  CHECK(reports[1].sample.seed == 7);
  CHECK(reports[1].sample.wall.value > 0);
  CHECK(reports[1].output == "2\n[stderr]\nside\n");
  CHECK(bench.repo->checkouts == 2);
}

TEST_CASE("champion and candidate see the same environment, byte for byte, but for the folder's name") {
  Bench bench;
  bench.options.passed = {{"CUDA_VISIBLE_DEVICES", "3"}};
  const auto reports = bench.measure("env | grep -v '^PWD=' | sort; pwd | wc -c; echo 1");
  REQUIRE(reports.size() == 2);
  CHECK(reports[0].output == reports[1].output);
  CHECK(reports[0].output.find("CUDA_VISIBLE_DEVICES=3\n") != std::string::npos);
  CHECK(reports[0].output.find("HONE_SEED=7\n") != std::string::npos);
  CHECK(reports[0].output.find("TZ=UTC\n") != std::string::npos);
  CHECK(reports[0].output.find("HONE_EXPERIMENT") == std::string::npos);
}

TEST_CASE("HOME, TMPDIR and artifacts are there, empty and gone afterwards") {
  Bench bench;
  const auto reports = bench.measure(
      "ls -A $HOME $TMPDIR $HONE_ARTIFACTS | grep -c '^[a-z]'; touch $HOME/x $TMPDIR/y $HONE_ARTIFACTS/z; chmod 000 "
      "$HOME");
  REQUIRE(reports.size() == 2);
  CHECK(reports[1].sample.value == 0.0);
  CHECK(bench.files.list(bench.options.scratch)->empty());
}

TEST_CASE("a scratch that a command touched in any way is another one for the next, and one it left alone stays") {
  Bench bench;
  const auto folders = [&] {
    const auto there = bench.files.list(bench.options.scratch);
    if (!there || there->empty()) return std::string("0 0 0 ");
    CHECK(there->size() == 1);
    const std::string scratch = bench.options.scratch + "/" + there->front();
    std::string inodes;
    for (const char* name : {"/home", "/tmp", "/artifacts"}) {
      struct stat found {};
      inodes += fmt::format("{} ", ::stat((scratch + name).c_str(), &found) == 0 ? found.st_ino : 0);
    }
    return inodes;
  };
  bench.measure("echo 1");
  const std::string first = folders();
  bench.measure("ls $HOME $TMPDIR $HONE_ARTIFACTS | wc -l");
  CHECK(folders() == first);

  for (const char* touch :
       {"echo 1 > $TMPDIR/left", "mkdir $HOME/left", "echo 1 > $HONE_ARTIFACTS/left",
        "sleep 0.02; chmod 755 $TMPDIR; chmod 700 $TMPDIR", "sleep 0.02; touch $HOME",
        "sleep 0.02; touch -d 2001-01-01 $HONE_ARTIFACTS", "rmdir $TMPDIR", "rmdir $TMPDIR; ln -s / $TMPDIR",
        "touch $HOME/../left", "chmod 0 $HOME/..", "sleep 0.02; echo 1 > $TMPDIR/left; rm $TMPDIR/left"}) {
    INFO(touch);
    bench.measure("echo 1");
    CHECK(folders() != "0 0 0 ");
    bench.measure(fmt::format("test -n \"$HONE_SEED\"; {}; echo 1", touch));
    CHECK(folders() == "0 0 0 ");
  }
}

TEST_CASE("a bad run ends the series early and says why in a sentence") {
  Bench bench;
  auto reports = bench.measure("echo 3; exit 4");
  REQUIRE(reports.size() == 1);
  CHECK_FALSE(reports[0].sample.value);
  CHECK(reports[0].sample.invalid == "the metric command failed with status 4");
  reports = bench.measure("kill -SEGV $$");
  CHECK(reports[0].sample.invalid == "the metric command was killed by signal 11 (Segmentation fault)");
  reports = bench.measure("echo done");
  CHECK(reports[0].sample.invalid.find("is not a lone finite number") != std::string::npos);
  CHECK(reports[0].sample.exit == ExitKind::exited);
}

TEST_CASE("a timeout is a sample without a value") {
  Bench bench;
  auto wanted = Bench::series("echo 1; sleep 1000");
  wanted.timeout = Seconds{0.2};
  const auto reports = bench.measure(wanted);
  REQUIRE(reports.size() == 1);
  CHECK(reports[0].sample.exit == ExitKind::timed_out);
  CHECK(reports[0].sample.invalid.starts_with("the metric command ran into the timeout after 0."));
}

TEST_CASE("hone measures wall, CPU time and peak memory itself and keeps printed values for guards") {
  Bench bench;
  auto reports = bench.measure("sleep 0.05; echo METRIC accuracy=0.5", Measure::wall);
  CHECK(reports[0].sample.value == reports[0].sample.wall.value);
  CHECK(*reports[0].sample.value >= 0.05);
  CHECK(reports[0].sample.values == std::vector<NamedValue>{{"accuracy", 0.5}});
  reports = bench.measure("i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done", Measure::cpu);
  CHECK(*reports[0].sample.value > 0.005);
  reports = bench.measure("head -c 30000000 /dev/zero | tail -c 30000000 > /dev/null", Measure::peak_memory);
  CHECK(*reports[0].sample.value > 25e6);
}

TEST_CASE("instructions are a value, or the sample says why not and what to do") {
  Bench bench;
  const auto reports = bench.measure("true", Measure::instructions);
  if (os::instruction_counter().available) {
    CHECK(*reports[0].sample.value > 1000);
  } else {
    CHECK(reports[0].sample.invalid.find("valgrind --tool=cachegrind") != std::string::npos);
  }
}

TEST_CASE("--match reads its number from the whole of stdout") {
  Bench bench;
  auto wanted = Bench::series("echo 'loss: 1.5 after 3'; echo bye");
  wanted.metric.match = "loss: ([0-9.]+)";
  CHECK(bench.measure(wanted)[0].sample.value == 1.5);
  wanted.metric.match = "loss: (";
  CHECK(bench.executor()->measure(wanted, bench.stop).error().reaction == Reaction::fix_input);
}

TEST_CASE("a hold-out runs its own command") {
  Bench bench;
  auto wanted = Bench::series("echo 1");
  wanted.phase = Phase::holdout;
  wanted.holdout = "echo 99";
  CHECK(bench.measure(wanted)[1].sample.value == 99.0);
}

TEST_CASE("building and checking stop at the first failure and tell which") {
  Bench bench;
  const auto executor = bench.executor();
  auto report = executor->prepare(preparation("cp target built", "grep -q tree built; echo checked"), bench.stop);
  REQUIRE(report);
  CHECK(report->failed.empty());
  CHECK(report->process.output == "checked\n");
  CHECK(report->build_wall.value > 0);
  report = executor->prepare(preparation("echo broken >&2; exit 2", "touch checked"), bench.stop);
  CHECK(report->failed == "build");
  CHECK(report->process.error_output == "broken\n");
  CHECK_FALSE(bench.files.load(bench.top + "/w0003/checked", Bytes{10}));
  CHECK(executor->prepare(preparation("true", "false"), bench.stop)->failed == "check");
  CHECK(executor->prepare(preparation("", ""), bench.stop)->failed.empty());
}

TEST_CASE("a fresh preparation starts from an empty folder") {
  Bench bench;
  const auto executor = bench.executor();
  REQUIRE(executor->prepare(preparation("touch stale", ""), bench.stop));
  auto wanted = preparation("", "test ! -e stale");
  CHECK(executor->prepare(wanted, bench.stop)->failed == "check");
  wanted.fresh = true;
  CHECK(executor->prepare(wanted, bench.stop)->failed.empty());
}

TEST_CASE("beside a timed command a build stays on the background CPUs, a metric on its slot's") {
  Bench bench;
  bench.options.cpus = {{{0}}, {0}};
  auto wanted = preparation("grep Cpus_allowed_list /proc/self/status", "");
  wanted.beside_timing = true;
  CHECK(bench.executor()->prepare(wanted, bench.stop)->process.output == "Cpus_allowed_list:\t0\n");
  CHECK(bench.measure("grep Cpus_allowed_list /proc/self/status | tr -dc 0-9,-")[0].sample.value == 0.0);
}

TEST_CASE("a wrap changes every command and sees where it runs") {
  struct Loud : executors::Wrap {
    Result<Command> wrap(Command command, const executors::Place& place) override {
      places.push_back(place);
      command.argv = {"/bin/sh", "-c", "echo METRIC wrapped=5; exec \"$@\"", "sh", "/bin/sh", "-c", command.argv[2]};
      return command;
    }
    std::vector<executors::Place> places;
  } loud;
  Bench bench;
  const auto reports = bench.executor(&loud)->measure(Bench::series("true"), bench.stop);
  REQUIRE(reports);
  CHECK((*reports)[1].sample.value == 5.0);
  REQUIRE(loud.places.size() == 2);
  CHECK(loud.places[1].folder == bench.repo->folder(WorkspaceId{1}));
  CHECK(loud.places[0].scratch == loud.places[1].scratch);
}

TEST_CASE("what cannot even be started is an error of the environment") {
  struct Broken : executors::Wrap {
    Result<Command> wrap(Command command, const executors::Place&) override {
      command.argv = {"/no/such/sandbox"};
      return command;
    }
  } broken;
  Bench bench;
  const auto reports = bench.executor(&broken)->measure(Bench::series("true"), bench.stop);
  REQUIRE_FALSE(reports);
  CHECK(reports.error().reaction == Reaction::stop_run);
  CHECK(reports.error().message.find("cannot start '/no/such/sandbox'") != std::string::npos);
}

TEST_CASE("a cancelled series ends with a cancelled sample") {
  Bench bench;
  os::StopSwitch stop;
  stop.raise();
  const auto reports = bench.executor()->measure(Bench::series("echo 1"), stop);
  REQUIRE(reports->size() == 1);
  CHECK((*reports)[0].sample.exit == ExitKind::cancelled);
}

TEST_CASE("a sample in which the machine slept has no value") {
  ProcessReport report;
  report.output = "5\n";
  MetricSpec spec;
  CHECK(executors::sample_of(report, spec, nullptr, "").value == 5.0);
  report.suspended = true;
  CHECK(executors::sample_of(report, spec, nullptr, "").invalid == "the machine slept while the metric command ran");
}

TEST_CASE("a program or an input that changes during the session stops it") {
  Bench bench;
  REQUIRE(bench.files.make_folder(bench.top + "/data/deep"));
  REQUIRE(bench.files.store(bench.top + "/data/deep/input", "1"));
  bench.options.tools = executors::find_tools({"sh judge.sh | awk 1", {bench.top + "/data"}});
  const auto has = [&](std::string_view end) {
    return std::any_of(bench.options.tools.begin(), bench.options.tools.end(),
                       [end](const executors::Tool& tool) { return tool.path.ends_with(end); });
  };
  CHECK(has("/data/deep/input"));
  CHECK(has("awk"));
  CHECK(executors::tools_in("one CPU, Linux" + executors::render_tools(bench.options.tools)).size() == 8);
  CHECK(executors::tools_in("one CPU, Linux").empty());
  const auto executor = bench.executor();
  REQUIRE(executor->measure(Bench::series("echo 1"), bench.stop));
  REQUIRE(bench.files.store(bench.top + "/data/deep/input", "2!"));
  const auto reports = executor->measure(Bench::series("echo 1"), bench.stop);
  REQUIRE_FALSE(reports);
  CHECK(reports.error().reaction == Reaction::stop_run);
  CHECK(reports.error().message.starts_with("evaluator_changed: "));
  CHECK_FALSE(
      executor->prepare({WorkspaceId{0}, SlotId{0}, TreeId{"1"}, "true", "", Seconds{5}, false, false}, bench.stop));
  const std::string compiled = executors::render_tools(executors::find_tools({"make -j2", {}}));
  CHECK(compiled != executors::render_tools(executors::find_tools({"true", {}})));
}

TEST_CASE("before a keep the candidate runs once with rubbish in its memory") {
  Bench bench;
  const std::string only_candidate = "[ $(cat target) = 1 ] || ";
  effect::Measure wanted = Bench::series(only_candidate + "test -z \"$MALLOC_PERTURB_\" || exit 1; echo 1");
  wanted.phase = Phase::clean;
  auto reports = bench.measure(wanted);
  REQUIRE(reports.size() == 2);
  CHECK(reports[0].sample.value);
  CHECK_FALSE(reports[1].sample.value);
  CHECK(reports[1].sample.invalid.starts_with("poisoned_memory"));
  wanted.metric.command = "test -z \"$MALLOC_PERTURB_\" || exit 1; echo 1";  // so does the champion's: how it is here
  CHECK(bench.measure(wanted)[1].sample.value);
  wanted.metric.command = only_candidate + "test -z \"$MALLOC_PERTURB_\" || exit 1; echo 1";
  wanted.phase = Phase::confirm;  // never in a race
  CHECK(bench.measure(wanted)[1].sample.value);
}

TEST_CASE("a build that writes too much has failed, and what it left is gone") {
  Bench bench;
  bench.options.limits.disk.most = Bytes{1 << 20};  // a build: sixteen times that
  const auto executor = bench.executor();
  effect::Prepare wanted{WorkspaceId{0}, SlotId{0}, TreeId{"1"}, "", "", Seconds{60}, false, false};
  wanted.build = "i=0; while [ $i -lt 40 ]; do head -c 1048576 /dev/urandom >$i; i=$((i + 1)); done; sync; sleep 50";
  const auto report = executor->prepare(wanted, bench.stop);
  REQUIRE(report);
  CHECK(report->failed == "build");
  CHECK(report->process.exit == ExitKind::disk_limit);
  CHECK_FALSE(bench.files.load(bench.repo->folder(WorkspaceId{0}) + "/3", Bytes{2 << 20}));
}

namespace {

// Hopeless above 1.1 at step 2 of 4.
StopPlan stop_above() {
  StopPlan plan;
  plan.name = "loss";
  plan.next.scale = {Direction::minimise, true, 1};
  plan.last_step = 4;
  plan.points = {{2, 0, {0, 0, 1, 1}}};
  return plan;
}

}  // namespace

TEST_CASE("a candidate's run is stopped by its steps, a champion's never") {
  Bench bench;
  effect::Measure wanted = bench.series(
      "if [ $(cat target) = 2 ]; then slow='sleep 15'; fi; echo METRIC step=1 loss=2; echo METRIC step=2 loss=1.5; "
      "$slow; echo METRIC step=3 loss=1; echo METRIC loss=1");
  wanted.stop = stop_above();
  const auto reports = bench.measure(wanted);
  REQUIRE(reports.size() == 2);
  CHECK(reports[0].sample.value == 1.0);
  const Sample& stopped = reports[1].sample;
  CHECK(stopped.exit == ExitKind::stopped_early);
  CHECK_FALSE(stopped.value);
  CHECK(stopped.invalid.starts_with("stopped at step 2 of 4: "));
  CHECK(stopped.wall.value < 14);
  CHECK(stopped.values == std::vector<NamedValue>{{"loss[step=1]", 2}, {"loss[step=2]", 1.5}});
}

TEST_CASE("a run whose steps and end come together was not stopped") {
  Bench bench;
  effect::Measure wanted = bench.series(
      "trap 'printf \"METRIC step=3 loss=1\\nMETRIC loss=1\\n\"; exit 0' TERM; echo METRIC step=2 loss=1.5; "
      "while [ $(cat target) = 2 ]; do sleep 0.01; done; echo METRIC loss=1");
  wanted.stop = stop_above();
  const auto reports = bench.measure(wanted);
  REQUIRE(reports.size() == 2);
  CHECK(reports[1].sample.value == 1.0);
  CHECK(reports[1].sample.exit == ExitKind::exited);
  CHECK(reports[0].output.find("[hone: ") == std::string::npos);
  CHECK(reports[1].output.find("[hone: this run was not worth its end") != std::string::npos);
}

TEST_CASE("steps that an evaluator reports over the channel count, and then those on stdout do not") {
  Bench bench;
  effect::Measure wanted = bench.series(
      "read -r secret <&3; echo METRIC step=2 loss=9; echo \"$secret loss[step=2]=1.0$(cat target)\" >&3; "
      "test $(cat target) = 1 || sleep 15; echo \"$secret loss=1\" >&3");
  wanted.runs[0].role = Role::candidate;
  wanted.channel_only = true;
  wanted.stop = stop_above();
  wanted.stop->points[0].prediction = {0, 0, 1, .1};
  wanted.stop->next.needed = -1.5;
  const auto reports = bench.measure(wanted);
  REQUIRE(reports.size() == 2);
  CHECK(reports[0].sample.value == 1.0);
  CHECK(reports[1].sample.exit == ExitKind::stopped_early);
  CHECK(reports[1].sample.values == std::vector<NamedValue>{{"loss[step=2]", 1.02}});
}

TEST_CASE("a check looks like a run to what is checked") {
  Bench bench;
  const auto executor = bench.executor();
  const std::string seen = bench.top + "/seen";
  const std::string look = "env | cut -d= -f1 | sort >" + seen + ".$$; echo $HONE_SEED >>" + seen +
                           ".$$; ls /proc/self/fd >>" + seen + ".$$; mv " + seen + ".* " + seen + "; echo 1";
  REQUIRE(executor->prepare(preparation("", look), bench.stop));
  const auto checked = bench.files.load(seen, Bytes{100'000});
  REQUIRE(executor->measure(Bench::series(look), bench.stop));
  const auto measured = bench.files.load(seen, Bytes{100'000});
  REQUIRE((checked && measured));
  const auto names = lines(*checked), others = lines(*measured);
  REQUIRE(names.size() == others.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].find_first_not_of("0123456789") != std::string::npos || names[i].size() < 4)
      CHECK(names[i] == others[i]);
  }
  CHECK(std::any_of(names.begin(), names.end(),
                    [](std::string_view line) { return line.size() > 10 && line > "1" && line < ":"; }));
}
