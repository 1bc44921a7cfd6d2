// The repository of a run, for commands that only read.
#pragma once

#include <string>
#include <vector>

#include "cli/find_run.hpp"
#include "hone/core/base/result.hpp"
#include "hone/core/edit/edit.hpp"
#include "hone/core/run/record.hpp"

namespace hone::cli {
// What the experiment changed, as a unified diff; "" when it never became a tree.
[[nodiscard]] Result<std::string> diff_of(const FoundRun&, const Record&);
[[nodiscard]] Result<std::vector<SourceFile>> load_from(const git::Place&, const TreeId&,
                                                        const std::vector<std::string>& paths);
}  // namespace hone::cli
