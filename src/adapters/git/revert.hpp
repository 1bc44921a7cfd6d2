// A tree without one of the changes that led to it: what `git revert` would make, without a work tree.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapters/git/handle.hpp"
#include "hone/core/base/ids.hpp"
#include "hone/core/base/result.hpp"

namespace hone::git {

struct Change {
  TreeId before, after;
};

// Three-way merge with the change taken back. Empty: later changes touch the same lines, so that the rest does not
// apply without it. The new tree's objects are loose and unreferenced: git's own gc takes them in its time.
[[nodiscard]] Result<std::optional<TreeId>> without_change(git_repository*, const TreeId& whole, const Change&);

// Paths of every file in a tree, at most `most` of them.
[[nodiscard]] Result<std::vector<std::string>> list_paths(git_repository*, const TreeId&, std::size_t most);

}  // namespace hone::git
