// Trees and blobs: reading files of a tree, replacing files, differences. All cost depends on the paths named,
// not on the size of the repository.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/git/handle.hpp"
#include "hone/core/edit/edit.hpp"
#include "hone/ports/repo.hpp"

namespace hone::git {

[[nodiscard]] Result<std::string> load_blob(git_repository*, const git_oid&);
[[nodiscard]] Result<std::vector<SourceFile>> load_files(git_repository*, const TreeId&,
                                                         const std::vector<std::string>& paths);
// See Repo::replace; keeps nothing alive.
[[nodiscard]] Result<TreeChange> replace_files(git_repository*, const TreeId& base, const std::vector<SourceFile>&);
[[nodiscard]] Result<std::string> diff_text(git_repository*, const TreeId& before, const TreeId& after,
                                            std::size_t most);

// One path that differs between two trees; mode 0 = not there.
struct PathChange {
  std::string path;
  git_oid id;  // after
  std::uint16_t mode_before = 0;
  std::uint16_t mode_after = 0;
};
[[nodiscard]] Result<std::vector<PathChange>> changed_paths(git_repository*, const TreeId& before, const TreeId& after);

}  // namespace hone::git
