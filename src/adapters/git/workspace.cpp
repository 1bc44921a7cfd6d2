#include "adapters/git/workspace.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

namespace hone::git {
namespace {

namespace fs = std::filesystem;

Done make_folder(const std::string& path, mode_t mode) {
  if (::mkdir(path.c_str(), mode) == 0 || errno == EEXIST) return {};
  return disk_failed("making folder", path);
}

Done make_parents(const std::string& path) {
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    const std::string above = path.substr(0, slash);
    std::error_code ignored;
    if (!fs::exists(above, ignored)) HONE_TRY_VOID(make_folder(above, 0700));
  }
  return make_folder(path, 0700);
}

// ".git" goes last: a folder that still has it can be recognised as ours by the next sweep.
Done remove_worktree(const std::string& folder, const std::string& entry) {
  if (const Descriptor root = open_folder(folder); root.open()) {
    ::fchmod(root.get(), 0700);
    HONE_TRY_VOID(empty_workspace(root.get()));
    HONE_TRY_VOID(remove_entry(root.get(), ".git"));
  }
  if (::rmdir(folder.c_str()) != 0 && errno != ENOENT && errno != ENOTDIR)
    return disk_failed("removing folder", folder);
  HONE_TRY_VOID(remove_entry(AT_FDCWD, entry.c_str()));
  ::rmdir(fs::path(entry).parent_path().c_str());  // worktrees/, when it was the last
  return {};
}

bool is_empty_folder(const std::string& folder) {
  const Descriptor root = open_folder(folder);
  if (!root.open()) return false;
  const auto names = names_in(root.get());
  return names && names->empty();
}

// The entry names the folder; the folder's .git must name the entry. After a power cut it may be empty or zeros, and in
// a repository that was moved it names the entry's old place, where there is nothing any more.
bool is_ours(const std::string& folder, const std::string& entry) {
  const auto link = load_line(folder + "/.git");
  if (!link) return is_empty_folder(folder);
  if (link->find_first_not_of('\0') == std::string::npos) return true;
  static constexpr std::string_view word = "gitdir: ";
  if (!link->starts_with(word)) return false;
  const fs::path named = link->substr(word.size()), own = entry;
  std::error_code ignored;
  return named == own || (named.filename() == own.filename() && named.parent_path().filename() == "worktrees" &&
                          !fs::exists(named, ignored));
}

std::string folder_of_entry(const std::string& entry) {
  std::string folder = load_line(entry + "/gitdir").value_or("");
  if (folder.ends_with("/.git")) folder.resize(folder.size() - 5);
  return folder;
}

}  // namespace

std::string worktree_name(const std::string& run, WorkspaceId id) {
  return fmt::format("hone-{}-w{:02}", run, id.value);
}

Workspace::Workspace(const WorkspacePlan& plan, WorkspaceId id)
    : plan_(plan),
      folder_(fmt::format("{}/w{:02}", plan.root, id.value)),
      entry_(plan.place.common_folder + "/worktrees/" + worktree_name(plan.run, id)) {
  for (const Carry& carry : plan.carry) carried_.insert(carry.path);
}

Done Workspace::checkout(git_repository* repository, const TreeId& tree) {
  const std::lock_guard lock(mutex_);
  const Descriptor root = HONE_TRY(open_or_create(repository));
  const Workbench bench{repository, root.get(), known_, carried_};
  const std::optional<TreeId> from = std::exchange(held_, std::nullopt);  // half-way states are not known
  bool intact = from.has_value();
  if (intact) intact = HONE_TRY(move_checkout(bench, *from, tree));
  if (!from) {
    HONE_TRY_VOID(verify_checkout(bench, tree, Leftovers::remove));
  } else if (!intact || known_.size() <= check_all_below) {
    HONE_TRY_VOID(verify_checkout(bench, tree, intact ? Leftovers::keep : Leftovers::remove));
  }
  HONE_TRY_VOID(place_carries(root.get()));
  held_ = tree;
  return {};
}

Result<Disturbance> Workspace::inspect(git_repository* repository, const TreeId& tree, bool everything) {
  const std::lock_guard lock(mutex_);
  Disturbance found;
  if (!held_) return found;  // wiped, or never filled: the next checkout looks at every file
  const Descriptor root = HONE_TRY(open_or_create(repository));
  if (!held_ || *held_ != tree) {  // the folder itself had been put aside
    found.changed.emplace_back(".");
    return found;
  }
  if (!everything && known_.size() > check_all_below) return found;
  HONE_TRY_VOID(verify_checkout({repository, root.get(), known_, carried_, &found}, tree, Leftovers::list));
  return found;
}

Result<Descriptor> Workspace::open_or_create(git_repository* repository) {
  const std::string link = "gitdir: " + entry_;
  Descriptor root = open_folder(folder_);
  // A shortage of ours must not look as if the command had put the folder aside.
  if (!root.open() && errno != ENOENT && errno != ENOTDIR && errno != ELOOP && errno != EACCES)
    return disk_failed("opening the workspace", folder_);
  struct stat found {};
  const bool same =
      root.open() && ::fstat(root.get(), &found) == 0 && found.st_ino == inode_ && found.st_dev == device_;
  if (same && load_line(folder_ + "/.git") == link) return root;
  if (same) {  // a command replaced .git
    HONE_TRY_VOID(remove_entry(root.get(), ".git"));
    HONE_TRY_VOID(write_file(root.get(), ".git", link + "\n", false));
    return root;
  }
  forget();
  HONE_TRY_VOID(create(repository));
  root = open_folder(folder_);
  if (!root.open() || ::fstat(root.get(), &found) != 0) return disk_failed("opening the workspace", folder_);
  inode_ = found.st_ino;
  device_ = found.st_dev;
  return root;
}

// The entry comes first and names the folder, so a sweep after a crash finds both.
Done Workspace::create(git_repository* repository) {
  HONE_TRY_VOID(make_parents(plan_.root));
  std::error_code ignored;
  // A command that is not in the sandbox moved it away and left a link: that points where we may not write.
  if (fs::is_symlink(fs::symlink_status(folder_, ignored))) HONE_TRY_VOID(remove_entry(AT_FDCWD, folder_.c_str()));
  if (fs::exists(fs::symlink_status(folder_, ignored)) && !is_ours(folder_, entry_)) {
    return fail(Reaction::fix_input,
                fmt::format("the workspace folder {} exists already and is not hone's; move it away", folder_));
  }
  // Its folder of an earlier session, when the repository was moved since or the cache is elsewhere.
  if (const std::string old = folder_of_entry(entry_); !old.empty() && old != folder_ && is_ours(old, entry_)) {
    HONE_TRY_VOID(remove_worktree(old, entry_));
    const std::string root = fs::path(old).parent_path().string();
    for (const char* left : {"/scratch", "/agents"}) HONE_TRY_VOID(remove_entry(AT_FDCWD, (root + left).c_str()));
    ::rmdir(root.c_str());
  }
  const bool anew = !fs::exists(folder_ + "/.git", ignored) || !fs::exists(entry_ + "/index", ignored);
  HONE_TRY_VOID(write_entry());
  HONE_TRY_VOID(make_folder(folder_, 0755));
  const Descriptor root = open_folder(folder_);
  if (!root.open()) return disk_failed("opening the workspace", folder_);
  if (load_line(folder_ + "/.git") != "gitdir: " + entry_)
    HONE_TRY_VOID(write_file(root.get(), ".git", "gitdir: " + entry_ + "\n", false));
  const Workbench bench{repository, root.get(), known_, carried_};
  HONE_TRY_VOID(verify_checkout(bench, plan_.base_tree, Leftovers::remove));
  if (anew) HONE_TRY_VOID(write_index(bench, plan_.base_tree, entry_ + "/index"));
  held_ = plan_.base_tree;
  return place_carries(root.get());
}

Done Workspace::write_entry() {
  HONE_TRY_VOID(make_folder(plan_.place.common_folder + "/worktrees", 0755));
  HONE_TRY_VOID(make_folder(entry_, 0755));
  HONE_TRY_VOID(store_line(entry_ + "/gitdir", folder_ + "/.git"));
  HONE_TRY_VOID(store_line(entry_ + "/locked", fmt::format("hone is running {}; `hone clean` removes it", plan_.run)));
  HONE_TRY_VOID(store_line(entry_ + "/commondir", "../.."));
  return store_line(entry_ + "/HEAD", plan_.base.value);
}

Done Workspace::place_carries(int root) {
  for (const Carry& carry : plan_.carry) {
    if (carry_in_place(root, plan_.place.work_folder, carry)) continue;
    HONE_TRY_VOID(place_carry(root, folder_, plan_.place.work_folder, carry));
  }
  return {};
}

void Workspace::forget() {
  held_.reset();
  known_.clear();
  inode_ = 0;
  device_ = 0;
}

Done Workspace::wipe() {
  const std::lock_guard lock(mutex_);
  held_.reset();
  known_.clear();
  const Descriptor root = open_folder(folder_);
  if (!root.open()) return {};  // the next checkout makes it
  ::fchmod(root.get(), 0755);
  return empty_workspace(root.get());
}

Done Workspace::remove() {
  const std::lock_guard lock(mutex_);
  forget();
  return remove_worktree(folder_, entry_);
}

Result<int> sweep_workspaces(const std::string& common_folder, const std::string& run) {
  const std::string prefix = "hone-" + run + "-w";
  std::vector<std::string> entries;
  std::error_code error;
  for (fs::directory_iterator it(common_folder + "/worktrees", error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    const bool ours =
        name.starts_with(prefix) && name.find_first_not_of("0123456789", prefix.size()) == std::string::npos;
    if (ours) entries.push_back(it->path().string());
  }
  for (const std::string& entry : entries) {
    const std::string folder = folder_of_entry(entry);
    if (!folder.empty() && is_ours(folder, entry)) {
      HONE_TRY_VOID(remove_worktree(folder, entry));
      ::rmdir(fs::path(folder).parent_path().c_str());  // the run's root, when it was the last
    } else {
      HONE_TRY_VOID(remove_worktree("", entry));  // its folder was moved or is someone else's now
    }
  }
  return static_cast<int>(entries.size());
}

}  // namespace hone::git
