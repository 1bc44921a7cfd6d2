#include "hone/core/run/plan.hpp"

#include <algorithm>
#include <limits>

#include "core/run/plan_parts.hpp"
#include "hone/core/run/make_brief.hpp"

namespace hone {
namespace {

// A backend that may be asked now, drawn by weight from the run's seed; none = wait or end. `repair`: only one that
// learns from a complaint.
std::optional<std::uint32_t> choose_backend(const State& state, ExperimentId experiment, bool repair = false) {
  const auto eligible = [&](std::uint32_t i) {
    return may_ask(state, i) && (!repair || listens(state.spec.backends[i]));
  };
  double total = 0;
  for (std::uint32_t i = 0; i < state.backends.size(); ++i) {
    if (eligible(i)) total += state.spec.backends[i].weight;
  }
  if (total <= 0) return std::nullopt;
  double draw = derive(state.spec.seed, experiment.value, 7).uniform() * total;
  std::optional<std::uint32_t> last;
  for (std::uint32_t i = 0; i < state.backends.size(); ++i) {
    if (!eligible(i)) continue;
    last = i;
    draw -= state.spec.backends[i].weight;
    if (draw < 0) break;
  }
  return last;
}

class Planner {
 public:
  explicit Planner(const State& state) : state_(state), next_(state.next_effect) {}

  std::vector<Effect> take() && { return std::move(effects_); }

  void advance() {
    for (const auto& [id, experiment] : state_.active) {
      if (experiment.stage != Stage::advancing || experiment.in_flight || !experiment.judged) continue;
      if (state_.champion.experiment == id) continue;
      Judgement judgement = judge(experiment.judged->file, draft_of(state_, experiment));
      if (judgement.accepted) add(id, effect::Advance{std::move(*judgement.accepted)});
    }
  }

  void slots() {
    SlotPlan plan;
    for (std::uint32_t i = 0; i < state_.slots.size(); ++i) plan_slot(state_, SlotId{i}, plan);
    quiet_needed_ = plan.timing;
    for (auto& [experiment, body] : plan.effects) add(experiment, std::move(body));
  }

  void assemble() {
    if (!may_work()) return;
    for (const auto& [id, experiment] : state_.active) {
      if (experiment.stage != Stage::assembling || experiment.in_flight || experiment.failure) continue;
      const bool exact_only = experiment.reanchored || experiment.parent != state_.champion.commit;
      add(id, effect::Assemble{state_.champion.commit, state_.champion.tree, experiment.reply, state_.target_paths,
                               exact_only});
    }
  }

  // Experiments that need asking again first, then new ones while there is room.
  void ask() {
    if (!calibrated(state_) || !may_work()) return;
    const std::int64_t proposers = state_.spec.proposers;
    std::int64_t asking = 0;
    std::int64_t waiting = 0;
    std::vector<const Experiment*> again;
    for (const auto& [id, experiment] : state_.active) {
      const bool unanswered = experiment.stage == Stage::asking;
      if (experiment.in_flight && (unanswered || experiment.failure)) {
        ++asking;
      } else if ((unanswered && !experiment.failure) || wants_repair(state_, experiment)) {
        again.push_back(&experiment);
      } else if (!unanswered && experiment.stage != Stage::racing && experiment.stage != Stage::holdout &&
                 experiment.stage != Stage::advancing) {
        ++waiting;
      }
    }
    for (const Experiment* experiment : again) {
      if (asking < proposers && ask_again(*experiment)) ++asking;
    }
    const std::int64_t slots = state_.spec.slots;
    std::int64_t begun = state_.begun;
    while (asking < proposers && asking + waiting < proposers + slots &&
           begun < state_.spec.limits.max_experiments.value_or(std::numeric_limits<std::int64_t>::max())) {
      ++begun;
      if (!ask_new(ExperimentId{static_cast<std::uint64_t>(begun)})) return;
      ++asking;
    }
  }

 private:
  bool may_work() const { return state_.overlap || !(timing(state_) || quiet_needed_); }

  void add(ExperimentId experiment, EffectBody body) {
    effects_.push_back(Effect{next_, experiment, std::move(body)});
    ++next_.value;
  }

  // False when its backend rests or is gone and no other one can take it: it then takes up no proposer's place. The
  // brief of a repair holds the reply and the complaint, so any model can mend it; a rest may last an hour.
  bool ask_again(const Experiment& experiment) {
    std::optional<std::uint32_t> backend = experiment.backend;
    if (!may_ask(state_, *backend))
      backend = choose_backend(state_, experiment.id, experiment.repairs > 0 || experiment.failure);
    if (!backend) return false;
    if (affordable(state_, *backend, planned_)) add_propose(experiment.id, make_brief(state_, &experiment), *backend);
    return true;
  }

  bool ask_new(ExperimentId id) {
    const auto backend = choose_backend(state_, id);
    if (!backend || !affordable(state_, *backend, planned_)) return false;
    Brief brief = make_brief(state_, nullptr);
    brief.experiment = id;
    brief.seed = derive(state_.spec.seed, id.value).next();
    add_propose(id, std::move(brief), *backend);
    return true;
  }

  void add_propose(ExperimentId id, Brief brief, std::uint32_t backend) {
    const auto& worst_case = state_.backends[backend].worst_case;
    planned_ += worst_case.value_or(MicroDollars{0});
    add(id, effect::Propose{std::move(brief), backend, worst_case.value_or(MicroDollars{0}), worst_case.has_value()});
  }

  const State& state_;
  EffectId next_;
  std::vector<Effect> effects_;
  bool quiet_needed_ = false;
  MicroDollars planned_{};  // reserved by the requests of this very turn
};

}  // namespace

bool may_ask(const State& state, std::uint32_t backend) {
  return !state.backends[backend].dropped && state.backends[backend].rest_until <= state.now &&
         state.spec.backends[backend].weight > 0;
}

std::vector<Effect> plan(const State& state) {
  if (state.ended || state.stopping == EndReason::environment) return {};
  Planner planner(state);
  planner.advance();
  if (!state.stopping) {
    planner.slots();
    planner.assemble();
    planner.ask();
  } else if (final_word_due(state)) {
    return plan_final_word(state);
  }
  return std::move(planner).take();
}

event::Began intent(const Effect& planned) {
  event::Began began;
  began.effect = planned.id;
  began.kind = kind_of(planned.body);
  if (const auto* propose = std::get_if<effect::Propose>(&planned.body)) {
    began.reserve = propose->reserve;
    began.priced = propose->priced;
    began.backend = propose->backend;
    began.parent = propose->brief.parent;
    began.tree = propose->brief.parent_tree;
  } else if (const auto* assemble = std::get_if<effect::Assemble>(&planned.body)) {
    began.parent = assemble->parent;
    began.tree = assemble->parent_tree;
  } else if (const auto* prepare = std::get_if<effect::Prepare>(&planned.body)) {
    began.workspace = prepare->workspace;
    began.slot = prepare->slot;
    began.tree = prepare->tree;
    began.fresh = prepare->fresh;
  } else if (const auto* measure = std::get_if<effect::Measure>(&planned.body)) {
    began.slot = measure->slot;
    began.phase = measure->phase;
    began.workspace = measure->candidate;
  } else if (const auto* plant = std::get_if<effect::Plant>(&planned.body)) {
    began.workspace = plant->workspace;
  }
  return began;
}

}  // namespace hone
