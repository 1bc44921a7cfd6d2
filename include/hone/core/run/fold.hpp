// State = fold(journal). Total: every event is legal in every state, the odd one changes nothing.
#pragma once

#include "hone/core/run/event.hpp"
#include "hone/core/run/state.hpp"

namespace hone {
[[nodiscard]] State fold(State, const Event&);
// Ended by something that a person mends beside the run (a full disk, a refused key): a plain resume goes on.
[[nodiscard]] bool may_go_on(EndReason);
}  // namespace hone
