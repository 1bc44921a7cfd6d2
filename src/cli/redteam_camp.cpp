#include "cli/redteam_camp.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "adapters/os/process.hpp"
#include "hone/core/base/text.hpp"

extern char** environ;

namespace hone::cli {
namespace {

constexpr std::string_view untouched = "untouched\n";

ProcessLimits patient() {
  ProcessLimits limits;
  limits.wall = Seconds{3600};
  return limits;
}

}  // namespace

Result<std::unique_ptr<RedteamCamp>> RedteamCamp::pitch() {
  char name[] = "/tmp/hone-redteam-XXXXXX";
  if (::mkdtemp(name) == nullptr)
    return fail(Reaction::stop_run, "tried to make a folder in /tmp and failed; make room there");
  std::unique_ptr<RedteamCamp> camp(new RedteamCamp(name));
  // "left-": the camp itself is called hone-redteam-XXXXXX.
  camp->traces_ = executors::traces_of("left-" + std::string(name).substr(std::strlen(name) - 6));
  camp->process_ = HONE_TRY(os::make_process());
  for (const char* folder : {"camp", "replies", "repository", "cache"})
    HONE_TRY_VOID(camp->files_.make_folder(camp->at(folder)));
  HONE_TRY_VOID(camp->store("camp/secret", "a secret\n"));
  HONE_TRY_VOID(camp->store("camp/canary", untouched));
  HONE_TRY_VOID(camp->store("config.toml", ""));
  camp->listeners_ = std::make_unique<executors::Listeners>(HONE_TRY(executors::Listeners::open(camp->at("camp"))));
  return camp;
}

RedteamCamp::~RedteamCamp() {
  listeners_.reset();
  const Done removed = files_.remove_tree(folder_);
  if (!removed) fmt::print(stderr, "hone: {}\n", removed.error().message);
}

AttackPlaces RedteamCamp::places(const std::string& repository) const {
  return {at("camp"), repository, traces_.mark, traces_.number, traces_.port};
}

Done RedteamCamp::store(std::string_view name, std::string_view text) {
  return files_.store(at(name), text);
}

Result<std::string> RedteamCamp::load(std::string_view name) {
  return files_.load(at(name), Bytes{16LL << 20});
}

Done RedteamCamp::hone(std::vector<std::string> words) {
  std::error_code ignored;
  words.insert(words.begin(), std::filesystem::read_symlink("/proc/self/exe", ignored).string());
  Command started{std::move(words), folder_, {}, ""};
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (const auto equals = text.find('='); equals != std::string_view::npos) {
      started.environment[std::string(text.substr(0, equals))] = text.substr(equals + 1);
    }
  }
  started.environment["XDG_CACHE_HOME"] = at("cache");
  started.environment["HONE_REDTEAM_KEY"] = "a key that no command may see";
  const ProcessReport report = HONE_TRY(process_->run(started, patient(), stop_));
  if (report.exit == ExitKind::exited && report.exit_code < 2) return {};
  return fail(Reaction::stop_run, fmt::format("tried to play an attack: {}", trim(report.error_output)));
}

Done RedteamCamp::shell(const std::string& script, const std::string& folder) {
  const Command command{
      {"/bin/sh", "-c", script}, folder, {{"PATH", "/usr/local/bin:/usr/bin:/bin"}, {"HOME", folder_}}, ""};
  const ProcessReport report = HONE_TRY(process_->run(command, patient(), stop_));
  if (succeeded(report)) return {};
  return fail(Reaction::stop_run,
              fmt::format("tried to lay out a repository in {}: {}", folder, trim(report.error_output)));
}

std::string RedteamCamp::damage() {
  std::string found;
  const auto canary = load("camp/canary");
  if (!canary || *canary != untouched) found = "changed a file outside";
  if (const Done stored = store("camp/canary", untouched); !stored) found = stored.error().message;
  if (const std::string used = listeners_->used(); !used.empty()) found = used;
  if (const std::string left = executors::remove_traces(traces_); !left.empty())
    found = "left " + left + " for the next run";
  return found;
}

RedteamRow row_of(const Attack& attack, const Record* record, const std::string& damage) {
  RedteamRow row{attack, Outcome::abandoned, Defence::missed, false, ""};
  if (record != nullptr && record->outcome) {
    row.outcome = *record->outcome;
    row.defence = defence_of(row.outcome);
    row.note = record->reason;
  }
  if (!damage.empty()) {
    row.defence = Defence::missed;
    row.note = damage;
  }
  return row;
}

}  // namespace hone::cli
