// init: look at the committed files, guess, ask when someone is there, write hone.toml.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "adapters/git/base.hpp"
#include "cli/commands.hpp"
#include "cli/config_load.hpp"
#include "cli/find_base.hpp"
#include "cli/find_run.hpp"
#include "cli/open_repo.hpp"
#include "hone/core/base/text.hpp"
#include "hone/core/config/init.hpp"
#include "hone/core/config/keys.hpp"

namespace hone::cli {
namespace {

constexpr std::size_t most_files = 400;      // that are looked into
constexpr std::size_t most_bytes = 400'000;  // of one file

Result<std::vector<TrackedFile>> look_around(const git::Place& place) {
  const git::Base base = HONE_TRY(git::inspect(place, {{place.prefix + "**"}, {}, "HEAD"}));
  std::vector<std::string> paths = base.targets;
  std::stable_sort(paths.begin(), paths.end(), [&](const std::string& a, const std::string& b) {
    return worth_reading(a.substr(place.prefix.size())) > worth_reading(b.substr(place.prefix.size()));
  });
  std::vector<std::string> read;
  for (const std::string& path : paths) {
    if (read.size() < most_files && worth_reading(path.substr(place.prefix.size())) > 0) read.push_back(path);
  }
  std::vector<TrackedFile> files;
  for (SourceFile& file : HONE_TRY(load_from(place, base.tree, read))) {
    if (file.text.size() > most_bytes) file.text.clear();
    files.push_back({file.path.substr(place.prefix.size()), std::move(file.text)});
  }
  for (const std::string& path : base.targets) {
    if (std::find(read.begin(), read.end(), path) == read.end())
      files.push_back({path.substr(place.prefix.size()), ""});
  }
  std::sort(files.begin(), files.end(), [](const TrackedFile& a, const TrackedFile& b) { return a.path < b.path; });
  return files;
}

// An empty answer takes the guess, "-" takes none. False: the input has ended.
bool ask(Guess& guess, const std::string& key, std::string_view question) {
  std::string shown;
  for (const std::string& value : guess.values[key]) shown += (shown.empty() ? "" : " ") + value;
  fmt::print(stderr, "{} [{}]: ", question, shown);
  std::string line;
  if (!std::getline(std::cin, line)) return false;
  const std::string answer(trim(line));
  if (answer.empty()) return true;
  guess.reasons.erase(key);
  guess.values[key].clear();
  if (answer == "-") return true;
  if (key != "target") {
    guess.values[key] = {answer};
    return true;
  }
  for (const std::string_view word : split(answer, ' ')) {
    if (!trim(word).empty()) guess.values[key].emplace_back(trim(word));
  }
  return true;
}

void ask_all(Guess& guess) {
  constexpr std::array<std::pair<const char*, std::string_view>, 6> questions = {
      {{"target", "Which files may a patch change?"},
       {"build", "How is it built? (- for not at all)"},
       {"check", "Which command must succeed before anything is timed? (- for none)"},
       {"metric", "Which command measures?"},
       {"measure", "Is the score printed (stdout), or wall, cpu, instructions, peak-memory?"},
       {"goal", "Which way is better, min or max?"}}};
  if (guess.one("goal").empty()) guess.values["goal"] = {"min"};
  if (guess.one("measure").empty()) guess.values["measure"] = {"stdout"};
  for (const auto& [key, question] : questions) {
    if (!ask(guess, key, question)) break;
  }
  guess.doubts.clear();  // someone has looked
}

void drop_empty(Guess& guess) {
  std::erase_if(guess.values, [](const auto& entry) { return entry.second.empty(); });
}

Done store(const std::string& path, const std::string& text, bool force) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::file_status there = fs::symlink_status(path, error);
  if (fs::exists(there) && !force) {
    return fail(Reaction::fix_input, fmt::format("{} exists; --force overwrites it, -o FILE writes another", path));
  }
  if (fs::exists(there) && !fs::is_regular_file(there)) {
    return fail(Reaction::fix_input, fmt::format("{} is not a regular file; -o FILE writes another", path));
  }
  const std::string part = path + ".part";
  std::ofstream out(part, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (!out || std::rename(part.c_str(), path.c_str()) != 0) {
    std::remove(part.c_str());
    return fail(Reaction::fix_input, fmt::format("{} cannot be written; name another file with -o", path));
  }
  return {};
}

}  // namespace

Result<int> command_init(const Flags& flags) {
  const git::Place place = HONE_TRY(here(flags));
  if (place.bare && flags.output.empty()) {
    return fail(Reaction::fix_input,
                "this repository is bare, it has no folder for hone.toml; name a file with -o and give it to `hone run "
                "--config`");
  }
  const std::string path = flags.output.empty() ? places_of(place).project + "hone.toml" : flags.output;
  std::error_code error;
  if (!flags.force && std::filesystem::exists(path, error)) {  // before anybody is asked anything
    return fail(Reaction::fix_input, fmt::format("{} exists; --force overwrites it, -o FILE writes another", path));
  }
  Guess guess = guess_settings(HONE_TRY(look_around(place)));
  if (isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1) ask_all(guess);
  drop_empty(guess);
  RunSpec spec;
  for (const auto& [key, values] : guess.values) {
    for (const std::string& value : values) HONE_TRY_VOID(set_key(spec, key, value));
  }
  HONE_TRY_VOID(store(path, render_settings(guess), flags.force));
  fmt::print("{}\n", path);
  for (const auto& [key, values] : guess.values) fmt::print(stderr, "  {:<12} {}\n", key, fmt::join(values, " "));
  for (const std::string& doubt : guess.doubts) fmt::print(stderr, "look at this: {}.\n", doubt);
  const Done complete = check_spec(spec);
  fmt::print(stderr, "{}\n",
             complete ? "Edit what is wrong, then `hone run`." : "Not complete yet: " + complete.error().message);
  return 0;
}

}  // namespace hone::cli
