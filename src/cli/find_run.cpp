#include "cli/find_run.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "adapters/git/runs.hpp"
#include "adapters/journal/writer_lock.hpp"

namespace hone::cli {

Result<git::Place> here(const Flags& flags) {
  return git::open_place(flags.folder.empty() ? "." : flags.folder);
}

Result<FoundRun> find_run(const Flags& flags) {
  git::Place place = HONE_TRY(here(flags));
  if (!flags.run.empty()) {
    if (!git::run_exists(place, flags.run)) {
      return fail(Reaction::fix_input,
                  fmt::format("there is no run '{}' in this repository; `hone runs` lists them", flags.run));
    }
    std::string folder = git::state_folder(place, flags.run);
    return FoundRun{std::move(place), flags.run, std::move(folder)};
  }
  std::string newest;
  UnixTime date{-1};
  for (const std::string& name : HONE_TRY(git::list_runs(place))) {
    auto archive = Archive::open(git::state_folder(place, name));
    if (!archive) continue;
    const auto summary = archive->summary();
    if (summary && summary->date >= date) {
      newest = name;
      date = summary->date;
    }
  }
  if (newest.empty()) return fail(Reaction::fix_input, "there is no run in this repository yet; `hone run` starts one");
  std::string folder = git::state_folder(place, newest);
  return FoundRun{std::move(place), newest, std::move(folder)};
}

bool running(const std::string& folder) {
  return journal::writer_of(folder).has_value();
}

Canvas stdout_canvas(const Flags& flags) {
  Canvas canvas;
  const bool terminal = isatty(STDOUT_FILENO) == 1;
  winsize size{};
  if (terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20) canvas.columns = size.ws_col;
  if (!terminal) canvas.columns = 160;
  const char* term = std::getenv("TERM");
  const char* language = std::getenv("LC_ALL");
  if (!language || !*language) language = std::getenv("LC_CTYPE");
  if (!language || !*language) language = std::getenv("LANG");
  const bool dumb = !term || std::string_view(term) == "dumb";
  canvas.colour = terminal && !dumb && !flags.plain && !std::getenv("NO_COLOR");
  canvas.unicode = language && std::string_view(language).find("UTF-8") != std::string_view::npos;
  return canvas;
}

}  // namespace hone::cli
