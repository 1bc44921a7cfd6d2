#include "adapters/git/revert.hpp"

#include <fmt/format.h>

namespace hone::git {
namespace {

struct Walk {
  std::vector<std::string>* paths;
  std::size_t most;
};

int take_path(const char* folder, const git_tree_entry* entry, void* payload) {
  const Walk& walk = *static_cast<Walk*>(payload);
  if (walk.paths->size() >= walk.most) return -1;  // ends the walk
  if (git_tree_entry_type(entry) == GIT_OBJECT_BLOB)
    walk.paths->push_back(std::string(folder) + git_tree_entry_name(entry));
  return 0;
}

}  // namespace

Result<std::optional<TreeId>> without_change(git_repository* repository, const TreeId& whole, const Change& change) {
  const Tree ours = HONE_TRY(find_tree(repository, whole));
  const Tree ancestor = HONE_TRY(find_tree(repository, change.after));
  const Tree theirs = HONE_TRY(find_tree(repository, change.before));
  git_merge_options options;
  git_merge_options_init(&options, GIT_MERGE_OPTIONS_VERSION);
  options.flags = 0;  // no rename detection: a keep never renames
  git_index* raw = nullptr;
  if (git_merge_trees(&raw, repository, ancestor.get(), ours.get(), theirs.get(), &options) != 0) {
    return failed(fmt::format("taking a keep out of tree {}", whole.value));
  }
  const Index index(raw);
  if (git_index_has_conflicts(raw) == 1) return std::optional<TreeId>();
  git_oid id;
  if (git_index_write_tree_to(&id, raw, repository) != 0) return failed("writing the tree without a keep");
  return std::optional<TreeId>(TreeId{hex(id)});
}

Result<std::vector<std::string>> list_paths(git_repository* repository, const TreeId& id, std::size_t most) {
  const Tree tree = HONE_TRY(find_tree(repository, id));
  std::vector<std::string> paths;
  Walk walk{&paths, most};
  const int code = git_tree_walk(tree.get(), GIT_TREEWALK_PRE, take_path, &walk);
  if (code != 0 && paths.size() < most) return failed(fmt::format("listing tree {}", id.value));
  return paths;
}

}  // namespace hone::git
