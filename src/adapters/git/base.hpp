// What a run starts from: the commit, the targets in it, and what the user's checkout has that the commit has not.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "adapters/git/place.hpp"
#include "hone/core/base/ids.hpp"
#include "hone/core/base/result.hpp"

namespace hone::git {

// Paths of one kind; the first few by name.
struct Listing {
  std::size_t count = 0;
  std::vector<std::string> first;  // at most 5
};

// What a run leaves out, because it starts from the commit. All zero: nothing. Ignored files are not counted.
struct LeftOut {
  Listing staged, modified, untracked;
  [[nodiscard]] bool any() const { return staged.count + modified.count + untracked.count > 0; }
};

struct Skipped {
  std::string path;
  std::string reason;
};

struct Base {
  CommitId commit;
  TreeId tree;
  std::string head;                  // "main", or "" when detached
  std::vector<std::string> targets;  // sorted, exact, at least one
  std::vector<std::string> context;  // sorted, exact; without the targets
  std::vector<Skipped> skipped;      // what a glob matched but cannot be changed, and why
  LeftOut left_out;
};

// Patterns are from the repository's root: see rooted(). A name that exists is taken as that file even if it has glob
// characters.
struct Wish {
  std::vector<std::string> targets;
  std::vector<std::string> context;
  std::string revision = "HEAD";
};

// Refuses (fix_input) an unborn HEAD, a revision that is no commit, and a target that is missing, untracked, ignored, a
// folder, a link, in a submodule, an LFS pointer, binary, or hidden by assume-unchanged or sparse checkout.
[[nodiscard]] Result<Base> inspect(const Place&, const Wish&);

// Only the part that looks at the checkout; it costs one scan of it (`git status`). Empty in a bare repository.
[[nodiscard]] Result<LeftOut> inspect_checkout(const Place&);

}  // namespace hone::git
