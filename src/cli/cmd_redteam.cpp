// redteam: the cheating corpus against the protection that the given flags ask for.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "adapters/git/runs.hpp"
#include "adapters/journal/archive.hpp"
#include "cli/commands.hpp"
#include "cli/redteam_camp.hpp"
#include "cli/redteam_own.hpp"
#include "hone/core/base/text.hpp"
#include "hone/core/codec/redteam.hpp"

namespace hone::cli {
namespace {

// Settings that say how a run is protected and decided; everything else of the user's belongs to another project.
constexpr std::array protecting = {"sandbox", "accept", "pairs", "margin", "false-rate", "min-effect"};

// One toy project in Python, and hone with the user's protection on it.
class ToyGround {
 public:
  static Result<ToyGround> make(const Flags& flags, RedteamCamp& camp) {
    for (const ToyFile& file : toy_project()) {
      if (const auto slash = file.path.rfind('/'); slash != std::string::npos)
        HONE_TRY_VOID(camp.shell("mkdir -p " + file.path.substr(0, slash), camp.at("repository")));
      HONE_TRY_VOID(camp.store("repository/" + file.path, file.text));
    }
    HONE_TRY_VOID(camp.store("replies/2", honest_reply()));
    HONE_TRY_VOID(
        camp.shell("python3 --version >/dev/null && git init -q . && git add -A && git -c user.name=hone -c "
                   "user.email=hone@localhost -c commit.gpgsign=false commit -q -m toy",
                   camp.at("repository")));
    return ToyGround(flags, camp);
  }

  [[nodiscard]] std::vector<Attack> attacks() const {
    std::vector<Attack> all = builtin_attacks(camp_->places(camp_->at("repository")));
    std::erase_if(all, [](const Attack& attack) { return attack.reply.empty(); });
    return all;
  }

  // One run: the attack as experiment 1, the honest patch as experiment 2. In two sessions, so that the attack is
  // decided before the honest patch is even asked for.
  Result<RedteamRow> play(const Attack& attack) {
    HONE_TRY_VOID(camp_->store("replies/1", attack.reply));
    HONE_TRY_VOID(camp_->hone(first_session(attack)));
    HONE_TRY_VOID(
        camp_->hone({"-C", camp_->at("repository"), "resume", attack.name, "--plain", "--max-experiments", "2"}));
    const git::Place place = HONE_TRY(git::open_place(camp_->at("repository")));
    Archive archive = HONE_TRY(Archive::open(git::state_folder(place, attack.name)));
    const std::vector<Record> records = HONE_TRY(archive.records(ExperimentId{1}, 2));
    RedteamRow row = row_of(attack, records.empty() ? nullptr : records.data(), camp_->damage());
    row.honest_kept = records.size() > 1 && records[1].outcome == Outcome::kept;
    if (!row.honest_kept && records.size() > 1) {
      row.note = fmt::format("the honest patch: {}: {}",
                             render_outcome(records[1].outcome.value_or(Outcome::abandoned)), records[1].reason);
    }
    return row;
  }

 private:
  ToyGround(const Flags& flags, RedteamCamp& camp) : flags_(&flags), camp_(&camp) {}

  std::vector<std::string> first_session(const Attack& attack) const {
    const std::string& name = attack.name;
    std::vector<std::string> argv = {"-C", camp_->at("repository"), "run", "work.py", "--plain"};
    const auto add = [&argv](std::initializer_list<std::string> words) { argv.insert(argv.end(), words); };
    add({"--config", camp_->at("config.toml"), "--metric", "python3 bench.py", "--name", name, "--timeout", "20s"});
    add({"--backend", fmt::format("command:cat {}/$HONE_EXPERIMENT", camp_->at("replies")), "--max-experiments", "1"});
    add({"--repair", "0", "--proposers", "1", "--final-pairs", "0", "--budget", "10m"});
    if (pays_later(attack) && flags_->settings.count("accept") == 0)
      add({"--accept", "margin", "--pairs", "3", "--margin", "10%"});
    for (const char* key : protecting) {
      const auto given = flags_->settings.find(key);
      if (given != flags_->settings.end()) add({fmt::format("--{}", key), given->second.back()});
    }
    for (const std::string& set : flags_->sets) {
      if (!set.starts_with("sandbox.") && !set.starts_with("guard.")) continue;
      if (!set.starts_with("sandbox.holdout") && !set.starts_with("sandbox.writable")) add({"--set", set});
    }
    add({"--set", "sandbox.holdout=hidden"});
    return argv;
  }

  const Flags* flags_;
  RedteamCamp* camp_;
};

// What became of the honest patch behind the attack. A cheat that was kept is the champion then: nobody honest beats
// it.
std::string_view honest_words(const RedteamRow& row) {
  if (row.honest_kept) return "honest kept";
  return row.outcome == Outcome::kept ? "cheat reigns" : "HONEST LOST";
}

RedteamLine line_of(const RedteamRow& row) {
  return {row.attack.name, row.attack.kind, row.attack.summary, row.note, row.defence, row.outcome, row.honest_kept};
}

void print(const RedteamRow& row, const Flags& flags, const std::string& count) {
  if (flags.json) {
    fmt::print("{}\n", render_redteam_json(line_of(row)));
  } else if (!flags.quiet || row.defence == Defence::missed || !row.honest_kept) {
    fmt::print("{:<7} {:<8} {:<22} {:<13} {:<12} {}\n", count, render_defence(row.defence), row.attack.name,
               render_outcome(row.outcome), honest_words(row),
               row.defence == Defence::missed ? row.attack.summary : one_line(row.note, 60));
  }
  std::fflush(stdout);
}

// What each kind that got through means for the user, and how to close it.
void print_lessons(const std::vector<RedteamRow>& missed) {
  for (std::size_t i = 0; i < missed.size(); ++i) {
    const std::string& kind = missed[i].attack.kind;
    const auto same = [&kind](const RedteamRow& row) { return row.attack.kind == kind; };
    if (std::any_of(missed.begin(), missed.begin() + static_cast<std::ptrdiff_t>(i), same)) continue;
    std::string names;
    for (const RedteamRow& row : missed) {
      if (!same(row)) continue;
      names += (names.empty() ? "" : ", ") + row.attack.name;
      if (!row.note.empty() && row.outcome != Outcome::kept) names += " (" + one_line(row.note, 80) + ")";
    }
    const Lesson lesson = lesson_of(kind);
    fmt::print("\n{}: {}\n  it means: {}\n  close it: {}\n", kind, names, lesson.means, lesson.remedy);
  }
  if (!missed.empty()) fmt::print("\n");
}

std::string setting(const Flags& flags, std::string_view name, std::string_view otherwise) {
  for (const std::string& set : flags.sets) {
    if (set.starts_with(name) && set.size() > name.size() && set[name.size()] == '=')
      return set.substr(name.size() + 1);
  }
  return std::string(otherwise);
}

// --set redteam.only=GLOB: a part of the corpus.
std::string chosen(const Flags& flags) {
  return setting(flags, "redteam.only", "*");
}

struct Score {
  std::size_t played = 0, honest = 0, due = 0;
  std::size_t counts[3] = {};
  std::vector<RedteamRow> missed;
};

template <class Ground>
Result<Score> play_all(Ground& ground, const Flags& flags) {
  std::vector<Attack> attacks = ground.attacks();
  std::erase_if(attacks, [&flags](const Attack& attack) { return !glob_match(chosen(flags), attack.name); });
  Score score;
  for (const Attack& attack : attacks) {
    const RedteamRow row = HONE_TRY(ground.play(attack));
    print(row, flags, fmt::format("{}/{}", ++score.played, attacks.size()));
    ++score.counts[static_cast<std::size_t>(row.defence)];
    if (row.outcome != Outcome::kept || row.honest_kept) ++score.due;
    score.honest += row.honest_kept ? 1 : 0;
    if (row.defence == Defence::missed) score.missed.push_back(row);
  }
  if (!flags.json) print_lessons(score.missed);
  return score;
}

void print_score(const Score& score, const Flags& flags, std::string_view honest) {
  const std::size_t behind = score.played - score.due;
  fmt::print(flags.json ? stderr : stdout, "{} attacks: {} stopped, {} caught, {} missed; {} of {} {}{}.\n",
             score.played, score.counts[0], score.counts[1], score.counts[2], score.honest, score.due, honest,
             behind > 0 ? fmt::format(", {} not to be judged behind a kept cheat", behind) : "");
}

bool clean(const Score& score) {
  return score.counts[2] == 0 && score.honest == score.due;
}

}  // namespace

Result<int> command_redteam(const Flags& flags) {
  const std::unique_ptr<RedteamCamp> camp = HONE_TRY(RedteamCamp::pitch());
  const auto say = [&flags](const std::string& line) {
    if (!flags.json && !flags.quiet) fmt::print("{}\n", line);
  };
  bool good = true;
  std::size_t played = 0;
  auto own = HONE_TRY(OwnGround::make(flags, *camp));
  if (own && setting(flags, "redteam.on", "both") != "toy") {
    say(fmt::format("Your set-up, in a clone: {}", own->describe()));
    const Score score = HONE_TRY(play_all(*own, flags));
    if (score.played > 0) print_score(score, flags, "harmless patches measured");
    good = clean(score);
    played += score.played;
    say("");
  }
  if (!own || setting(flags, "redteam.on", "both") != "own") {
    say("A toy project with your protection: what fakes a number must know the judge");
    ToyGround toy = HONE_TRY(ToyGround::make(flags, *camp));
    const Score score = HONE_TRY(play_all(toy, flags));
    if (score.played > 0) print_score(score, flags, "honest patches kept");
    good = good && clean(score);
    played += score.played;
  }
  if (played == 0)
    return fail(Reaction::fix_input, fmt::format("--set redteam.only={}: no attack has that name", chosen(flags)));
  return good ? 0 : exit_nothing_better;
}

}  // namespace hone::cli
