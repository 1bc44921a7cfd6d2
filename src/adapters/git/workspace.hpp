// One workspace: a linked git worktree of the user's repository, outside the user's tree, reused for every candidate
// of its slot.
//
//   <common git folder>/worktrees/hone-<run>-w00/   HEAD (detached at the base commit), commondir, gitdir, locked,
//   index <root>/w00/                                     the files; .git is a file that names the folder above
//
// The entry is written by hand in git's documented layout (gitrepository-layout(5)): libgit2 1.5 can only add a
// worktree together with a branch of that name. HEAD and index stay at the base commit for the whole run and the
// candidate is a modification of the work tree, so an experiment costs its changed files, not an index of 50,000
// entries; `git status` in there shows the candidate's edit.
//
// What a workspace holds is known only to the process that put it there. After a restart every file is compared with
// the tree again: no marker on disk could tell what a killed command wrote there.
#pragma once

#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "adapters/git/carry.hpp"
#include "adapters/git/checkout.hpp"
#include "adapters/git/place.hpp"

namespace hone::git {

struct WorkspacePlan {
  Place place;
  std::string run;
  CommitId base;
  TreeId base_tree;
  std::string root;  // absolute; made with mode 0700 when first needed
  std::vector<Carry> carry;
};

class Workspace {
 public:
  Workspace(const WorkspacePlan& plan, WorkspaceId id);

  [[nodiscard]] const std::string& folder() const { return folder_; }
  // In a tree of at most `check_all_below` files every file is also compared by its times, so that a command that
  // wrote to tracked files spoils nothing but itself. In larger ones that would cost more than the experiment: there
  // a clean checkout (wipe) before a keep is what catches it.
  [[nodiscard]] Done checkout(git_repository*, const TreeId&);
  // See Repo. `everything`: also above check_all_below.
  [[nodiscard]] Result<Disturbance> inspect(git_repository*, const TreeId&, bool everything);
  [[nodiscard]] Done wipe();
  [[nodiscard]] Done remove();

  static constexpr std::size_t check_all_below = 2000;

 private:
  [[nodiscard]] Result<Descriptor> open_or_create(git_repository*);
  [[nodiscard]] Done create(git_repository*);
  [[nodiscard]] Done write_entry();
  [[nodiscard]] Done place_carries(int root);
  void forget();

  const WorkspacePlan& plan_;
  std::string folder_;
  std::string entry_;
  std::set<std::string> carried_;
  std::mutex mutex_;
  std::optional<TreeId> held_;  // empty = not known
  Fingerprints known_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

[[nodiscard]] std::string worktree_name(const std::string& run, WorkspaceId);
// Removes the workspaces that a dead process of this run left, wherever they were. Returns how many.
[[nodiscard]] Result<int> sweep_workspaces(const std::string& common_folder, const std::string& run);

}  // namespace hone::git
