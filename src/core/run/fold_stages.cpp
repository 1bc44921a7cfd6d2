// What happens to an experiment on its way from a reply to the end.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/run/canary_parts.hpp"
#include "core/run/early_stop.hpp"
#include "core/run/fold_parts.hpp"
#include "hone/core/base/text.hpp"
#include "hone/core/guard/distribution.hpp"
#include "hone/core/measure/noninferiority.hpp"
#include "hone/core/measure/t_interval.hpp"

namespace hone {
namespace {

void fail_with(Experiment& experiment, Outcome outcome, std::string reason, bool repairable) {
  experiment.failure = Failure{outcome, std::move(reason), repairable, {}};
}

void add(Means& means, const std::string& name, double value) {
  Mean& mean = means[name];
  mean.sum += value;
  mean.squares += value * value;
  mean.count += 1;
}

void add_sample(Means& means, const Sample& sample) {
  for (const NamedValue& named : sample.values) add(means, named.name, named.value);
  add(means, "wall", sample.wall.value);
  add(means, "cpu", sample.cpu.value);
  add(means, "peak-memory", static_cast<double>(sample.peak_memory.value));
}

// The n-th champion run of a series and its n-th candidate run are a pair. Screening runs are thrown away for guards as
// well: the candidate was chosen by them.
void keep_guard_pairs(const std::vector<GuardSpec>& guards, const std::vector<Sample>& samples,
                      Experiment& experiment) {
  std::vector<Means> champions;
  std::vector<Means> candidates;
  for (const Sample& sample : samples) {
    if (sample.phase == Phase::screen) return;
    auto& side = sample.role == Role::champion ? champions : candidates;
    add_sample(side.emplace_back(), sample);
  }
  for (std::size_t i = 0; i < std::min(champions.size(), candidates.size()); ++i) {
    for (const GuardSpec& guard : guards) {
      const auto before = champions[i].find(guard.name);
      const auto after = candidates[i].find(guard.name);
      std::vector<double>& pairs = experiment.guard_pairs[guard.name];
      const bool both = before != champions[i].end() && after != candidates[i].end();
      if (both && pairs.size() < static_cast<std::size_t>(guard_pairs_most))
        pairs.push_back(after->second.value() - before->second.value());
    }
  }
}

std::vector<Observation> observations(const std::vector<Sample>& samples, Seconds at) {
  std::vector<Observation> result;
  for (const Sample& sample : samples) {
    if (sample.value) result.push_back({sample.role, sample.phase, *sample.value, at, sample.wall});
  }
  return result;
}

const Sample* first_invalid(const std::vector<Sample>& samples) {
  const auto found = std::find_if(samples.begin(), samples.end(), [](const Sample& sample) { return !sample.value; });
  return found == samples.end() ? nullptr : &*found;
}

Outcome outcome_of(const Sample& sample) {
  for (const std::string_view tampering : {"bad_nonce", "tampered"}) {
    if (sample.invalid.starts_with(tampering)) return Outcome::suspect;  // a person should look
  }
  if (sample.exit == ExitKind::stopped_early) return Outcome::discarded;
  return sample.exit == ExitKind::timed_out ? Outcome::timeout : Outcome::crashed;
}

void end_calibration(State& state, const Event& event, const event::Measured& measured) {
  if (measured.samples.empty()) return;
  if (const Sample* bad = first_invalid(measured.samples)) {
    state.champion_failures += 1;
    state.last_failure = bad->output;
    state.last_failure_title = bad->invalid;
    return;
  }
  state.champion_failures = 0;
  if (state.champion.experiment.value == 0) {
    state.private_channel = std::all_of(measured.samples.begin(), measured.samples.end(),
                                        [](const Sample& sample) { return sample.source != Source::printed; });
    const std::vector<NamedValue>& printed = measured.samples.front().values;
    if (!printed.empty()) state.score = printed.front().name;
    for (const Sample& sample : measured.samples) {
      add_sample(state.baseline_means, sample);
      add(state.baseline_means, "", *sample.value);
    }
    state.baseline_value = state.baseline_means[""].value();
    state.champion.value = state.baseline_value;
  }
  keep_champion_curves(state, measured.samples);
  fold_calibration(state.acceptance, observations(measured.samples, event.at));
}

// For guards on the share of worse cases: how far every case of the champion is from the baseline's.
void keep_case_distances(State& state, const Experiment& experiment) {
  for (const GuardSpec& guard : state.spec.guards) {
    const auto wanted = parse_distribution(guard.name);
    if (!wanted || wanted->shape != Distribution::Shape::worse) continue;
    const std::string& metric = wanted->metric.empty() ? state.score : wanted->metric;
    for (const auto& [name, after] : experiment.means) {
      const auto before = experiment.champion_means.find(name);
      if (!is_case_of(name, metric) || before == experiment.champion_means.end()) continue;
      Distance& distance = state.distances[name];
      distance.mean += after.value() - before->second.value();
      distance.variance += after.error_squared() + before->second.error_squared();
    }
  }
}

// The series is asked again; consequences() draws the line.
void note_champion_failure(Experiment& experiment, const Sample* bad) {
  experiment.champion_failures += 1;
  experiment.champion_trouble = bad != nullptr ? bad->invalid : "a run is missing";
}

// What a clean build cannot do is no outcome of the patch as it was measured: a person should look.
void end_clean_pair(State& state, Experiment& experiment, const std::vector<Sample>& samples) {
  const Sample* bad = first_invalid(samples);
  if (bad == nullptr && samples.size() == 2) {
    // A race by bare comparison runs no champion: here is what guards and clocks compare with.
    const bool bare = state.spec.accept.rule == AcceptRule::greedy;
    experiment.champion_failures = 0;
    for (const Sample& sample : samples) {
      experiment.confirmation.push_back(sample);
      if (bare) add_sample(sample.role == Role::champion ? experiment.champion_means : experiment.means, sample);
    }
  } else if (bad != nullptr && bad->role == Role::candidate) {
    fail_with(experiment, Outcome::suspect, "unreproducible: built again from a clean checkout, " + bad->invalid,
              false);
    experiment.failure->output = bad->output;
    release_workspace(state, experiment);
  } else {
    note_champion_failure(experiment, bad);
  }
}

// Nothing failed, so there is no output to mend and nobody to ask again; and a race that ends so has begun.
void drop_stopped(State& state, Experiment& experiment, const Event& event, const std::vector<Sample>& samples) {
  if (!experiment.race) experiment.race = start_race(state.acceptance, experiment.id, experiment.lines);
  keep_champion_curves(state, samples);
  const std::vector<Observation> champion = observations(samples, event.at);  // a run of it may have come first
  if (!champion.empty()) fold_series(state.acceptance, *experiment.race, champion);
  fold_stopped(state.acceptance, *experiment.race);
  fail_with(experiment, Outcome::discarded, samples.back().invalid, false);
  release_workspace(state, experiment);
}

void end_race_series(State& state, Experiment& experiment, const Event& event, const event::Measured& measured) {
  for (const Sample& sample : measured.samples) experiment.source = std::min(experiment.source, sample.source);
  if (measured.samples.front().phase == Phase::clean) return end_clean_pair(state, experiment, measured.samples);
  for (const Sample& sample : measured.samples) {
    if (sample.value) continue;
    if (sample.role == Role::champion) {
      // Also in its first series: a slot goes on only with a race that has begun.
      if (!experiment.race) experiment.race = start_race(state.acceptance, experiment.id, experiment.lines);
      return note_champion_failure(experiment, &sample);
    }
    const Outcome outcome = outcome_of(sample);
    if (outcome == Outcome::discarded) return drop_stopped(state, experiment, event, measured.samples);
    fail_with(experiment, outcome, sample.invalid, outcome != Outcome::suspect);
    experiment.failure->output = sample.output;
    release_workspace(state, experiment);
    return;
  }
  for (const Sample& sample : measured.samples) {
    if (sample.role == Role::champion) {
      add_sample(experiment.champion_means, sample);
      experiment.champion_failures = 0;
    }
    if (sample.role == Role::candidate) add_sample(experiment.means, sample);
  }
  keep_guard_pairs(state.spec.guards, measured.samples, experiment);
  if (measured.samples.front().phase == Phase::guard) {  // they decide nothing else
    experiment.guard_series += 1;
    return;
  }
  const bool first = !experiment.race;
  if (first) experiment.race = start_race(state.acceptance, experiment.id, experiment.lines);
  keep_champion_curves(state, measured.samples);
  fold_series(state.acceptance, *experiment.race, observations(measured.samples, event.at));
  keep_candidate_curves(state, experiment, measured.samples, first);
}

}  // namespace

void take_proposal(Experiment& experiment, const event::Proposed& proposed) {
  experiment.reply = proposed.reply;
  if (!proposed.proposal.idea.empty()) experiment.idea = proposed.proposal.idea;  // a repair may name none anew
  experiment.stage = Stage::assembling;
  experiment.reanchored = false;
  switch (proposed.proposal.finish) {
    case Finish::complete:
    case Finish::tool_use:
      return;
    case Finish::refused:
      return fail_with(experiment, Outcome::malformed, "the model refused to answer", false);
    case Finish::truncated:
      return fail_with(experiment, Outcome::malformed, "the reply was cut off before its end", true);
    case Finish::context_overflow:
      return fail_with(experiment, Outcome::malformed, "the prompt did not fit into the model's context", false);
    case Finish::paused:
    case Finish::error:
      return fail_with(experiment, Outcome::malformed, "the reply did not come to an end", true);
  }
}

void screen(State& state, Experiment& experiment, const event::Assembled& assembled) {
  if (experiment.tree == experiment.parent_tree) {
    return fail_with(experiment, Outcome::noop, "the edit changes nothing", !experiment.reanchored);
  }
  const bool fresh = state.seen_trees.insert(tree_key(experiment.tree)).second;
  if (!fresh) {
    return fail_with(experiment, Outcome::duplicate, "this exact tree was tried before in this run",
                     !experiment.reanchored);
  }
  // The same change in other words, on the same champion: comments and white space do not count.
  if (const std::string key = assembled.key.substr(0, assembled.key.find(' ')); !key.empty()) {
    const std::size_t change = std::hash<std::string>{}(key + experiment.parent_tree.value);
    if (!state.seen_changes.insert(change).second) {
      return fail_with(experiment, Outcome::duplicate, "the same change, but for comments or blanks, was tried before",
                       !experiment.reanchored);
    }
  }
  for (const std::string_view word : split(assembled.revert, ' ')) {
    const auto keep = state.won.find(std::string(word));
    if (word.empty() || keep == state.won.end()) continue;
    return fail_with(experiment, Outcome::denied,
                     fmt::format("it takes back what experiment {} won", keep->second.value), !experiment.reanchored);
  }
  if (assembled.seed_only) {
    return fail_with(experiment, Outcome::denied,
                     "seed_only: nothing but a random seed changed; that is luck, not a gain", !experiment.reanchored);
  }
  experiment.stage = Stage::queued;
}

void refuse_as_stale(Experiment& experiment) {
  fail_with(experiment, Outcome::stale, "made for an older champion; it does not fit the new one exactly", false);
}

void refuse(Experiment& experiment, const Rejection& rejection) {
  if (experiment.reanchored) return refuse_as_stale(experiment);
  Outcome outcome = Outcome::malformed;
  if (rejection.code == RejectCode::no_op) outcome = Outcome::noop;
  if (rejection.code == RejectCode::path || rejection.code == RejectCode::region ||
      rejection.code == RejectCode::hidden || rejection.code == RejectCode::secret) {
    outcome = Outcome::denied;
  }
  fail_with(experiment, outcome, rejection.message, true);
}

void end_prepare(State& state, ExperimentId id, const event::Prepared& prepared) {
  const InFlight flight = end_effect(state, prepared.effect);
  Experiment* experiment = find(state, id);
  if (flight.workspace) state.workspaces[flight.workspace->value].prepared = prepared.failed.empty();
  if (is_canary(id)) return end_canary_prepare(state, prepared);
  if (prepared.exit == ExitKind::cancelled) return;
  if (experiment && end_disturbed_prepare(state, *experiment, prepared)) return;
  if (!experiment) {
    learn_usual(state, prepared.changed);
    if (prepared.failed.empty()) return;
    state.champion_failures = 3;  // the champion does not build: trying again cannot help
    state.last_failure = prepared.output;
    state.last_failure_title = fmt::format("the {} command fails on the unchanged tree", prepared.failed);
    return;
  }
  const bool again = flight.workspace && state.workspaces[flight.workspace->value].fresh;
  if (again && prepared.failed.empty()) {
    experiment->clean = true;  // it keeps its slot
    if (experiment->parent != state.champion.commit) reanchor(state, *experiment);
    return;
  }
  if (again) {
    fail_with(*experiment, Outcome::suspect,
              fmt::format("unreproducible: from a clean checkout the {} command failed with status {}", prepared.failed,
                          prepared.exit_code),
              false);
    experiment->failure->output = prepared.output;
    return release_workspace(state, *experiment);
  }
  if (prepared.failed.empty()) {
    experiment->stage = Stage::ready;
    if (experiment->parent != state.champion.commit) reanchor(state, *experiment);
    return;
  }
  const bool late = prepared.exit == ExitKind::timed_out;
  const bool full = prepared.exit == ExitKind::disk_limit;
  const Outcome outcome = prepared.failed == "build" ? Outcome::build_failed : Outcome::check_failed;
  fail_with(*experiment, late ? Outcome::timeout : outcome,
            late   ? fmt::format("the {} command ran into the timeout", prepared.failed)
            : full ? fmt::format("disk_limit: the {} command wrote more than it may", prepared.failed)
                   : fmt::format("the {} command failed with status {}", prepared.failed, prepared.exit_code),
            true);
  experiment->failure->output = prepared.output;
  release_workspace(state, *experiment);
}

// What the benchmark left behind, for the brief. What the hold-out left must never get there.
void keep_artifacts(State& state, ExperimentId id, const std::vector<Sample>& samples) {
  Experiment* experiment = find(state, id);
  for (const Sample& sample : samples) {
    if (!sample.value || sample.phase == Phase::holdout || sample.phase == Phase::final_word) continue;
    if (sample.role == Role::champion) state.artifacts = sample.artifacts;
    if (sample.role == Role::candidate && experiment != nullptr) experiment->artifacts = sample.artifacts;
  }
}

void end_measure(State& state, const Event& event, event::Measured measured) {
  end_effect(state, measured.effect);
  if (is_canary(event.experiment)) return end_canary_measure(state, measured);
  for (Sample& sample : measured.samples) add_distributions(state.spec.guards, sample);
  for (const Sample& sample : measured.samples) {
    if (sample.phase == Phase::holdout || sample.exit == ExitKind::cancelled) continue;
    if (sample.exit == ExitKind::stopped_early) continue;  // how long a whole run takes
    state.metric_wall.sum += sample.wall.value;
    state.metric_wall.count += 1;
  }
  keep_artifacts(state, event.experiment, measured.samples);
  const bool cancelled = std::any_of(measured.samples.begin(), measured.samples.end(),
                                     [](const Sample& sample) { return sample.exit == ExitKind::cancelled; });
  if (cancelled || measured.samples.empty()) return;
  if (measured.samples.front().phase == Phase::final_word) {
    for (const Sample& sample : measured.samples) state.final_work.samples.push_back(sample);
    return;
  }
  Experiment* experiment = find(state, event.experiment);
  if (end_disturbed_series(state, experiment, measured.samples)) return;
  if (!experiment) return end_calibration(state, event, measured);
  if (experiment->stage == Stage::holdout) {
    for (const Sample& sample : measured.samples) experiment->holdout.push_back(sample);
    if (experiment->parent != state.champion.commit) reanchor(state, *experiment);
    return;
  }
  end_race_series(state, *experiment, event, measured);
  if (!experiment->failure && experiment->parent != state.champion.commit) reanchor(state, *experiment);
}

void release_workspace(State& state, Experiment& experiment) {
  if (experiment.slot) {
    Slot& slot = state.slots[experiment.slot->value];
    if (slot.racing == experiment.id) slot.racing = ExperimentId{};
  }
  if (experiment.workspace) {
    Workspace& workspace = state.workspaces[experiment.workspace->value];
    if (!workspace.champion) {
      workspace.experiment = ExperimentId{};
    }
  }
  experiment.workspace.reset();
  experiment.slot.reset();
}

void reanchor(State& state, Experiment& experiment) {
  release_workspace(state, experiment);
  experiment.stage = Stage::assembling;
  experiment.reanchored = true;
  experiment.race.reset();
  experiment.judged.reset();
  experiment.means.clear();
  experiment.champion_means.clear();
  experiment.guard_pairs.clear();
  experiment.guard_series = 0;
  experiment.source = Source::judge;
  experiment.clean = false;
  experiment.confirmation.clear();
  experiment.holdout.clear();
  experiment.curves.clear();
}

void crown(State& state, Experiment& experiment, const CommitId& commit) {
  for (Workspace& workspace : state.workspaces) workspace.champion = false;
  if (experiment.workspace) {
    Workspace& workspace = state.workspaces[experiment.workspace->value];
    workspace.champion = true;
    workspace.experiment = ExperimentId{};
  }
  for (const auto& [name, pairs] : experiment.guard_pairs) {
    const MeanSpread step = mean_spread(pairs);
    if (step.count == 0) continue;
    Distance& distance = state.distances[name];
    distance.mean += step.mean;
    distance.variance += step.variance / static_cast<double>(step.count);
  }
  keep_case_distances(state, experiment);
  crown_curves(state, experiment);
  const double value = experiment.judged ? experiment.judged->file.verdict.after : 0;
  state.artifacts = experiment.artifacts;  // what the old champion left says nothing of this one
  state.champion = Champion{commit, experiment.tree, experiment.id, value, state.champion.lines + experiment.lines};
  for (auto& [id, other] : state.active) {
    const bool idle_with_reply = !other.in_flight && other.stage != Stage::asking && id != experiment.id;
    if (idle_with_reply && !other.failure && other.parent != commit) reanchor(state, other);
  }
}

void finish(State& state, ExperimentId id, const event::Finished& finished) {
  Experiment* experiment = find(state, id);
  if (!experiment) return;
  LedgerEntry entry;
  entry.experiment = id;
  entry.idea = experiment->idea;
  entry.outcome = finished.outcome;
  // The ledger goes into prompts, and the hold-out does not: not by how much, and not what it printed.
  const bool told = !finished.reason.starts_with("hold-out:") && !finished.reason.starts_with("holdout_mismatch");
  entry.reason = told ? finished.reason : "hold-out: not better there";
  entry.reply = experiment->reply;
  entry.paths = experiment->paths;
  if (experiment->backend < state.spec.backends.size()) {
    const BackendSpec& backend = state.spec.backends[experiment->backend];
    entry.backend = backend.model.empty() ? backend.kind : backend.kind + ":" + backend.model;
  }
  if (experiment->judged) {
    const Verdict& verdict = experiment->judged->file.verdict;
    entry.effect = verdict.effect;
    entry.low = verdict.interval.low;
    entry.high = verdict.interval.high;
  }
  if (experiment->failure && !experiment->failure->output.value.empty()) {
    state.last_failure = experiment->failure->output;
    state.last_failure_title = fmt::format("attempt #{}: {}", id.value, experiment->failure->reason);
  }
  const bool kept = finished.outcome == Outcome::kept;
  if (experiment->champion_failures >= void_after_failures) {
    state.void_races += 1;
    state.last_failure_title = experiment->champion_trouble;
  } else if (experiment->judged) {
    state.void_races = 0;
  }
  if (kept && state.spec.canary > 0) state.canary.doubted.push_back(id);
  if (kept) {
    for (const std::string_view word : split(experiment->key, ' ')) {
      if (!word.empty()) state.won.emplace(word, id);
    }
  }
  if (experiment->race) {
    fold_end(state.acceptance, *experiment->race, kept);
    fold_cost(state.acceptance, experiment->proposing, Seconds{state.metric_wall.value()});
  }
  release_workspace(state, *experiment);
  state.finished += 1;
  state.kept += kept ? 1 : 0;
  state.since_keep = kept ? 0 : state.since_keep + 1;
  remember(state.memory, entry);
  state.active.erase(id);
}

}  // namespace hone
