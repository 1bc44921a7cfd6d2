// The repository of a run, for commands that only read.
#pragma once

#include <string>

#include "cli/find_run.hpp"
#include "hone/core/base/result.hpp"
#include "hone/core/run/record.hpp"

namespace hone::cli {
// What the experiment changed, as a unified diff; "" when it never became a tree.
[[nodiscard]] Result<std::string> diff_of(const FoundRun&, const Record&);
}
