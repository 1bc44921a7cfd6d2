#include "adapters/git/runs.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "adapters/git/disk.hpp"

namespace hone::git {
namespace {

namespace fs = std::filesystem;

Result<bool> make_private(const std::string& folder) {
  if (::mkdir(folder.c_str(), 0700) != 0) {
    if (errno == EEXIST) return false;
    return disk_failed("making the state folder", folder);
  }
  return true;
}

bool fits(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

}  // namespace

std::string state_folder(const Place& place, const std::string& run) {
  return place.common_folder + "/hone/" + run;
}

bool run_exists(const Place& place, const std::string& run) {
  std::error_code error;
  return fs::is_directory(state_folder(place, run), error);
}

Done make_state_folder(const Place& place, const std::string& run) {
  HONE_TRY_VOID(check_run_name(run));
  HONE_TRY(make_private(place.common_folder + "/hone"));
  if (!HONE_TRY(make_private(state_folder(place, run)))) {
    return fail(Reaction::fix_input,
                fmt::format("a run named {0} exists already; go on with it (hone resume {0}), remove it "
                            "(hone clean {0}) or name this one differently",
                            run));
  }
  return {};
}

Result<std::vector<std::string>> list_runs(const Place& place) {
  std::vector<std::string> runs;
  std::error_code error;
  for (fs::directory_iterator it(place.common_folder + "/hone", error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (it->is_directory(ignored) && check_run_name(it->path().filename().string())) {
      runs.push_back(it->path().filename().string());
    }
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return fail(Reaction::fix_input, fmt::format("listing the runs in {}/hone: {}; look at that folder's permissions",
                                                 place.common_folder, error.message()));
  }
  std::sort(runs.begin(), runs.end());
  return runs;
}

Done remove_state_folder(const Place& place, const std::string& run) {
  HONE_TRY_VOID(check_run_name(run));
  HONE_TRY_VOID(remove_entry(AT_FDCWD, state_folder(place, run).c_str()));
  ::rmdir((place.common_folder + "/hone").c_str());  // only when this was the last run
  return {};
}

Done check_run_name(const std::string& run) {
  const bool fine = !run.empty() && run.size() <= 64 && run[0] != '-' && run[0] != '.' && run.back() != '.' &&
                    !run.ends_with(".lock") && run.find("..") == std::string::npos &&
                    std::all_of(run.begin(), run.end(), fits);
  if (fine) return {};
  return fail(Reaction::fix_input,
              fmt::format("'{}' cannot be the name of a run: use letters, digits, '-', '_' and '.', at "
                          "most 64",
                          run));
}

}  // namespace hone::git
