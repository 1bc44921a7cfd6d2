// The user's repository. Reads objects, writes objects, moves only hone's own refs. Never touches the
// user's checkout, index, HEAD, stash, config or hooks. Thread-safe.
#pragma once

#include <string>
#include <vector>

#include "hone/core/base/ids.hpp"
#include "hone/core/base/result.hpp"
#include "hone/core/edit/edit.hpp"
#include "hone/core/run/accepted.hpp"

namespace hone {

struct TreeChange {
  TreeId tree;
  std::vector<std::string> paths;
  std::int64_t lines_added = 0, lines_removed = 0;
};

// What commands did to a workspace behind hone's back.
struct Disturbance {
  std::vector<std::string> changed;  // tracked files that were written to or are gone; they are as in the tree again
  std::vector<std::string> added;    // files that are in no tree, beside tracked ones or one folder down
  std::vector<std::string> tracked;  // every path of the tree
};
enum class Extent { small_trees, every_tree };

class Repo {
 public:
  virtual ~Repo() = default;
  [[nodiscard]] virtual Result<std::vector<SourceFile>> load(const TreeId&, const std::vector<std::string>& paths) = 0;
  // A new tree in the object database: `base` with these regular files replaced; modes are kept, a path that
  // is not there is refused. The tree is kept alive by a ref of the run.
  [[nodiscard]] virtual Result<TreeChange> replace(const TreeId& base, const std::vector<SourceFile>& files) = 0;
  // A unified diff between two trees, for people and prompts; at most `most` bytes.
  [[nodiscard]] virtual Result<std::string> diff(const TreeId& before, const TreeId& after, std::size_t most) = 0;
  // Makes the commit and moves the branch from draft().parent to it. Doing it twice gives the same id,
  // also when a person has committed on top of it since. An
  // Error with Reaction::stop_run and "ref_moved" in front: someone else moved the branch; both are kept.
  [[nodiscard]] virtual Result<CommitId> advance(const Accepted&) = 0;
  // Puts `tree` into the workspace; only paths that differ are written. Idempotent.
  [[nodiscard]] virtual Done checkout(WorkspaceId, const TreeId&) = 0;
  // Compares every file of the workspace with what the last checkout of `tree` put there, by its times and if they
  // differ by its bytes. The cost grows with the tree, so Extent::small_trees looks at none above 2000 files.
  [[nodiscard]] virtual Result<Disturbance> inspect(WorkspaceId, const TreeId& tree, Extent) = 0;
  // Empties it, so that the next checkout is a clean one.
  [[nodiscard]] virtual Done wipe(WorkspaceId) = 0;
  [[nodiscard]] virtual std::string folder(WorkspaceId) const = 0;
};

}  // namespace hone
