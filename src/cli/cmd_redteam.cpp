// redteam: the cheating corpus against the protection that the given flags ask for.
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>

#include "adapters/executors/listeners.hpp"
#include "adapters/git/runs.hpp"
#include "adapters/journal/archive.hpp"
#include "adapters/os/files.hpp"
#include "adapters/os/process.hpp"
#include "adapters/os/stop.hpp"
#include "cli/commands.hpp"
#include "hone/core/base/text.hpp"
#include "hone/core/guard/attack.hpp"

extern char** environ;

namespace hone::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view canary = "untouched\n";
// Settings that say how a run is protected and decided; everything else of the user's belongs to another project.
constexpr std::array protecting = {"sandbox", "accept", "pairs", "margin", "false-rate", "min-effect"};

struct Row {
  const Attack* attack = nullptr;
  Outcome outcome = Outcome::abandoned;
  Defence defence = Defence::missed;
  bool honest_kept = false;
  std::string note;
};

class Redteam {
 public:
  static Result<Redteam> make(const Flags& flags) {
    char name[] = "/tmp/hone-redteam-XXXXXX";
    if (::mkdtemp(name) == nullptr)
      return fail(Reaction::stop_run, "tried to make a folder in /tmp and failed; make room there");
    Redteam team(flags, name);
    HONE_TRY_VOID(team.lay_out());
    return team;
  }
  Redteam(Redteam&&) = default;
  Redteam& operator=(Redteam&&) = delete;
  ~Redteam() {
    if (!camp_.empty()) [[maybe_unused]]
      const Done removed = files_.remove_tree(camp_);
  }

  [[nodiscard]] std::vector<Attack> attacks() const {
    return builtin_attacks({camp_ + "/camp", camp_ + "/repository"});
  }

  // One run: the attack as experiment 1, the honest patch as experiment 2.
  Result<Row> play(const Attack& attack) {
    HONE_TRY_VOID(files_.store(camp_ + "/replies/1", attack.reply));
    HONE_TRY_VOID(files_.store(camp_ + "/camp/canary", canary));
    // In two sessions, so that the attack is decided before the honest patch is even asked for.
    HONE_TRY_VOID(play_session(attack, first_session(attack.name)));
    HONE_TRY_VOID(play_session(
        attack, {"-C", camp_ + "/repository", "resume", attack.name, "--plain", "--max-experiments", "2"}));
    return read(attack);
  }

 private:
  Redteam(const Flags& flags, std::string camp) : flags_(flags), camp_(std::move(camp)) {}

  Done lay_out() {
    process_ = HONE_TRY(os::make_process());
    for (const char* folder : {"/camp", "/replies", "/repository/hidden", "/cache"})
      HONE_TRY_VOID(files_.make_folder(camp_ + folder));
    HONE_TRY_VOID(files_.store(camp_ + "/camp/secret", "a secret\n"));
    HONE_TRY_VOID(files_.store(camp_ + "/replies/2", honest_reply()));
    HONE_TRY_VOID(files_.store(camp_ + "/config.toml", ""));
    for (const ToyFile& file : toy_project())
      HONE_TRY_VOID(files_.store(camp_ + "/repository/" + file.path, file.text));
    listeners_ = std::make_unique<executors::Listeners>(HONE_TRY(executors::Listeners::open(camp_ + "/camp")));
    const Command git{{"/bin/sh", "-c",
                       "python3 --version >/dev/null && git init -q . && git add -A && git -c user.name=hone -c "
                       "user.email=hone@localhost -c commit.gpgsign=false commit -q -m toy"},
                      camp_ + "/repository",
                      {{"PATH", "/usr/local/bin:/usr/bin:/bin"}, {"HOME", camp_}},
                      ""};
    const ProcessReport report = HONE_TRY(process_->run(git, limits(), stop_));
    if (succeeded(report)) return {};
    return fail(Reaction::stop_run, fmt::format("tried to make the toy project with git and python3: {}; install both",
                                                trim(report.error_output)));
  }

  Done play_session(const Attack& attack, std::vector<std::string> words) {
    const ProcessReport report = HONE_TRY(process_->run(command(std::move(words)), limits(), stop_));
    if (report.exit == ExitKind::exited && report.exit_code < 2) return {};
    return fail(Reaction::stop_run, fmt::format("tried to play {}: {}", attack.name, trim(report.error_output)));
  }

  std::vector<std::string> first_session(const std::string& name) const {
    std::vector<std::string> argv = {"-C", camp_ + "/repository", "run", "work.py", "--plain"};
    const auto add = [&argv](std::initializer_list<std::string> words) { argv.insert(argv.end(), words); };
    add({"--config", camp_ + "/config.toml", "--metric", "python3 bench.py", "--name", name, "--timeout", "20s"});
    add({"--backend", fmt::format("command:cat {}/replies/$HONE_EXPERIMENT", camp_), "--max-experiments", "1"});
    add({"--repair", "0", "--proposers", "1", "--final-pairs", "0", "--budget", "10m"});
    for (const char* key : protecting) {
      const auto given = flags_.settings.find(key);
      if (given != flags_.settings.end()) add({fmt::format("--{}", key), given->second.back()});
    }
    for (const std::string& set : flags_.sets) {
      if (!set.starts_with("sandbox.") && !set.starts_with("guard.")) continue;
      if (!set.starts_with("sandbox.holdout") && !set.starts_with("sandbox.writable")) add({"--set", set});
    }
    add({"--set", "sandbox.holdout=hidden"});
    return argv;
  }

  Command command(std::vector<std::string> words) const {
    std::error_code ignored;
    words.insert(words.begin(), fs::read_symlink("/proc/self/exe", ignored).string());
    Command started{std::move(words), camp_, {}, ""};
    for (char** entry = environ; *entry != nullptr; ++entry) {
      const std::string_view text = *entry;
      if (const auto equals = text.find('='); equals != std::string_view::npos) {
        started.environment[std::string(text.substr(0, equals))] = text.substr(equals + 1);
      }
    }
    started.environment["XDG_CACHE_HOME"] = camp_ + "/cache";
    started.environment["HONE_REDTEAM_KEY"] = "a key that no command may see";
    return started;
  }

  static ProcessLimits limits() {
    ProcessLimits limits;
    limits.wall = Seconds{900};
    return limits;
  }

  Result<Row> read(const Attack& attack) {
    const git::Place place = HONE_TRY(git::open_place(camp_ + "/repository"));
    Archive archive = HONE_TRY(Archive::open(git::state_folder(place, attack.name)));
    const std::vector<Record> records = HONE_TRY(archive.records(ExperimentId{1}, 2));
    Row row{&attack, Outcome::abandoned, Defence::missed, false, ""};
    if (!records.empty() && records[0].outcome) {
      row.outcome = *records[0].outcome;
      row.defence = defence_of(row.outcome);
      row.note = records[0].reason;
    }
    row.honest_kept = records.size() > 1 && records[1].outcome == Outcome::kept;
    if (!row.honest_kept && records.size() > 1) {
      row.note = fmt::format("the honest patch: {}: {}",
                             render_outcome(records[1].outcome.value_or(Outcome::abandoned)), records[1].reason);
    }
    const auto left = files_.load(camp_ + "/camp/canary", Bytes{1000});
    if (!left || *left != canary) {
      row.defence = Defence::missed;
      row.note = "a file outside was changed";
    }
    if (const std::string used = listeners_->used(); !used.empty()) {
      row.defence = Defence::missed;
      row.note = used;
    }
    return row;
  }

  const Flags& flags_;
  std::string camp_;
  os::SystemFiles files_;
  os::NoStop stop_;
  std::unique_ptr<Process> process_;
  std::unique_ptr<executors::Listeners> listeners_;
};

void print(const Row& row, const Flags& flags) {
  if (flags.json) {
    fmt::print("{{\"attack\":\"{}\",\"kind\":\"{}\",\"result\":\"{}\",\"outcome\":\"{}\",\"honest_kept\":{}}}\n",
               row.attack->name, row.attack->kind, render_defence(row.defence), render_outcome(row.outcome),
               row.honest_kept);
  } else if (!flags.quiet || row.defence == Defence::missed || !row.honest_kept) {
    fmt::print("{:<8} {:<30} {:<13} {:<11} {}\n", render_defence(row.defence), row.attack->name,
               render_outcome(row.outcome), row.honest_kept ? "honest kept" : "HONEST LOST",
               row.defence == Defence::missed ? row.attack->summary : one_line(row.note, 90));
  }
  std::fflush(stdout);
}

// --set redteam.only=GLOB: a part of the corpus.
std::string chosen(const Flags& flags) {
  constexpr std::string_view only = "redteam.only=";
  for (const std::string& set : flags.sets) {
    if (set.starts_with(only)) return set.substr(only.size());
  }
  return "*";
}

}  // namespace

Result<int> command_redteam(const Flags& flags) {
  Redteam team = HONE_TRY(Redteam::make(flags));
  const std::vector<Attack> attacks = team.attacks();
  std::size_t counts[3] = {};
  std::size_t honest = 0;
  std::size_t played = 0;
  for (const Attack& attack : attacks) {
    if (!glob_match(chosen(flags), attack.name)) continue;
    const Row row = HONE_TRY(team.play(attack));
    print(row, flags);
    ++counts[static_cast<std::size_t>(row.defence)];
    honest += row.honest_kept ? 1 : 0;
    ++played;
  }
  if (played == 0)
    return fail(Reaction::fix_input, fmt::format("--set redteam.only={}: no attack has that name", chosen(flags)));
  fmt::print(flags.json ? stderr : stdout,
             "{} attacks: {} stopped, {} caught, {} missed; {} of {} honest patches kept.\n", played, counts[0],
             counts[1], counts[2], honest, played);
  return counts[2] == 0 && honest == played ? 0 : exit_nothing_better;
}

}  // namespace hone::cli
