#include "adapters/git/base.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "adapters/git/handle.hpp"
#include "adapters/git/loose_guard.hpp"
#include "adapters/git/targets.hpp"

namespace hone::git {
namespace {

constexpr std::size_t names_shown = 5;

// With the user's configuration and checkout: to look, never to write.
Result<Repository> open_to_look(const Place& place) {
  git_repository* raw = nullptr;
  const std::string& folder = place.bare ? place.git_folder : place.work_folder;
  if (git_repository_open_ext(&raw, folder.c_str(), GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr) != 0) {
    return failed(fmt::format("opening {}", folder));
  }
  Repository repository(raw);
  HONE_TRY_VOID(guard_loose_objects(raw));
  return repository;
}

Result<Commit> find_commit(git_repository* repository, const std::string& revision) {
  if (revision == "HEAD" && git_repository_head_unborn(repository) == 1) {
    return fail(Reaction::fix_input,
                "this repository has no commit yet, and a run starts from one; commit your files first "
                "(git add -A && git commit)");
  }
  git_object* raw = nullptr;
  if (git_revparse_single(&raw, repository, revision.c_str()) != 0) {
    return fail(Reaction::fix_input, fmt::format("'{}' names no commit ({}); see `git log`", revision, last_words()));
  }
  const Object object(raw);
  git_object* peeled = nullptr;
  if (git_object_peel(&peeled, raw, GIT_OBJECT_COMMIT) != 0) {
    return fail(Reaction::fix_input, fmt::format("'{}' is not a commit but a {}; name a commit, tag or branch",
                                                 revision, git_object_type2string(git_object_type(raw))));
  }
  return Commit(reinterpret_cast<git_commit*>(peeled));
}

std::string head_branch(git_repository* repository) {
  git_reference* raw = nullptr;
  if (git_repository_head_detached(repository) == 1 || git_repository_head(&raw, repository) != 0) return "";
  const Reference head(raw);
  return git_reference_shorthand(raw);
}

void add(Listing& listing, const git_diff_delta* delta) {
  ++listing.count;
  if (listing.first.size() >= names_shown || delta == nullptr) return;
  listing.first.emplace_back(delta->new_file.path != nullptr ? delta->new_file.path : delta->old_file.path);
}

}  // namespace

Result<LeftOut> inspect_checkout(const Place& place) {
  LeftOut left;
  if (place.bare) return left;
  const Library library;
  const Repository repository = HONE_TRY(open_to_look(place));
  git_status_options options;
  git_status_options_init(&options, GIT_STATUS_OPTIONS_VERSION);
  options.show = GIT_STATUS_SHOW_INDEX_AND_WORKDIR;
  options.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED | GIT_STATUS_OPT_EXCLUDE_SUBMODULES;  // and no index refresh
  git_status_list* raw = nullptr;
  if (git_status_list_new(&raw, repository.get(), &options) != 0) return failed("looking at your checkout");
  const StatusList list(raw);
  constexpr unsigned staged = GIT_STATUS_INDEX_NEW | GIT_STATUS_INDEX_MODIFIED | GIT_STATUS_INDEX_DELETED |
                              GIT_STATUS_INDEX_RENAMED | GIT_STATUS_INDEX_TYPECHANGE;
  constexpr unsigned modified = GIT_STATUS_WT_MODIFIED | GIT_STATUS_WT_DELETED | GIT_STATUS_WT_TYPECHANGE |
                                GIT_STATUS_WT_RENAMED | GIT_STATUS_CONFLICTED | GIT_STATUS_WT_UNREADABLE;
  for (std::size_t i = 0; i < git_status_list_entrycount(raw); ++i) {
    const git_status_entry* entry = git_status_byindex(raw, i);
    if ((entry->status & staged) != 0) add(left.staged, entry->head_to_index);
    if ((entry->status & modified) != 0) add(left.modified, entry->index_to_workdir);
    if ((entry->status & GIT_STATUS_WT_NEW) != 0) add(left.untracked, entry->index_to_workdir);
  }
  return left;
}

Result<Base> inspect(const Place& place, const Wish& wish) {
  const Library library;
  const Repository repository = HONE_TRY(open_to_look(place));
  const Commit commit = HONE_TRY(find_commit(repository.get(), wish.revision));
  git_tree* raw = nullptr;
  if (git_commit_tree(&raw, commit.get()) != 0) return failed("reading the tree of the base commit");
  const Tree tree(raw);
  if (wish.targets.empty()) {
    return fail(Reaction::fix_input, "no target: name at least one file that a patch may change (hone run FILE ...)");
  }
  Base base;
  base.commit = CommitId{hex(*git_commit_id(commit.get()))};
  base.tree = TreeId{hex(*git_tree_id(raw))};
  base.head = head_branch(repository.get());
  base.targets = HONE_TRY(resolve({repository.get(), raw, true}, wish.targets, base.skipped));
  std::vector<Skipped> unread;
  const auto context = HONE_TRY(resolve({repository.get(), raw, false}, wish.context, unread));
  std::set_difference(context.begin(), context.end(), base.targets.begin(), base.targets.end(),
                      std::back_inserter(base.context));
  base.skipped.insert(base.skipped.end(), unread.begin(), unread.end());
  base.left_out = HONE_TRY(inspect_checkout(place));
  return base;
}

}  // namespace hone::git
