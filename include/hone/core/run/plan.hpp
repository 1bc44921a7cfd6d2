// What may start now. Pure: asking twice gives the same answer; nothing starts until its Began is folded.
#pragma once

#include <vector>

#include "hone/core/run/effect.hpp"
#include "hone/core/run/event.hpp"
#include "hone/core/run/state.hpp"

namespace hone {

[[nodiscard]] std::vector<Effect> plan(const State&);
// The intent that is journalled before the effect starts.
[[nodiscard]] event::Began intent(const Effect&);
// When the loop must wake without any completion: the budget's end, a rested backend.
[[nodiscard]] Seconds next_deadline(const State&);
// The moment nothing may outlive: the budget or --until, whichever is first.
[[nodiscard]] Seconds last_moment(const State&);
// Run time at which no new experiment may start, so that the final word still fits into the budget.
[[nodiscard]] Seconds closing_time(const State&);

}  // namespace hone
