// The pieces of plan().
#pragma once

#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "hone/core/base/assert.hpp"
#include "hone/core/base/random.hpp"
#include "hone/core/run/effect.hpp"
#include "hone/core/run/state.hpp"

namespace hone {

// What the plan of this turn holds so far; each slot adds to it and respects what is there.
struct SlotPlan {
  std::vector<std::pair<ExperimentId, EffectBody>> effects;
  std::set<ExperimentId> taken;  // experiments that something is planned for
  bool timing = false;           // a timed command is about to start
};
// What one slot does next: the champion's preparation, calibration, the race that owns it, the next candidate's
// build.
void plan_slot(const State&, SlotId, SlotPlan&);

// A would-be keep that was not yet built from an empty folder and measured there; and what speaks against it then.
[[nodiscard]] bool confirmation_due(const Experiment&, const Verdict&);
[[nodiscard]] std::optional<std::string> find_unreproducible(const State&, const Experiment&, const Verdict&);
// A would-be keep whose hold-out pairs are not all there.
[[nodiscard]] bool holdout_untried(const State&);
[[nodiscard]] bool holdout_due(const State&, const Experiment&);
[[nodiscard]] Verdict judge_holdout(const State&, const Experiment&);
// A large gain that the hold-out does not show.
[[nodiscard]] std::optional<std::string> find_holdout_mismatch(const Verdict& race, const Verdict& holdout);
// And one with a guard that its runs so far cannot decide.
[[nodiscard]] bool guards_due(const State&, const Experiment&);
[[nodiscard]] std::vector<GuardResult> judge_guards(const State&, const Experiment&);
[[nodiscard]] bool may_ask(const State&, std::uint32_t backend);
[[nodiscard]] CommitDraft draft_of(const State&, const Experiment&);

// The final word: fresh checkouts of baseline and champion, measured in turn.
[[nodiscard]] bool final_word_due(const State&);
[[nodiscard]] bool final_word_complete(const State&);
[[nodiscard]] std::vector<Effect> plan_final_word(const State&);

}  // namespace hone
