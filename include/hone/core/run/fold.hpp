// State = fold(journal). Total: every event is legal in every state, the odd one changes nothing.
#pragma once

#include "hone/core/run/event.hpp"
#include "hone/core/run/state.hpp"

namespace hone {
[[nodiscard]] State fold(State, const Event&);
}
