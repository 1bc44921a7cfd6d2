// Ignored inputs that a build needs (data sets, node_modules): linked or copied from the user's checkout into every
// workspace on request. Never a tracked path: those come from the tree that is measured.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/git/handle.hpp"
#include "adapters/git/place.hpp"

namespace hone::git {

struct Carry {
  std::string path;   // from the repository's root
  bool copy = false;  // linked: the workspace sees (and without a sandbox could write) the user's own files
};

// "data" links, "copy:data" copies. The path is as typed in the start folder.
[[nodiscard]] Result<Carry> parse_carry(const Place&, std::string_view typed);
// Refuses what is tracked, missing, in the way of a tracked file, or inside the git folder (fix_input).
[[nodiscard]] Done check_carry(git_repository*, const Place&, const TreeId& base, const std::vector<Carry>&);
// Puts one in place, over whatever stands there.
[[nodiscard]] Done place_carry(int root, const std::string& folder, const std::string& work_folder, const Carry&);
[[nodiscard]] bool carry_in_place(int root, const std::string& work_folder, const Carry&);

}  // namespace hone::git
