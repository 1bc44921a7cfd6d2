// Where runs keep their state: <common git folder>/hone/<run>, mode 0700.
#pragma once

#include <string>
#include <vector>

#include "adapters/git/place.hpp"

namespace hone::git {

[[nodiscard]] std::string state_folder(const Place&, const std::string& run);
[[nodiscard]] bool run_exists(const Place&, const std::string& run);
// Refuses a name that is taken (fix_input): two runs started at once never share one.
[[nodiscard]] Done make_state_folder(const Place&, const std::string& run);
[[nodiscard]] Result<std::vector<std::string>> list_runs(const Place&);  // sorted by name
[[nodiscard]] Done remove_state_folder(const Place&, const std::string& run);
// Letters, digits, '-', '_' and inner '.', at most 64: fit for a folder, a ref and a worktree.
[[nodiscard]] Done check_run_name(const std::string& run);

}  // namespace hone::git
