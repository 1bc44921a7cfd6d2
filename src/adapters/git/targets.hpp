// Globs and names to exact paths of a tree, or the reason why not.
#pragma once

#include <string>
#include <vector>

#include "adapters/git/base.hpp"
#include "adapters/git/handle.hpp"

namespace hone::git {

struct Wanted {
  git_repository* repository;  // with the user's checkout, to say why a name is not in the tree
  const git_tree* tree;
  bool editable;  // targets; otherwise read-only context, where binary and LFS files are left out too
};

[[nodiscard]] Result<std::vector<std::string>> resolve(const Wanted&, const std::vector<std::string>& patterns,
                                                       std::vector<Skipped>& skipped);

}  // namespace hone::git
