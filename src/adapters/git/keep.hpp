// Refs that keep a run's objects alive, also when the user runs `git gc --prune=now` in the night.
//
//   refs/hone/<run>/base            the commit the run started from
//   refs/hone/<run>/tip             the last commit hone made: kept even if the branch is deleted
//   refs/hone/<run>/recent/000-255  the trees of the last candidates; overwritten in turn
//   refs/hone/<run>/batch/000000-   a tree that lists the 256 candidates of one turn
//   refs/hone/<run>/rescue/<id>     a commit that could not go on the branch, because someone else moved it
//
// One small ref is written per candidate, and each 256th time one tree and one ref more: the cost is the same for the
// 10,000th candidate as for the first, and every candidate stays readable until `hone clean`. Rejected: one ref per
// candidate (a folder of 10,000 files, and a packed-refs that every git command of the user then reads); a chain of
// commits (shows up in the user's `git log --all`, and costs one more durable object each time); a chain of trees
// (git refuses trees nested deeper than some thousands). Refs to trees are invisible to `git log --all` and are
// followed by gc, fsck and repack like any other.
#pragma once

#include <mutex>
#include <string>

#include "adapters/git/handle.hpp"

namespace hone::git {

class Keeper {
 public:
  Keeper(std::string run, std::size_t turn = 256) : prefix_("refs/hone/" + std::move(run) + "/"), turn_(turn) {}

  // Thread-safe. Candidates of an earlier session are sealed into a batch first.
  [[nodiscard]] Done keep_candidate(git_repository*, const TreeId&);
  [[nodiscard]] Done keep_base(git_repository*, const CommitId&);
  [[nodiscard]] Done keep_tip(git_repository*, const CommitId&);
  // The ref's name.
  [[nodiscard]] Result<std::string> rescue(git_repository*, const CommitId&);

 private:
  [[nodiscard]] Done seal(git_repository*);
  [[nodiscard]] Done point(git_repository*, const std::string& name, const git_oid&);

  std::string prefix_;
  std::size_t turn_;
  std::mutex mutex_;
  bool sealed_ = false;  // what an earlier session left in recent/
  std::size_t next_ = 0;
};

// Removes every ref of the run and locks on them that a killed process left. Not the branch.
[[nodiscard]] Done remove_refs(git_repository*, const std::string& run);
// Locks under refs/hone/<run>: only hone writes there, and one process at a time, so they are a dead one's.
void remove_stale_locks(const std::string& common_folder, const std::string& run);
// Refs there that a power cut left empty or full of zeros: libgit2 would neither read nor replace them.
void remove_broken_refs(const std::string& common_folder, const std::string& run);

}  // namespace hone::git
