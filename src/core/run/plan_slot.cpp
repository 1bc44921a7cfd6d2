#include <algorithm>

#include "core/run/canary_parts.hpp"
#include "core/run/early_stop.hpp"
#include "core/run/plan_parts.hpp"
#include "hone/core/base/random.hpp"
#include "hone/core/run/commit_message.hpp"

namespace hone {
namespace {

class SlotPlanner {
 public:
  SlotPlanner(const State& state, SlotId slot, SlotPlan& plan)
      : state_(state), id_(slot), slot_(state.slots[slot.value]), plan_(plan) {}

  void make() {
    const auto champion = champion_workspace(state_, id_);
    if (!champion) prepare_champion();
    if (champion && !slot_.timing && may_time()) measure(*champion);
    prepare_next();
  }

 private:
  // Another command may run now only if it cannot disturb a timed one.
  bool may_work() const { return state_.overlap || !(timing(state_) || plan_.timing); }
  // And without spare CPUs a timed command waits for what is being built.
  bool may_time() const {
    if (state_.overlap) return true;
    return std::none_of(state_.in_flight.begin(), state_.in_flight.end(),
                        [](const auto& entry) { return entry.second.kind == EffectKind::prepare; });
  }

  void prepare_champion() {
    if (!may_work() || slot_.timing) return;
    std::optional<WorkspaceId> chosen;
    for (std::uint32_t i = 0; i < state_.workspaces.size(); ++i) {
      const Workspace& workspace = state_.workspaces[i];
      if (workspace.slot != id_ || !workspace.champion) continue;
      if (workspace.busy) return;
      chosen = WorkspaceId{i};
    }
    if (!chosen) chosen = free_workspace(state_, id_);
    if (chosen) prepare(ExperimentId{}, *chosen, state_.champion.tree);
  }

  void prepare(ExperimentId experiment, WorkspaceId workspace, const TreeId& tree, bool fresh = false) {
    folder_ = workspace;
    plan_.taken.insert(experiment);
    effect::Prepare prepare{workspace,
                            id_,
                            tree,
                            state_.spec.build,
                            state_.spec.check,
                            state_.spec.limits.timeout,
                            fresh || timing(state_) || plan_.timing,
                            fresh};
    prepare.usual = usual_paths(state_);
    prepare.own = experiment.value == 0;
    plan_.effects.emplace_back(experiment, std::move(prepare));
  }

  void measure(WorkspaceId champion) {
    if (canary_holds(state_, id_)) return watch(champion);
    if (slot_.racing.value != 0) return go_on_racing(champion);
    if (const auto series = calibration_step(state_.acceptance)) {
      if (id_.value == 0) run_series(nullptr, *series, champion, champion);
      return;
    }
    if (holdout_untried(state_)) {
      const Series once{Phase::holdout, {Role::champion}, derive(state_.spec.seed, 0, 1'000'000).next()};
      if (id_.value == 0) run_series(nullptr, once, champion, champion);
      return;
    }
    if (being_confirmed()) return;
    for (const auto& [id, experiment] : state_.active) {
      if (experiment.in_flight || experiment.failure || plan_.taken.contains(id)) continue;
      std::optional<WorkspaceId> workspace;
      if (experiment.stage == Stage::ready && state_.workspaces[experiment.workspace->value].slot == id_) {
        workspace = experiment.workspace;
      } else if (experiment.stage == Stage::queued && !needs_prepare(state_)) {
        workspace = experiment.workspace ? experiment.workspace : free_workspace(state_, id_);
      }
      if (!workspace || state_.workspaces[workspace->value].slot != id_) continue;
      return race_on(experiment,
                     experiment.race ? *experiment.race : start_race(state_.acceptance, id, experiment.lines), champion,
                     *workspace);
    }
  }

  // A would-be keep of this slot is built anew; after a crash it does not own the slot meanwhile.
  bool being_confirmed() const {
    return std::any_of(state_.workspaces.begin(), state_.workspaces.end(), [this](const Workspace& workspace) {
      return workspace.slot == id_ && workspace.busy && workspace.fresh && workspace.experiment.value != 0;
    });
  }

  void watch(WorkspaceId champion) {
    auto body = plan_canary(state_, champion);
    if (!body) return;
    if (const auto* measure = std::get_if<effect::Measure>(&*body)) {
      plan_.timing = measuring_ = true;
      folder_ = measure->candidate;
    } else if (!may_work()) {
      return;
    }
    if (const auto* prepare = std::get_if<effect::Prepare>(&*body)) folder_ = prepare->workspace;
    if (const auto* plant = std::get_if<effect::Plant>(&*body)) folder_ = plant->workspace;
    plan_.effects.emplace_back(state_.canary.work->id, std::move(*body));
  }

  void go_on_racing(WorkspaceId champion) {
    const auto found = state_.active.find(slot_.racing);
    if (found == state_.active.end()) return;
    const Experiment& experiment = found->second;
    if (experiment.in_flight || experiment.failure || experiment.judged || !experiment.race || !experiment.workspace)
      return;
    race_on(experiment, *experiment.race, champion, *experiment.workspace);
  }

  // Also where a dead session left it: the race may be over and only the hold-out missing.
  void race_on(const Experiment& experiment, const Race& race, WorkspaceId champion, WorkspaceId workspace) {
    const Step step = next_step(state_.acceptance, race);
    if (const auto* series = std::get_if<Series>(&step)) {
      run_series(&experiment, *series, champion, workspace);
    } else if (std::get<Verdict>(step).decision != Decision::accepted) {
      return;
    } else if (guards_due(state_, experiment)) {
      const auto index = static_cast<std::size_t>(experiment.guard_series);
      Series pair{Phase::guard, {Role::champion, Role::candidate}, seed_of(experiment, 0, index)};
      if (experiment.guard_series % 2 == 1) std::swap(pair.runs[0], pair.runs[1]);
      run_series(&experiment, pair, champion, workspace);
    } else if (confirmation_due(experiment, std::get<Verdict>(step))) {
      confirm(experiment, champion, workspace);
    } else if (holdout_due(state_, experiment)) {
      Series pair{
          Phase::holdout, {Role::champion, Role::candidate}, seed_of(experiment, 1, experiment.holdout.size() / 2)};
      if (experiment.holdout.size() % 4 == 2) std::swap(pair.runs[0], pair.runs[1]);
      run_series(&experiment, pair, champion, workspace);
    }
  }

  // Of the series beside the race. They must look like the race's own: by a HONE_SEED that is the same in every
  // hold-out a program would know that it is in one. Far from the race's indices.
  std::uint64_t seed_of(const Experiment& experiment, std::uint64_t kind, std::size_t pair) const {
    return derive(state_.spec.seed, experiment.id.value, (kind + 1) * 1'000'000 + pair).next();
  }

  void confirm(const Experiment& experiment, WorkspaceId champion, WorkspaceId workspace) {
    if (!experiment.clean) {
      if (may_work()) prepare(experiment.id, workspace, experiment.tree, true);
      return;
    }
    Series pair{
        Phase::clean, {Role::champion, Role::candidate}, seed_of(experiment, 2, experiment.confirmation.size() / 2)};
    if (experiment.confirmation.size() % 4 == 2) std::swap(pair.runs[0], pair.runs[1]);
    run_series(&experiment, pair, champion, workspace);
  }

  void run_series(const Experiment* experiment, const Series& series, WorkspaceId champion, WorkspaceId candidate) {
    effect::Measure measure;
    measure.slot = id_;
    measure.candidate = candidate;
    measure.phase = series.phase;
    measure.seed = series.seed;
    measure.metric = series.phase == Phase::holdout ? state_.spec.metric : metric_of(state_);
    measure.channel_only = series.phase != Phase::holdout && state_.private_channel;
    measure.printed_only = series.phase != Phase::holdout && state_.baseline_value && !state_.private_channel;
    measure.usual = usual_paths(state_);
    measure.timeout = state_.spec.limits.timeout;
    if (series.phase == Phase::holdout) measure.holdout = state_.spec.holdout;
    if (experiment) measure.stop = plan_stop(state_, *experiment, series);
    for (const Role role : series.runs) {
      if (role == Role::candidate && experiment) {
        measure.runs.push_back({role, candidate, experiment->tree, ""});
      } else {
        measure.runs.push_back({role, champion, state_.champion.tree, ""});
      }
    }
    plan_.timing = measuring_ = true;
    if (experiment) plan_.taken.insert(experiment->id);
    folder_ = candidate;
    plan_.effects.emplace_back(experiment ? experiment->id : ExperimentId{}, std::move(measure));
  }

  // At most one candidate a slot is built ahead of its turn.
  void prepare_next() {
    if (!needs_prepare(state_) || !calibrated(state_) || !may_work() || !champion_workspace(state_, id_)) return;
    const bool wants_folder =
        canary_holds(state_, id_) && state_.canary.work->planted.empty() && !state_.canary.work->workspace;
    if (wants_folder && !folder_) return;
    for (const auto& [id, experiment] : state_.active) {
      if (!experiment.workspace || state_.workspaces[experiment.workspace->value].slot != id_) continue;
      if (experiment.stage == Stage::queued || (experiment.stage == Stage::ready && slot_.racing.value != 0)) return;
      if (experiment.stage == Stage::ready && !measuring_) return;
    }
    for (const auto& [id, experiment] : state_.active) {
      if (experiment.stage != Stage::queued || experiment.in_flight || experiment.failure || experiment.workspace)
        continue;
      if (plan_.taken.contains(id)) continue;
      for (std::uint32_t i = 0; i < state_.workspaces.size(); ++i) {
        const Workspace& workspace = state_.workspaces[i];
        if (workspace.slot != id_ || !workspace.free() || folder_ == WorkspaceId{i}) continue;
        return prepare(id, WorkspaceId{i}, experiment.tree);
      }
      return;
    }
  }

  const State& state_;
  SlotId id_;
  const Slot& slot_;
  SlotPlan& plan_;
  bool measuring_ = false;             // in this slot
  std::optional<WorkspaceId> folder_;  // taken in this turn
};

}  // namespace

void plan_slot(const State& state, SlotId slot, SlotPlan& plan) {
  SlotPlanner(state, slot, plan).make();
}

CommitDraft draft_of(const State& state, const Experiment& experiment) {
  HONE_ASSERT(experiment.judged.has_value());
  return {state.spec.branch, experiment.parent, experiment.tree,
          render_commit_message(state, experiment, experiment.judged->file.verdict), experiment.judged->date};
}

}  // namespace hone
