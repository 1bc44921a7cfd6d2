// The branch of a run. It comes into being with the first accepted commit and moves only forward, by
// compare-and-swap. Before the first keep a missing branch is normal; after it, it means that someone deleted it.
#pragma once

#include <string>

#include "adapters/git/handle.hpp"
#include "adapters/git/keep.hpp"
#include "hone/core/run/accepted.hpp"

namespace hone::git {

// Where the branch is; "" = there is none.
[[nodiscard]] Result<std::string> tip_of(git_repository*, const std::string& branch);
// A ref file that a power cut left empty or full of zeros names nothing: `known`, the journal's champion, is put there.
// True: it did.
[[nodiscard]] Result<bool> mend_branch_file(const std::string& common_folder, const std::string& branch,
                                            const CommitId& known);
// Refuses a name that could not become a branch when the first keep comes: invalid, taken, or in the way of another
// ("hone" next to "hone/x"). For a new run.
[[nodiscard]] Done check_new_branch(git_repository*, const std::string& branch);
// Refuses a branch that some checkout is on: moving it would make that checkout look modified. For a resumed run.
[[nodiscard]] Done check_free_branch(git_repository*, const std::string& branch);

// Where a branch is in use: the folder of the checkout, "" = nowhere. Reads HEAD of the main and every linked
// worktree, and the branch that a rebase in progress there will come back to.
[[nodiscard]] std::string user_of_branch(git_repository*, const std::string& branch);

struct Advance {
  const CommitDraft& draft;
  CommitId base;   // of the run: with it as parent the branch may be missing
  double started;  // when this process opened the run, seconds since 1970: an older lock of ours is stale
};

// Author and committer are "hone <hone@localhost>", +0000, at the draft's date: not the user's name, because it can
// change between a crash and the redo, and the redo must give the same id. One parent, exactly. Never signed.
[[nodiscard]] Result<CommitId> make_commit(git_repository*, const CommitDraft&);
// Makes the commit, keeps it by the run's tip ref, then moves the branch. Doing it twice succeeds with the same id.
[[nodiscard]] Result<CommitId> advance_branch(git_repository*, Keeper&, const Advance&);

}  // namespace hone::git
