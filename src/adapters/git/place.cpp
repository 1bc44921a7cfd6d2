#include "adapters/git/place.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <vector>

#include "adapters/git/handle.hpp"
#include "hone/core/base/text.hpp"

namespace hone::git {
namespace {

namespace fs = std::filesystem;

std::string folder_of(const char* path) {
  std::string folder = path == nullptr ? "" : path;
  while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
  return folder;
}

tl::unexpected<Error> refuse_to_open(int code, const std::string& start) {
  const std::string words = last_words();
  const auto no = [](std::string text) { return fail(Reaction::fix_input, std::move(text)); };
  // 1.5.1 gives GIT_ENOTFOUND and speaks of safe.directory when that is not set at all.
  if (code == GIT_EOWNER || words.find("safe.directory") != std::string::npos) {
    return no(
        fmt::format("the repository around {} belongs to another user, and git does not trust it; run hone as its "
                    "owner, or trust it with `git config --global --add safe.directory FOLDER`",
                    start));
  }
  if (words.find("objectformat") != std::string::npos) {
    return no(
        fmt::format("the repository around {} uses SHA-256 object names, which libgit2 cannot read; clone it into "
                    "a SHA-1 repository and run hone there",
                    start));
  }
  if (words.find("unsupported extension") != std::string::npos) {
    return no(
        fmt::format("the repository around {} uses a git extension that libgit2 cannot read ({}); clone it "
                    "without that extension and run hone there",
                    start, words));
  }
  if (code == GIT_ENOTFOUND) {
    return no(
        fmt::format("{} is not inside a git repository; hone starts from a commit: change to your project, or run "
                    "`git init` and commit your files first",
                    start));
  }
  return no(
      fmt::format("opening the git repository around {} failed: {}; does `git status` work there?", start, words));
}

// core.bare may have been moved to config.worktree, which libgit2 1.5 does not read.
bool bare_by_worktree_config(const std::string& git_folder) {
  git_config* raw = nullptr;
  if (git_config_open_ondisk(&raw, (git_folder + "/config.worktree").c_str()) != 0) return false;
  const Config config(raw);
  int bare = 0;
  return git_config_get_bool(&bare, raw, "core.bare") == 0 && bare != 0;
}

std::string prefix_of(const std::string& start, const std::string& work_folder) {
  std::error_code error;
  const std::string real_start = fs::canonical(start, error).string();
  const std::string real_root = fs::canonical(work_folder, error).string();
  if (error || !real_start.starts_with(real_root + "/")) return "";
  return real_start.substr(real_root.size() + 1) + "/";
}

}  // namespace

Result<Place> open_place(const std::string& start) {
  const Library library;
  std::error_code error;
  if (!fs::is_directory(start, error)) {
    return fail(Reaction::fix_input, fmt::format("{} is not a folder; give one inside a git repository", start));
  }
  git_repository* raw = nullptr;
  if (const int rc = git_repository_open_ext(&raw, start.c_str(), 0, nullptr); rc != 0) {
    return refuse_to_open(rc, start);
  }
  const Repository repository(raw);
  Place place;
  place.git_folder = folder_of(git_repository_path(raw));
  place.common_folder = folder_of(git_repository_commondir(raw));
  place.linked = git_repository_is_worktree(raw) == 1;
  place.bare = git_repository_is_bare(raw) == 1 || (!place.linked && bare_by_worktree_config(place.common_folder));
  place.shallow = git_repository_is_shallow(raw) == 1;
  if (!place.bare) place.work_folder = folder_of(git_repository_workdir(raw));
  if (!place.bare) place.prefix = prefix_of(start, place.work_folder);
  return place;
}

Result<std::string> rooted(const Place& place, std::string_view typed) {
  const auto outside = [&] {
    return fail(Reaction::fix_input, fmt::format("'{}' is not inside the repository; name files of the repository that "
                                                 "hone was started in",
                                                 typed));
  };
  std::string full(typed);
  if (full.starts_with('/')) {
    if (place.bare || !full.starts_with(place.work_folder + "/")) return outside();
    full = full.substr(place.work_folder.size() + 1);
  } else {
    full = place.prefix + full;
  }
  std::vector<std::string_view> parts;
  for (const std::string_view part : split(full, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(part);
    } else if (parts.empty()) {
      return outside();
    } else {
      parts.pop_back();
    }
  }
  if (parts.empty())
    return fail(Reaction::fix_input, fmt::format("'{}' names the whole repository, not a file", typed));
  return fmt::format("{}", fmt::join(parts, "/"));
}

}  // namespace hone::git
