// The pieces of plan(), fold() and consequence() that are about canaries.
#pragma once

#include <optional>

#include "hone/core/run/consequence.hpp"
#include "hone/core/run/effect.hpp"
#include "hone/core/run/state.hpp"

namespace hone {

// Slot 0 belongs to the canary that is under way.
[[nodiscard]] bool canary_holds(const State&, SlotId);
// Its next step; `champion`: the slot's prepared champion. Empty: nothing can start now.
[[nodiscard]] std::optional<EffectBody> plan_canary(const State&, WorkspaceId champion);
[[nodiscard]] std::optional<Consequence> canary_consequence(const State&);

void begin_canary(State&, ExperimentId, const event::CanaryBegan&);
void begin_canary_effect(State&, const event::Began&);
void end_canary_effect(State&, EffectId, bool died);
void end_canary_plant(State&, const event::Assembled&);
void end_canary_prepare(State&, const event::Prepared&);
void end_canary_measure(State&, const event::Measured&);
void finish_canary(State&, ExperimentId, const event::Finished&);
// Nothing on disk is trusted after a restart.
void forget_canary_workspace(State&);

}  // namespace hone
