#include "adapters/git/handle.hpp"

#include <fmt/format.h>
#include <git2/sys/repository.h>

#include <array>

#include "adapters/git/loose_guard.hpp"

namespace hone::git {
namespace {

// libgit2 keeps up to 256 MB of objects by default and counts their bytes on disk; parsed, a small tree is ten times
// that. A night reads the same few trees again and again and makes new ones without end.
constexpr ssize_t cache_bytes = 64 * 1024;

Result<Repository> open_bare(const std::string& common_folder) {
  git_repository* raw = nullptr;
  if (git_repository_open_bare(&raw, common_folder.c_str()) != 0) {
    return failed(fmt::format("opening the object database in {}", common_folder));
  }
  Repository repository(raw);
  git_config* own = nullptr;
  if (git_config_new(&own) != 0) return failed("making an empty git configuration");
  Config config(own);
  const std::string file = common_folder + "/config";
  const int rc = git_config_add_file_ondisk(config.get(), file.c_str(), GIT_CONFIG_LEVEL_LOCAL, raw, 0);
  if (rc != 0 && rc != GIT_ENOTFOUND) return failed(fmt::format("reading {}", file));
  if (git_repository_set_config(raw, config.get()) != 0) return failed(fmt::format("using {}", file));
  HONE_TRY_VOID(guard_loose_objects(raw));
  if (git_repository_set_ident(raw, "hone", "hone@localhost") != 0) return failed("naming hone in the reflog");
  return repository;
}

}  // namespace

std::string last_words() {
  const git_error* error = git_error_last();
  return error != nullptr && error->message != nullptr ? error->message : "libgit2 gave no reason";
}

tl::unexpected<Error> failed(std::string_view tried) {
  const std::string words = last_words();
  std::string_view next = "run `git fsck` in the repository, then `hone resume`";
  if (words.find("No space left") != std::string::npos || words.find("quota") != std::string::npos) {
    next = "free some space on that disk, then `hone resume`";
  } else if (words.find("ermission denied") != std::string::npos || words.find("Read-only") != std::string::npos) {
    next = "make the repository's git folder writable for you, then `hone resume`";
  } else if (words.find("object not found") != std::string::npos) {
    next = "objects are missing: in a partial clone fetch them with `git fetch --refetch`, else see `git fsck`";
  }
  return fail(Reaction::stop_run, fmt::format("{}: {}; {}", tried, words, next));
}

Result<git_oid> parse_oid(std::string_view text) {
  git_oid id;
  if (text.size() != GIT_OID_HEXSZ || git_oid_fromstrn(&id, text.data(), text.size()) != 0) {
    return fail(Reaction::stop_run, fmt::format("'{}' is not a git object id of 40 hex digits", text));
  }
  return id;
}

std::string hex(const git_oid& id) {
  std::array<char, GIT_OID_HEXSZ + 1> text{};
  git_oid_tostr(text.data(), text.size(), &id);
  return text.data();
}

Result<Tree> find_tree(git_repository* repository, const TreeId& id) {
  const git_oid oid = HONE_TRY(parse_oid(id.value));
  git_tree* tree = nullptr;
  if (git_tree_lookup(&tree, repository, &oid) != 0) return failed(fmt::format("reading tree {}", id.value));
  return Tree(tree);
}

Library::Library() {
  git_libgit2_init();
  git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1);
  git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, cache_bytes);
  // worktreeConfig: set by `git sparse-checkout`; hone's worktrees have no config of their own. partialClone:
  // what is there can be read, what is not gives an error that says so.
  static constexpr std::array<const char*, 2> extensions{"worktreeconfig", "partialclone"};
  git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, const_cast<char**>(extensions.data()), extensions.size());
}

Library::~Library() {
  git_libgit2_shutdown();
}

Result<Handles::Lease> Handles::lease() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      Repository repository = std::move(idle_.back());
      idle_.pop_back();
      return Lease(*this, std::move(repository));
    }
  }
  return Lease(*this, HONE_TRY(open_bare(common_folder_)));
}

void Handles::give_back(Repository repository) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(repository));
}

}  // namespace hone::git
