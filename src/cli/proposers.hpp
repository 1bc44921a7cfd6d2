// The proposers and the executor of a session, from its spec.
#pragma once

#include <memory>
#include <vector>

#include "cli/session.hpp"
#include "hone/core/base/result.hpp"

namespace hone::cli {
[[nodiscard]] Result<std::vector<std::unique_ptr<Proposer>>> make_proposers(Session&);
[[nodiscard]] Result<std::unique_ptr<Executor>> make_executor(Session&);
}  // namespace hone::cli
