// The proposers and the executor of a session, from its spec.
#pragma once

#include <memory>
#include <vector>

#include "cli/session.hpp"
#include "hone/core/base/result.hpp"
#include "hone/core/guard/protection.hpp"

namespace hone::cli {
enum class Asking { sends, only_shows };  // only_shows: no key is needed, no key command is run
[[nodiscard]] Result<std::vector<std::unique_ptr<Proposer>>> make_proposers(Session&, Asking = Asking::sends);
// Asks each service for what costs nothing; backends that are none are left out. Error: a mistake in the settings.
[[nodiscard]] Result<std::vector<Reached>> reach_backends(Session&, const Stop&);
// Makes the sandbox of the spec and proves it, or fails (exit code 3): never a weaker one than was asked for.
[[nodiscard]] Done protect(Session&);
// protect(), and the executor on top of it.
[[nodiscard]] Result<std::unique_ptr<Executor>> make_executor(Session&);
}  // namespace hone::cli
