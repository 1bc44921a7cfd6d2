#include "cli/redteam_own.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "adapters/git/revert.hpp"
#include "adapters/git/runs.hpp"
#include "adapters/journal/archive.hpp"
#include "cli/find_base.hpp"
#include "cli/find_run.hpp"
#include "hone/core/base/text.hpp"
#include "hone/core/config/keys.hpp"

namespace hone::cli {
namespace {

constexpr std::size_t most_paths = 100'000;

// What of the project's settings a night of attacks is run with; the rest is the corpus's.
constexpr std::array<std::string_view, 15> passed_on = {"target",      "metric", "measure",  "match",   "match-last",
                                                        "metric-name", "goal",   "build",    "check",   "holdout",
                                                        "guard",       "carry",  "pass-env", "timeout", "sandbox"};

// The judge: a tracked file that the commands name and that is no target; else any that is none.
std::string find_judge(const RunSpec& spec, const git::Base& base, const std::vector<std::string>& paths) {
  const std::string commands = spec.metric.command + "\n" + spec.build + "\n" + spec.check;
  std::string other;
  for (const std::string& path : paths) {
    if (std::find(base.targets.begin(), base.targets.end(), path) != base.targets.end()) continue;
    if (commands.find(path) != std::string::npos) return path;
    if (other.empty() && !path.starts_with('.')) other = path;
  }
  return other;
}

}  // namespace

Result<std::optional<OwnGround>> OwnGround::make(const Flags& flags, RedteamCamp& camp) {
  const auto place = here(flags);
  if (!place) return std::optional<OwnGround>();
  RunSpec spec = HONE_TRY(load_spec(flags, places_of(*place)));
  if (spec.targets.empty() || spec.metric.command.empty()) return std::optional<OwnGround>();
  const git::Base base = HONE_TRY(find_base(*place, spec));
  git::Handles handles(place->common_folder);
  const auto lease = HONE_TRY(handles.lease());
  const std::vector<std::string> paths = HONE_TRY(git::list_paths(lease.get(), base.tree, most_paths));

  OwnGround ground(camp, std::move(spec));
  ground.prefix_ = place->prefix;
  HONE_TRY_VOID(camp.shell(fmt::format("git clone -q --shared -n {} own && cd own && git -c advice.detachedHead=false "
                                       "checkout -q {}",
                                       shell_quote(place->common_folder), base.commit.value),
                           camp.at("")));
  for (const std::string& path : ground.spec_.carry) {
    const std::string name = path.starts_with("copy:") ? path.substr(5) : path;
    const std::string inside = ground.prefix_ + name;
    HONE_TRY_VOID(camp.shell(fmt::format("mkdir -p \"$(dirname {0})\" && cp -a {1} {0}", shell_quote(inside),
                                         shell_quote(place->work_folder + "/" + inside)),
                             camp.at("own")));
  }
  for (const std::string& target : base.targets) {
    std::string text = HONE_TRY(camp.load("own/" + target));
    ground.projects_.push_back({target, std::move(text), find_judge(ground.spec_, base, paths)});
  }
  return std::optional(std::move(ground));
}

std::string OwnGround::describe() const {
  const std::string& first = projects_.front().target;
  return projects_.size() == 1 ? first : fmt::format("{} and {} more", first, projects_.size() - 1);
}

std::vector<Attack> OwnGround::attacks() const {
  const std::vector<Attack> corpus = builtin_attacks(camp_->places(camp_->at("own")));
  std::vector<Attack> all;
  for (const OwnProject& project : projects_) {
    for (Attack& attack : fit_attacks(corpus, project, &project == &projects_.front())) {
      if (projects_.size() > 1) attack.summary += ", in " + project.target;
      all.push_back(std::move(attack));
    }
  }
  return all;
}

std::vector<std::string> OwnGround::first_words() const {
  std::vector<std::string> words = {"run"};
  for (const std::string_view name : passed_on) {
    const Key& key = *find_key(name);
    for (const std::string& value : key.get(spec_)) {
      if (!key.value.empty()) words.insert(words.end(), {fmt::format("--{}", name), value});
      if (key.value.empty() && value == "true") words.push_back(fmt::format("--{}", name));
    }
  }
  const auto add = [&words](std::initializer_list<std::string> more) { words.insert(words.end(), more); };
  add({"--config", camp_->at("config.toml"), "--budget", "24h", "--anyway"});
  for (const auto& [name, value] : spec_.extra) {
    if (name.starts_with("sandbox.") || name.starts_with("guard.")) add({"--set", name + "=" + value});
  }
  add({"--backend", fmt::format("command:cat {}/$HONE_EXPERIMENT", camp_->at("replies")), "--repair", "0",
       "--proposers", "1", "--final-pairs", "0", "--plain"});
  return words;
}

Result<Record> OwnGround::propose(const std::string& reply, std::string& output) {
  const bool first = experiment_ == 0;
  if (first) ++run_;
  ++experiment_;
  const std::string name = fmt::format("own-{}", run_);
  HONE_TRY_VOID(camp_->store(fmt::format("replies/{}", experiment_), reply));
  std::vector<std::string> words = {"-C", camp_->at("own/" + prefix_)};
  const std::vector<std::string> more = first ? first_words() : std::vector<std::string>{"resume", name, "--plain"};
  words.insert(words.end(), more.begin(), more.end());
  if (first) words.insert(words.end(), {"--name", name});
  words.insert(words.end(), {"--max-experiments", fmt::format("{}", experiment_)});
  HONE_TRY_VOID(camp_->hone(std::move(words)));
  const git::Place place = HONE_TRY(git::open_place(camp_->at("own")));
  Archive archive = HONE_TRY(Archive::open(git::state_folder(place, name)));
  const std::vector<Record> records =
      HONE_TRY(archive.records(ExperimentId{static_cast<std::uint64_t>(experiment_)}, 1));
  if (records.empty()) return fail(Reaction::stop_run, "the run made no experiment of the attack; see `hone doctor`");
  if (!records[0].output.value.empty()) output = HONE_TRY(archive.text(records[0].output));
  return records[0];
}

Result<RedteamRow> OwnGround::play(const Attack& attack) {
  std::string output;
  const Record record = HONE_TRY(propose(attack.reply, output));
  RedteamRow row = row_of(attack, &record, camp_->damage());
  if (output.find(got_through) != std::string::npos) {
    row.defence = Defence::missed;
    row.note = "it got through";
  }
  if (row.outcome == Outcome::build_failed && !attack.payload.empty()) row.note = "not tried: it does not build here";
  if (row.outcome == Outcome::kept) experiment_ = 0;  // the cheat is the champion: the next one meets an honest one
  const auto same = [&attack](const OwnProject& project) { return project.target == attack.target; };
  return honest_behind(std::move(row), *std::find_if(projects_.begin(), projects_.end(), same));
}

Result<RedteamRow> OwnGround::honest_behind(RedteamRow row, const OwnProject& project) {
  const std::string harmless = harmless_reply(project, ++patches_);
  if (harmless.empty()) {
    row.honest_kept = true;
    return row;
  }
  std::string ignored;
  const Record honest = HONE_TRY(propose(harmless, ignored));
  row.honest_kept = honest.sample_count > 0 && honest.outcome != Outcome::crashed && honest.outcome != Outcome::suspect;
  if (!row.honest_kept) {
    row.note = fmt::format("the harmless patch: {}: {}", render_outcome(honest.outcome.value_or(Outcome::abandoned)),
                           honest.reason);
  }
  if (honest.outcome == Outcome::kept) experiment_ = 0;
  return row;
}

}  // namespace hone::cli
