#include "adapters/git/keep.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <vector>

#include "adapters/git/disk.hpp"

namespace hone::git {
namespace {

Result<std::map<std::string, git_oid>> list_refs(git_repository* repository, const std::string& glob) {
  git_reference_iterator* raw = nullptr;
  if (git_reference_iterator_glob_new(&raw, repository, glob.c_str()) != 0) return failed("listing hone's refs");
  const References iterator(raw);
  std::map<std::string, git_oid> refs;
  git_reference* next = nullptr;
  int rc = 0;
  while ((rc = git_reference_next(&next, raw)) == 0) {
    const Reference ref(next);
    if (const git_oid* target = git_reference_target(next)) refs.emplace(git_reference_name(next), *target);
  }
  if (rc != GIT_ITEROVER) return failed("listing hone's refs");
  return refs;
}

}  // namespace

Done Keeper::keep_candidate(git_repository* repository, const TreeId& tree) {
  const git_oid id = HONE_TRY(parse_oid(tree.value));
  const std::lock_guard lock(mutex_);
  if (!sealed_ || next_ == turn_) HONE_TRY_VOID(seal(repository));
  HONE_TRY_VOID(point(repository, fmt::format("{}recent/{:03}", prefix_, next_), id));
  ++next_;
  return {};
}

Done Keeper::keep_base(git_repository* repository, const CommitId& commit) {
  return point(repository, prefix_ + "base", HONE_TRY(parse_oid(commit.value)));
}

Done Keeper::keep_tip(git_repository* repository, const CommitId& commit) {
  return point(repository, prefix_ + "tip", HONE_TRY(parse_oid(commit.value)));
}

Result<std::string> Keeper::rescue(git_repository* repository, const CommitId& commit) {
  std::string name = prefix_ + "rescue/" + commit.value.substr(0, 12);
  HONE_TRY_VOID(point(repository, name, HONE_TRY(parse_oid(commit.value))));
  return name;
}

// The batch is written before the first recent ref is overwritten, so no candidate is ever without a ref.
Done Keeper::seal(git_repository* repository) {
  const auto recent = HONE_TRY(list_refs(repository, prefix_ + "recent/*"));
  if (!recent.empty()) {
    git_treebuilder* raw = nullptr;
    if (git_treebuilder_new(&raw, repository, nullptr) != 0) return failed("listing candidates in a tree");
    const TreeBuilder builder(raw);
    for (const auto& [name, id] : recent) {
      const std::string entry = name.substr(name.rfind('/') + 1);
      if (git_treebuilder_insert(nullptr, raw, entry.c_str(), &id, GIT_FILEMODE_TREE) != 0) {
        return failed("listing candidates in a tree");
      }
    }
    git_oid batch;
    if (git_treebuilder_write(&batch, raw) != 0) return failed("storing the list of candidates");
    const auto batches = HONE_TRY(list_refs(repository, prefix_ + "batch/*"));
    std::size_t number = 0;
    if (!batches.empty()) {
      const std::string& last = batches.rbegin()->first;
      number = std::strtoul(last.c_str() + last.rfind('/') + 1, nullptr, 10) + 1;
      // A session that only resumed and ended has nothing new to seal.
      if (git_oid_equal(&batches.rbegin()->second, &batch) != 0) --number;
    }
    HONE_TRY_VOID(point(repository, fmt::format("{}batch/{:06}", prefix_, number), batch));
  }
  sealed_ = true;
  next_ = 0;
  return {};
}

Done Keeper::point(git_repository* repository, const std::string& name, const git_oid& id) {
  git_reference* raw = nullptr;
  const int rc = git_reference_create(&raw, repository, name.c_str(), &id, 1, nullptr);
  const Reference ref(raw);
  if (rc != 0) return failed(fmt::format("writing {}", name));
  return {};
}

Done remove_refs(git_repository* repository, const std::string& run) {
  for (const auto& [name, id] : HONE_TRY(list_refs(repository, "refs/hone/" + run + "/*"))) {
    const int rc = git_reference_remove(repository, name.c_str());
    if (rc != 0 && rc != GIT_ENOTFOUND) return failed(fmt::format("removing {}", name));
  }
  // git leaves empty folders behind; they would be all that is left of the run.
  const std::filesystem::path folder = std::filesystem::path(git_repository_commondir(repository)) / "refs" / "hone";
  std::error_code ignored;
  for (const char* sub : {"recent", "batch", "rescue", ""}) std::filesystem::remove(folder / run / sub, ignored);
  std::filesystem::remove(folder, ignored);
  return {};
}

namespace {

// Of the files under refs/hone/<run> those that are no use. Found first, removed then: a walk is not to lose its way.
template <class Unusable>
void remove_below(const std::string& common_folder, const std::string& run, Unusable unusable) {
  namespace fs = std::filesystem;
  std::error_code error;
  std::vector<fs::path> found;
  for (fs::recursive_directory_iterator it(fs::path(common_folder) / "refs" / "hone" / run, error), end;
       !error && it != end; it.increment(error)) {
    if (unusable(it->path())) found.push_back(it->path());
  }
  for (const fs::path& path : found) fs::remove(path, error);
}

}  // namespace

void remove_broken_refs(const std::string& common_folder, const std::string& run) {
  remove_below(common_folder, run, [](const std::filesystem::path& path) { return is_blank(path.string()); });
}

void remove_stale_locks(const std::string& common_folder, const std::string& run) {
  remove_below(common_folder, run, [](const std::filesystem::path& path) { return path.extension() == ".lock"; });
}

}  // namespace hone::git
