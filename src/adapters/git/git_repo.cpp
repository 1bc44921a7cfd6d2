#include "adapters/git/git_repo.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>

#include "adapters/git/branch.hpp"
#include "adapters/git/objects.hpp"
#include "adapters/git/runs.hpp"

namespace hone::git {
namespace {

constexpr int gc_tries = 3;  // of what a `git gc --prune=now` in mid-night can spoil

double unix_now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

Result<TreeId> tree_of(git_repository* repository, const CommitId& id) {
  const git_oid oid = HONE_TRY(parse_oid(id.value));
  git_commit* raw = nullptr;
  if (git_commit_lookup(&raw, repository, &oid) != 0) return failed(fmt::format("reading commit {}", id.value));
  const Commit commit(raw);
  return TreeId{hex(*git_commit_tree_id(raw))};
}

}  // namespace

GitRepo::GitRepo(WorkspacePlan plan, double started)
    : plan_(std::move(plan)),
      started_(started),
      handles_(plan_.place.common_folder),
      keeper_(plan_.run),
      mender_(plan_.place.common_folder) {}

Done GitRepo::prepare() {
  remove_stale_locks(plan_.place.common_folder, plan_.run);
  remove_broken_refs(plan_.place.common_folder, plan_.run);
  const auto lease = HONE_TRY(handles_.lease());
  return keeper_.keep_base(lease.get(), plan_.base);
}

Result<std::vector<SourceFile>> GitRepo::load(const TreeId& tree, const std::vector<std::string>& paths) {
  const auto lease = HONE_TRY(handles_.lease());
  return load_files(lease.get(), tree, paths);
}

Result<TreeChange> GitRepo::replace(const TreeId& base, const std::vector<SourceFile>& files) {
  const auto lease = HONE_TRY(handles_.lease());
  HONE_TRY_VOID(mender_.mend_commit(lease.get()));
  // A `git gc` of a person may take the folder from under a new object, or the object before its ref is there.
  Result<TreeChange> change = replace_once(lease.get(), base, files);
  for (int tries = 1; !change && tries < gc_tries; ++tries) change = replace_once(lease.get(), base, files);
  return change;
}

Result<TreeChange> GitRepo::replace_once(git_repository* repository, const TreeId& base,
                                         const std::vector<SourceFile>& files) {
  TreeChange change = HONE_TRY(replace_files(repository, base, files));
  if (change.tree == base) return change;
  HONE_TRY_VOID(keeper_.keep_candidate(repository, change.tree));
  mender_.remember(base, change.tree, files);
  return change;
}

Result<std::string> GitRepo::diff(const TreeId& before, const TreeId& after, std::size_t most) {
  const auto lease = HONE_TRY(handles_.lease());
  return diff_text(lease.get(), before, after, most);
}

Result<CommitId> GitRepo::advance(const Accepted& accepted) {
  const auto lease = HONE_TRY(handles_.lease());
  const std::lock_guard lock(branch_);
  for (int tries = 1;; ++tries) {
    HONE_TRY_VOID(mender_.mend_commit(lease.get()));
    HONE_TRY_VOID(mender_.mend(lease.get(), accepted.draft().tree));
    Result<CommitId> commit = advance_branch(lease.get(), keeper_, {accepted.draft(), plan_.base, started_});
    if (commit) mender_.remember(accepted.draft(), *commit);
    const bool final = commit || commit.error().message.starts_with("ref_moved");
    if (final || tries == gc_tries) return commit;
  }
}

Done GitRepo::checkout(WorkspaceId id, const TreeId& tree) {
  const auto lease = HONE_TRY(handles_.lease());
  if (Done done = workspace(id).checkout(lease.get(), tree)) return done;
  HONE_TRY_VOID(mender_.mend(lease.get(), tree));
  return workspace(id).checkout(lease.get(), tree);
}

Result<Disturbance> GitRepo::inspect(WorkspaceId id, const TreeId& tree, Extent extent) {
  const auto lease = HONE_TRY(handles_.lease());
  return workspace(id).inspect(lease.get(), tree, extent == Extent::every_tree);
}

Done GitRepo::wipe(WorkspaceId id) {
  return workspace(id).wipe();
}

std::string GitRepo::folder(WorkspaceId id) const {
  return workspace(id).folder();
}

Done GitRepo::remove_all() {
  {
    const auto lease = HONE_TRY(handles_.lease());
    HONE_TRY_VOID(mender_.mend_commit(lease.get()));
  }
  const std::lock_guard lock(mutex_);
  for (auto& [id, workspace] : workspaces_) HONE_TRY_VOID(workspace->remove());
  HONE_TRY(sweep_workspaces(plan_.place.common_folder, plan_.run));
  ::rmdir(plan_.root.c_str());
  return {};
}

Workspace& GitRepo::workspace(WorkspaceId id) const {
  const std::lock_guard lock(mutex_);
  auto& slot = workspaces_[id];
  if (!slot) slot = std::make_unique<Workspace>(plan_, id);
  return *slot;
}

Result<std::unique_ptr<GitRepo>> open_run(const RunSetup& setup) {
  HONE_TRY_VOID(check_run_name(setup.run));
  if (!setup.workspaces.starts_with('/')) {
    return fail(Reaction::fix_input, fmt::format("the workspace folder '{}' must be absolute", setup.workspaces));
  }
  if (!setup.place.bare && (setup.workspaces + "/").starts_with(setup.place.work_folder + "/")) {
    return fail(Reaction::fix_input,
                fmt::format("the workspace folder {} is inside the checkout {}; give one outside, so "
                            "that hone leaves the checkout alone",
                            setup.workspaces, setup.place.work_folder));
  }
  Handles handles(setup.place.common_folder);
  WorkspacePlan plan{.place = setup.place,
                     .run = setup.run,
                     .base = setup.base,
                     .base_tree = {},
                     .root = setup.workspaces,
                     .carry = setup.carry};
  {
    const auto lease = HONE_TRY(handles.lease());
    plan.base_tree = HONE_TRY(tree_of(lease.get(), setup.base));
    HONE_TRY_VOID(check_carry(lease.get(), setup.place, plan.base_tree, setup.carry));
  }
  auto repo = std::make_unique<GitRepo>(std::move(plan), unix_now());
  HONE_TRY_VOID(repo->prepare());
  return repo;
}

Done clean_run(const Place& place, const std::string& run) {
  HONE_TRY_VOID(check_run_name(run));
  HONE_TRY(sweep_workspaces(place.common_folder, run));
  remove_stale_locks(place.common_folder, run);
  Handles handles(place.common_folder);
  {
    const auto lease = HONE_TRY(handles.lease());
    HONE_TRY_VOID(remove_refs(lease.get(), run));
  }
  return remove_state_folder(place, run);
}

Result<int> sweep(const Place& place, const std::string& run) {
  HONE_TRY_VOID(check_run_name(run));
  return sweep_workspaces(place.common_folder, run);
}

}  // namespace hone::git
