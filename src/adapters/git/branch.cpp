#include "adapters/git/branch.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>

#include <filesystem>
#include <optional>
#include <vector>

#include "adapters/git/disk.hpp"
#include "hone/core/base/text.hpp"

namespace hone::git {
namespace {

namespace fs = std::filesystem;

constexpr int lock_tries = 30;  // of a tenth of a second: a person's git command is done by then
constexpr int lock_pause_ms = 100;
constexpr double tick = 0.01;  // seconds: file times lag behind the clock by one of the kernel's

std::string ref_of(const std::string& branch) {
  return "refs/heads/" + branch;
}

std::string common_folder(git_repository* repository) {
  std::string folder = git_repository_commondir(repository);
  while (folder.ends_with('/')) folder.pop_back();
  return folder;
}

// Empty = there is no such ref. A symbolic one resolves to nothing we may move.
Result<std::optional<git_oid>> target_of(git_repository* repository, const std::string& name) {
  git_reference* raw = nullptr;
  const int rc = git_reference_lookup(&raw, repository, name.c_str());
  if (rc == GIT_ENOTFOUND) return std::optional<git_oid>{};
  if (rc != 0) return failed(fmt::format("reading {}", name));
  const Reference ref(raw);
  if (git_reference_type(raw) != GIT_REFERENCE_DIRECT) return std::optional<git_oid>{git_oid{}};
  return std::optional<git_oid>{*git_reference_target(raw)};
}

bool on_branch(const std::string& git_folder, const std::string& ref) {
  if (load_line(git_folder + "/HEAD") == "ref: " + ref) return true;
  return load_line(git_folder + "/rebase-merge/head-name") == ref ||
         load_line(git_folder + "/rebase-apply/head-name") == ref;
}

struct Swap {
  std::string ref;
  git_oid next;
  std::optional<git_oid> expected;  // empty = must not exist
  std::string log;
};

int swap_once(git_repository* repository, const Swap& swap) {
  git_reference* raw = nullptr;
  int rc = 0;
  if (swap.expected) {
    rc = git_reference_create_matching(&raw, repository, swap.ref.c_str(), &swap.next, 1, &*swap.expected,
                                       swap.log.c_str());
  } else {
    rc = git_reference_create(&raw, repository, swap.ref.c_str(), &swap.next, 0, swap.log.c_str());
  }
  const Reference ref(raw);
  return rc;
}

// libgit2 writes the new id into the lock, puts it in place and removes the lock. One that is older than this process,
// and holds our id, the empty file that comes before it, or the id that is in place already, was ours when it was
// killed.
bool remove_own_stale_lock(const std::string& lock, const Swap& ours, double started) {
  struct stat found {};
  if (::lstat(lock.c_str(), &found) != 0 || !S_ISREG(found.st_mode)) return false;
  const double made = static_cast<double>(found.st_mtim.tv_sec) + static_cast<double>(found.st_mtim.tv_nsec) * 1e-9;
  if (made + tick >= started) return false;
  const auto content = load_line(lock);
  if (!content) return false;
  const bool in_place = ours.expected && hex(*ours.expected) == *content;
  if (!in_place && !hex(ours.next).starts_with(*content)) return false;
  return ::unlink(lock.c_str()) == 0;
}

// 0, GIT_EMODIFIED, GIT_EEXISTS or another libgit2 code; waits for a lock that someone holds.
int swap_patiently(git_repository* repository, const Swap& swap, double started) {
  const std::string lock = common_folder(repository) + "/" + swap.ref + ".lock";
  for (int i = 0;; ++i) {
    const int rc = swap_once(repository, swap);
    if (rc != GIT_ELOCKED || i == lock_tries) return rc;
    if (!remove_own_stale_lock(lock, swap, started)) ::poll(nullptr, 0, lock_pause_ms);
  }
}

struct Moved {
  const CommitDraft& draft;
  CommitId ours;
  std::string found;  // a clause
};

tl::unexpected<Error> ref_moved(git_repository* repository, Keeper& keeper, const Moved& moved) {
  auto rescued = keeper.rescue(repository, moved.ours);
  if (!rescued) return fail(std::move(rescued.error()));
  return fail(Reaction::stop_run,
              fmt::format("ref_moved: the branch {0} should go from {1} to the accepted commit {2}, but {3}; both are "
                          "kept, ours as {4}. To take it: git branch NAME {2}",
                          moved.draft.branch, moved.draft.parent.value.substr(0, 12), moved.ours.value.substr(0, 12),
                          moved.found, *rescued));
}

Done check_no_folder_conflict(git_repository* repository, const std::string& branch) {
  for (std::size_t slash = branch.find('/'); slash != std::string::npos; slash = branch.find('/', slash + 1)) {
    const std::string parent = branch.substr(0, slash);
    if (HONE_TRY(target_of(repository, ref_of(parent)))) {
      return fail(Reaction::fix_input,
                  fmt::format("the branch {0} cannot be made while a branch named {1} exists; rename "
                              "that one (git branch -m {1} NEW) or give another --branch",
                              branch, parent));
    }
  }
  git_reference_iterator* raw = nullptr;
  if (git_reference_iterator_glob_new(&raw, repository, (ref_of(branch) + "/*").c_str()) != 0) {
    return failed("listing branches");
  }
  const References below(raw);
  const char* name = nullptr;
  if (git_reference_next_name(&name, raw) == 0) {
    return fail(Reaction::fix_input,
                fmt::format("the branch {} cannot be made while {} exists; give another --branch", branch, name));
  }
  return {};
}

}  // namespace

Result<std::string> tip_of(git_repository* repository, const std::string& branch) {
  const auto at = HONE_TRY(target_of(repository, ref_of(branch)));
  return at ? hex(*at) : std::string();
}

Result<bool> mend_branch_file(const std::string& common_folder, const std::string& branch, const CommitId& known) {
  const std::string path = common_folder + "/" + ref_of(branch);
  if (!is_blank(path)) return false;
  HONE_TRY_VOID(store_line(path, known.value));
  return true;
}

Done check_new_branch(git_repository* repository, const std::string& branch) {
  int valid = 0;
  if (git_branch_name_is_valid(&valid, branch.c_str()) != 0 || valid == 0) {
    return fail(
        Reaction::fix_input,
        fmt::format("'{}' cannot be the name of a branch (see git check-ref-format); give another --branch", branch));
  }
  if (const auto at = HONE_TRY(target_of(repository, ref_of(branch)))) {
    return fail(Reaction::fix_input,
                fmt::format("the branch {0} exists already; give another --branch, or go on with its "
                            "run (hone resume), or remove it (git branch -D {0})",
                            branch));
  }
  HONE_TRY_VOID(check_no_folder_conflict(repository, branch));
  return check_free_branch(repository, branch);
}

Done check_free_branch(git_repository* repository, const std::string& branch) {
  const std::string user = user_of_branch(repository, branch);
  if (user.empty()) return {};
  return fail(Reaction::fix_input,
              fmt::format("the branch {} is checked out in {}; moving it would make that checkout look "
                          "modified; switch to another branch there (git switch -) and try again",
                          branch, user));
}

std::string user_of_branch(git_repository* repository, const std::string& branch) {
  const std::string common = common_folder(repository);
  const std::string ref = ref_of(branch);
  if (on_branch(common, ref)) return common.ends_with("/.git") ? common.substr(0, common.size() - 5) : common;
  std::error_code error;
  for (fs::directory_iterator it(common + "/worktrees", error), end; !error && it != end; it.increment(error)) {
    if (!on_branch(it->path().string(), ref)) continue;
    const std::string link = load_line((it->path() / "gitdir").string()).value_or(it->path().string());
    return link.ends_with("/.git") ? link.substr(0, link.size() - 5) : link;
  }
  return "";
}

Result<CommitId> make_commit(git_repository* repository, const CommitDraft& draft) {
  if (draft.message.find('\0') != std::string::npos) {
    return fail(Reaction::stop_run,
                "the commit message holds a NUL byte, which git cannot store; this is a bug of hone");
  }
  const git_oid parent = HONE_TRY(parse_oid(draft.parent.value));
  const Tree tree = HONE_TRY(find_tree(repository, draft.tree));
  git_commit* raw_parent = nullptr;
  if (git_commit_lookup(&raw_parent, repository, &parent) != 0) {
    return failed(fmt::format("reading the parent commit {}", draft.parent.value));
  }
  const Commit owned_parent(raw_parent);  // of this very handle: see Handles
  git_signature* raw = nullptr;
  if (git_signature_new(&raw, "hone", "hone@localhost", draft.date.value, 0) != 0) return failed("dating the commit");
  const Signature hone(raw);
  const git_commit* parents[] = {raw_parent};
  git_oid id;
  if (git_commit_create(&id, repository, nullptr, raw, raw, nullptr, draft.message.c_str(), tree.get(), 1, parents) !=
      0) {
    return failed("storing the accepted commit");
  }
  return CommitId{hex(id)};
}

Result<CommitId> advance_branch(git_repository* repository, Keeper& keeper, const Advance& advance) {
  const CommitDraft& draft = advance.draft;
  const CommitId commit = HONE_TRY(make_commit(repository, draft));
  HONE_TRY_VOID(keeper.keep_tip(repository, commit));
  const std::string ref = ref_of(draft.branch);
  const auto at = HONE_TRY(target_of(repository, ref));
  const git_oid next = HONE_TRY(parse_oid(commit.value));
  if (at && git_oid_equal(&*at, &next) != 0) return commit;  // a redo
  const auto moved = [&](std::string found) {
    return ref_moved(repository, keeper, {draft, commit, std::move(found)});
  };
  const bool first = draft.parent == advance.base;
  if (!at && !first) return moved("it was deleted");
  if (const std::string user = user_of_branch(repository, draft.branch); !user.empty()) {
    return moved(fmt::format("it is checked out in {}", user));
  }
  Swap swap{.ref = ref, .next = next, .expected = {}, .log = {}};
  if (at) swap.expected = HONE_TRY(parse_oid(draft.parent.value));
  swap.log = "hone: " + one_line(draft.message.substr(0, draft.message.find('\n')), 200);
  git_reference_ensure_log(repository, ref.c_str());  // a reflog is a convenience: without one we go on
  const int rc = swap_patiently(repository, swap, advance.started);
  if (rc == 0) return commit;
  if (rc == GIT_EMODIFIED || rc == GIT_EEXISTS || rc == GIT_ENOTFOUND) {
    const auto now = HONE_TRY(target_of(repository, ref));
    return moved(now ? fmt::format("someone moved it to {}", hex(*now).substr(0, 12)) : "it was deleted");
  }
  if (rc == GIT_ELOCKED) {
    return fail(Reaction::stop_run,
                fmt::format("moving the branch {0}: another git command holds {1}.lock; when none is "
                            "running, remove that file, then `hone resume`",
                            draft.branch, ref));
  }
  return failed(fmt::format("moving the branch {}", draft.branch));
}

}  // namespace hone::git
