// The repository of a run, for commands that only read.
#pragma once

#include <string>
#include <vector>

#include "adapters/git/handle.hpp"
#include "adapters/git/place.hpp"
#include "hone/core/base/result.hpp"
#include "hone/core/edit/edit.hpp"
#include "hone/core/run/record.hpp"

namespace hone::cli {
// What the experiment changed, as a unified diff; "" when it never became a tree. One Handles for many: libgit2 reads
// every certificate of the system when it is initialised, some 4 ms.
[[nodiscard]] Result<std::string> diff_of(git::Handles&, const Record&);
[[nodiscard]] Result<std::vector<SourceFile>> load_from(const git::Place&, const TreeId&,
                                                        const std::vector<std::string>& paths);
}  // namespace hone::cli
