// What hone adds to an experiment: an instant backend and an instant metric through the real loop, git, journal and
// processes, against the floor measured in the same run: spawning the metric command plus one durable SQLite commit.
//
//   loop_bench [--experiments N] [--files N] [--latency S] [--metric-seconds S] [--proposers N] [--wide 1]
//              [--then COMMAND]      run in the repository of the night when it is over
//
// --files are 20 a folder and 50 folders a folder; with --wide all folders are in the root, whose tree object then is
// what every experiment reads and writes.
#include <fmt/format.h>
#include <malloc.h>
#include <spawn.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "adapters/git/runs.hpp"
#include "adapters/journal/archive.hpp"
#include "adapters/journal/journal_file.hpp"
#include "adapters/os/topology.hpp"
#include "cli/find_base.hpp"
#include "cli/proposers.hpp"
#include "cli/session.hpp"
#include "hone/loop/perform.hpp"

extern char** environ;

namespace fs = std::filesystem;
using namespace hone;

namespace {

struct Options {
  std::int64_t experiments = 1000, files = 50;
  double latency = 0, metric_seconds = 0;
  std::uint32_t proposers = 2;
  bool wide = false;
  std::string then;  // run in the repository when the night is over
};

double seconds_of(const std::function<void()>& what) {
  const auto start = std::chrono::steady_clock::now();
  what();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void shell(const std::string& command) {
  if (std::system(command.c_str()) != 0) {
    fmt::print(stderr, "loop_bench: {} failed\n", command);
    std::exit(1);
  }
}

// Never the same tree twice, and never better: the loop at its plainest.
class CountingProposer final : public Proposer {
 public:
  explicit CountingProposer(double latency) : latency_(latency) {}
  std::string name() const override { return "counting"; }
  std::optional<MicroDollars> worst_case(const Brief&) const override { return MicroDollars{0}; }
  std::string render(const Brief&) const override { return ""; }
  ProposeResult propose(const Brief& brief, const Stop&) override {
    if (latency_ > 0) std::this_thread::sleep_for(std::chrono::duration<double>(latency_));
    Proposal proposal;
    proposal.idea = "count";
    proposal.cost = MicroDollars{0};
    proposal.reply = fmt::format("target.txt\n<<<<<<< SEARCH\n{}=======\n{}\n>>>>>>> REPLACE\n",
                                 brief.targets.at(0).text, 1000 + brief.experiment.value);
    return proposal;
  }

 private:
  double latency_;
};

void make_repository(const fs::path& root, std::int64_t files, bool wide) {
  fs::create_directories(root);
  std::ofstream(root / "target.txt") << "1\n";
  for (std::int64_t i = 1; i < files; ++i) {
    const fs::path folder = root / (wide ? "" : fmt::format("g{}", i / 1000)) / fmt::format("d{}", i / 20);
    fs::create_directories(folder);
    std::ofstream(folder / fmt::format("f{}.txt", i)) << i << "\n";
  }
  shell(fmt::format("cd '{}' && git init -q && git add -A && git -c user.name=b -c user.email=b@b commit -qm base",
                    root.string()));
}

double spawn_floor(const std::string& command, int times) {
  return seconds_of([&] {
           for (int i = 0; i < times; ++i) {
             const char* arguments[] = {"/bin/sh", "-c", command.c_str(), nullptr};
             pid_t child = 0;
             posix_spawn(&child, "/bin/sh", nullptr, nullptr, const_cast<char* const*>(arguments), environ);
             waitpid(child, nullptr, 0);
           }
         }) /
         times;
}

double commit_floor(const fs::path& file, int times) {
  sqlite3* database = nullptr;
  sqlite3_open(file.c_str(), &database);
  sqlite3_exec(database, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t(a TEXT);", nullptr, nullptr,
               nullptr);
  const double taken = seconds_of([&] {
    for (int i = 0; i < times; ++i) {
      sqlite3_exec(database, "INSERT INTO t VALUES('0123456789012345678901234567890123456789012345678901234567890123')",
                   nullptr, nullptr, nullptr);
    }
  });
  sqlite3_close(database);
  return taken / times;
}

double heap_mib() {
  return static_cast<double>(mallinfo2().uordblks) / (1 << 20);
}

double resident_mib() {
  std::ifstream in("/proc/self/statm");
  double total = 0;
  double resident = 0;
  in >> total >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

RunSpec spec_of(const Options& options, const std::string& metric) {
  RunSpec spec;
  spec.name = "bench";
  spec.branch = "hone/bench";
  spec.targets = {"target.txt"};
  spec.metric.command = metric;
  spec.accept.rule = AcceptRule::greedy;
  spec.backends = {{"mutate", "", 1, ""}};
  spec.limits.max_experiments = options.experiments;
  spec.limits.budget = Seconds{24 * 3600.0};
  spec.proposers = options.proposers;
  spec.sandbox = SandboxLevel::none;
  return spec;
}

// Journals when each experiment ended, to see whether the cost stays flat.
class Stopwatch final : public Observer {
 public:
  void saw(const Event& event, const State&) override {
    if (std::holds_alternative<event::Proposed>(event.body) && first_reply == 0) first_reply = event.at.value;
    if (std::holds_alternative<event::Measured>(event.body) && first_reply == 0) measured = event.at.value;
    if (!std::holds_alternative<event::Finished>(event.body)) return;
    ended.push_back(event.at.value);
    resident = std::max(resident, resident_mib());
    if (ended.size() == 100) resident_at_100 = resident_mib();
    if (ended.size() == 100) heap_at_100 = heap_mib();
    heap = heap_mib();
  }
  std::vector<double> ended;
  double first_reply = 0;
  double measured = 0;  // the last time before the first reply: the baseline
  double resident = 0;
  double resident_at_100 = 0;
  double heap = 0;  // in use at the last end
  double heap_at_100 = 0;
};

Result<int> run(const Options& options, const fs::path& root, double floor) {
  cli::Session session;
  session.place = HONE_TRY(git::open_place(root.string()));
  session.run = "bench";
  session.spec =
      spec_of(options, options.metric_seconds > 0 ? fmt::format("sleep {}; echo 1", options.metric_seconds) : "echo 1");
  const git::Base base = HONE_TRY(cli::find_base(session.place, session.spec));
  HONE_TRY_VOID(git::make_state_folder(session.place, session.run));
  session.folder = git::state_folder(session.place, session.run);
  session.journal = HONE_TRY(create_journal(session.folder, session.run));
  HONE_TRY_VOID(cli::wire(session, base.commit));
  session.proposers[0] = std::make_unique<CountingProposer>(options.latency);
  hone::Workbench bench{*session.journal, *session.repo, *session.executor, session.proposers};
  Stopwatch watch;
  const std::vector<EventBody> opening = {
      event::RunStarted{session.spec, base.commit, base.tree, base.targets, base.context, "bench"},
      cli::opening_of(session, State{})};
  if (!session.cpus.background.empty()) os::pin_thread(session.cpus.background);
  os::ThreadCrew crew(session.clock, Seconds{}, session.cpus.background,
                      [&](const Effect& effect, const Stop& stop) { return perform(effect, bench, stop); });
  NightEnd night = HONE_TRY(run_night(State{}, opening, session.clock.now(), {*session.journal, crew, {&watch}}));
  HONE_TRY_VOID(session.repo->remove_all());
  Archive archive = HONE_TRY(Archive::open(session.folder));
  const Summary summary = HONE_TRY(archive.summary());

  const std::size_t n = watch.ended.size();
  const std::size_t part = std::max<std::size_t>(1, n / 10);
  const double first =
      (watch.ended[part - 1] - watch.ended[0]) / static_cast<double>(std::max<std::size_t>(1, part - 1));
  const double last =
      (watch.ended[n - 1] - watch.ended[n - part]) / static_cast<double>(std::max<std::size_t>(1, part - 1));
  const double each = watch.ended.back() / static_cast<double>(n);
  const double slot_time = summary.measuring.value + summary.slot_idle.value;
  const double waited = std::max(0.0, watch.first_reply - watch.measured);  // idle, whatever hone does
  fmt::print(
      "{:>6} experiments {:>6} files  {:6.2f} ms each ({:.2f}x the floor)  first tenth {:6.2f}, last tenth {:6.2f} ms  "
      "RSS {:.1f} MiB ({:.1f} at 100), heap in use {:.2f} ({:.2f})  journal {} bytes each  slots busy {:.1f} %, {:.1f} "
      "% from the first reply on\n",
      n, options.files, 1e3 * each, each / floor, 1e3 * first, 1e3 * last, watch.resident, watch.resident_at_100,
      watch.heap, watch.heap_at_100,
      (fs::file_size(session.folder + "/journal.db") +
       (fs::exists(session.folder + "/journal.db-wal") ? fs::file_size(session.folder + "/journal.db-wal") : 0)) /
          n,
      100 * summary.measuring.value / slot_time, 100 * summary.measuring.value / (slot_time - waited));
  return static_cast<int>(night.state.finished > 0 ? 0 : 1);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    const double value = std::atof(argv[i + 1]);
    if (name == "--experiments") options.experiments = static_cast<std::int64_t>(value);
    if (name == "--files") options.files = static_cast<std::int64_t>(value);
    if (name == "--latency") options.latency = value;
    if (name == "--metric-seconds") options.metric_seconds = value;
    if (name == "--wide") options.wide = value != 0;
    if (name == "--then") options.then = argv[i + 1];
    if (name == "--proposers") options.proposers = static_cast<std::uint32_t>(value);
  }
  os::block_signals();
  std::string pattern = (fs::temp_directory_path() / "hone-bench-XXXXXX").string();
  const fs::path root = mkdtemp(pattern.data());
  if (std::getenv("XDG_CACHE_HOME") == nullptr) ::setenv("XDG_CACHE_HOME", (root / "cache").c_str(), 1);
  make_repository(root / "repo", options.files, options.wide);
  const double spawn = spawn_floor("echo 1 >/dev/null", 200);
  const double commit = commit_floor(root / "floor.db", 200);
  fmt::print("floor: spawn of the metric {:.2f} ms + one durable commit {:.2f} ms = {:.2f} ms\n", 1e3 * spawn,
             1e3 * commit, 1e3 * (spawn + commit));
  const auto code = run(options, root / "repo", spawn + commit + options.metric_seconds);
  if (!code) fmt::print(stderr, "loop_bench: {}\n", code.error().message);
  if (code && !options.then.empty()) shell(fmt::format("cd '{}' && {}", (root / "repo").string(), options.then));
  fs::remove_all(root);
  return code ? *code : 1;
}
