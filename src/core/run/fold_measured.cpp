// What a series of runs says: of the baseline, of a race, of the pairs beside it.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/run/canary_parts.hpp"
#include "core/run/early_stop.hpp"
#include "core/run/fold_parts.hpp"
#include "hone/core/guard/distribution.hpp"
#include "hone/core/measure/noninferiority.hpp"
#include "hone/core/measure/t_interval.hpp"

namespace hone {
namespace {

void add(Means& means, const std::string& name, double value) {
  Mean& mean = means[name];
  mean.least = mean.count == 0 ? value : std::min(mean.least, value);
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

void end_holdout_trial(State& state, const std::vector<Sample>& samples) {
  const Sample* bad = first_invalid(samples);
  state.holdout_tried = bad == nullptr;
  state.holdout_trouble = bad == nullptr ? "" : bad->invalid;
  state.champion_failures = bad == nullptr ? 0 : state.champion_failures + 1;
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

// What the benchmark left behind, for the brief. What the hold-out left must never get there.
void keep_artifacts(State& state, ExperimentId id, const std::vector<Sample>& samples) {
  Experiment* experiment = find(state, id);
  for (const Sample& sample : samples) {
    if (!sample.value || sample.phase == Phase::holdout || sample.phase == Phase::final_word) continue;
    if (sample.role == Role::champion) state.artifacts = sample.artifacts;
    if (sample.role == Role::candidate && experiment != nullptr) experiment->artifacts = sample.artifacts;
  }
}

}  // namespace

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
  if (!experiment && measured.samples.front().phase == Phase::holdout)
    return end_holdout_trial(state, measured.samples);
  if (!experiment) return end_calibration(state, event, measured);
  if (experiment->stage == Stage::holdout) {
    for (const Sample& sample : measured.samples) experiment->holdout.push_back(sample);
    if (experiment->parent != state.champion.commit) reanchor(state, *experiment);
    return;
  }
  end_race_series(state, *experiment, event, measured);
  if (!experiment->failure && experiment->parent != state.champion.commit) reanchor(state, *experiment);
}

}  // namespace hone
