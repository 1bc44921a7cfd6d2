#include "adapters/git/mend.hpp"

#include <algorithm>
#include <utility>

#include "adapters/git/branch.hpp"
#include "adapters/git/objects.hpp"

namespace hone::git {

// Asked of a fresh object database: a handle in use answers from its cache.
bool Mender::on_disk(const std::string& id) const {
  git_odb* raw = nullptr;
  if (git_odb_open(&raw, objects_.c_str()) != 0) return false;
  const std::unique_ptr<git_odb, Freed<git_odb_free>> database(raw);
  git_oid oid;
  return git_oid_fromstr(&oid, id.c_str()) == 0 && git_odb_exists(raw, &oid) == 1;
}

void Mender::remember(const TreeId& base, const TreeId& tree, std::vector<SourceFile> files) {
  const std::lock_guard lock(mutex_);
  recipes_.push_back({base, tree, std::move(files)});
  if (recipes_.size() > most_recipes) recipes_.pop_front();
}

void Mender::remember(const CommitDraft& draft, const CommitId& commit) {
  const std::lock_guard lock(mutex_);
  last_ = Committed{draft, commit};
}

Done Mender::mend(git_repository* repository, const TreeId& tree) {
  const std::lock_guard lock(mutex_);
  const auto recipe =
      std::find_if(recipes_.rbegin(), recipes_.rend(), [&](const Recipe& one) { return one.tree == tree; });
  if (recipe == recipes_.rend()) return {};
  // Writing an object that is there costs a look; the blobs below a tree that is there may be gone.
  HONE_TRY(replace_files(repository, recipe->base, recipe->files));
  return {};
}

Done Mender::mend_commit(git_repository* repository) {
  std::optional<Committed> last;
  {
    const std::lock_guard lock(mutex_);
    last = last_;
  }
  if (!last || on_disk(last->id.value)) return {};
  HONE_TRY_VOID(mend(repository, last->draft.tree));
  HONE_TRY(make_commit(repository, last->draft));
  return {};
}

}  // namespace hone::git
