// The Repo port on libgit2. What the user has is never written: all object work goes through handles that are opened
// bare, and the only refs written are the run's branch and refs/hone/<run>. No hook runs (libgit2 runs none), nothing
// is signed, no filter touches a byte.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "adapters/git/handle.hpp"
#include "adapters/git/keep.hpp"
#include "adapters/git/mend.hpp"
#include "adapters/git/workspace.hpp"
#include "hone/ports/repo.hpp"

namespace hone::git {

struct RunSetup {
  Place place;
  std::string run;
  CommitId base;
  std::string workspaces;  // absolute folder of this run's own, outside the user's checkout
  std::vector<Carry> carry;
};

class GitRepo final : public Repo {
 public:
  GitRepo(WorkspacePlan plan, double started);

  [[nodiscard]] Result<std::vector<SourceFile>> load(const TreeId&, const std::vector<std::string>& paths) override;
  [[nodiscard]] Result<TreeChange> replace(const TreeId& base, const std::vector<SourceFile>& files) override;
  [[nodiscard]] Result<std::string> diff(const TreeId& before, const TreeId& after, std::size_t most) override;
  [[nodiscard]] Result<CommitId> advance(const Accepted&) override;
  [[nodiscard]] Done checkout(WorkspaceId, const TreeId&) override;
  [[nodiscard]] Result<Disturbance> inspect(WorkspaceId, const TreeId&, Extent) override;
  [[nodiscard]] Done wipe(WorkspaceId) override;
  [[nodiscard]] std::string folder(WorkspaceId) const override;

  // Keeps the base commit alive and clears what a killed process left of its own locks. Once, before anything else.
  [[nodiscard]] Done prepare();
  // After the run: no worktree, no folder and no lock is left, also of earlier sessions.
  [[nodiscard]] Done remove_all();

 private:
  Workspace& workspace(WorkspaceId) const;
  [[nodiscard]] Result<TreeChange> replace_once(git_repository*, const TreeId& base, const std::vector<SourceFile>&);

  const WorkspacePlan plan_;
  const double started_;
  mutable Handles handles_;
  Keeper keeper_;
  Mender mender_;
  std::mutex branch_;  // one advance at a time
  mutable std::mutex mutex_;
  mutable std::map<WorkspaceId, std::unique_ptr<Workspace>> workspaces_;
};

// For a new run after its checks, and for a resumed one.
[[nodiscard]] Result<std::unique_ptr<GitRepo>> open_run(const RunSetup&);

// Everything a run left but its branch: worktrees, folders, refs, state. For `hone clean`.
[[nodiscard]] Done clean_run(const Place&, const std::string& run);
// Only the worktrees: for the start of a resume.
[[nodiscard]] Result<int> sweep(const Place&, const std::string& run);

}  // namespace hone::git
