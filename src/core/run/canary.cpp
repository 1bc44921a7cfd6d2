#include "hone/core/run/canary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "core/run/canary_parts.hpp"
#include "hone/core/base/direction.hpp"
#include "hone/core/base/random.hpp"

namespace hone {
namespace {

constexpr std::int64_t most_crashes = 3;
constexpr std::int64_t most_champion_failures = 3;
constexpr double least_gain = 0.001;  // of a null patch, to count as better: below it nobody would care
constexpr double least_planted = 0.05;
constexpr double most_of_timeout = 0.8;

constexpr std::array<std::string_view, 14> hash_comments = {".py", ".sh", ".rb", ".toml", ".yaml", ".yml", ".jl",
                                                            ".r",  ".R",  ".mk", ".pl",   ".awk",  ".nix", ".cmake"};
constexpr std::array<std::string_view, 18> slash_comments = {".c",   ".h",    ".cc",  ".cpp",   ".hpp", ".cxx",
                                                             ".cu",  ".js",   ".mjs", ".ts",    ".go",  ".rs",
                                                             ".zig", ".java", ".kt",  ".swift", ".cs",  ".scala"};

template <std::size_t N>
bool ends_with_any(std::string_view path, const std::array<std::string_view, N>& endings) {
  return std::any_of(endings.begin(), endings.end(), [path](std::string_view one) { return path.ends_with(one); });
}

// How long the planted work takes: as long as a run does, in the currency that is measured. 0: it cannot be planted.
double planted_seconds(const State& state) {
  const Measure measure = state.spec.metric.measure;
  if (measure != Measure::wall && measure != Measure::cpu && measure != Measure::instructions) return 0;
  const double wall = state.metric_wall.value();
  const auto cpu = state.baseline_means.find("cpu");
  double seconds = wall;
  if (measure == Measure::cpu && cpu != state.baseline_means.end()) seconds = std::max(wall, cpu->second.value());
  seconds = std::max(seconds, least_planted);
  return wall + seconds > most_of_timeout * state.spec.limits.timeout.value ? 0 : seconds;
}

// What the second half of a round plants: what the user's command makes of the targets, or else a busy loop.
bool can_slow_down(const State& state) {
  return !state.spec.sensitivity.empty() || planted_seconds(state) > 0;
}

bool round_due(const State& state) {
  const CanaryWatch& watch = state.canary;
  if (watch.slow_next) return true;
  const std::int64_t due = watch.due > 0 ? watch.due : state.spec.canary;
  return state.finished >= due;
}

bool may_begin(const State& state) {
  if (state.spec.canary == 0 || state.stopping || state.slots.empty() || !calibrated(state)) return false;
  const Slot& slot = state.slots.front();
  if (slot.racing.value != 0 || slot.timing || !champion_workspace(state, SlotId{0})) return false;
  // One that just won and waits for its commit would make this canary stale at once.
  return std::none_of(state.active.begin(), state.active.end(),
                      [](const auto& entry) { return entry.second.stage == Stage::advancing; });
}

event::CanaryBegan next_canary(const State& state) {
  event::CanaryBegan began;
  began.parent = state.champion.commit;
  began.parent_tree = state.champion.tree;
  const double seconds = planted_seconds(state);
  began.slow = state.canary.slow_next && can_slow_down(state);
  if (began.slow && !state.spec.sensitivity.empty()) {
    began.how = fmt::format("canary: what `{}` does", state.spec.sensitivity);
  } else if (began.slow) {
    began.planted = busy_loop(seconds);
    began.how = fmt::format("canary: a planted slow-down of {:.3g} s", seconds);
  } else {
    began.how = "canary: a patch without effect";
  }
  return began;
}

std::string say_pairs(const CanaryPairs& pairs, std::string_view what) {
  return fmt::format("{} in {} of {} pairs", what, pairs.unexpected, pairs.expected + pairs.unexpected);
}

event::Finished verdict_on(const State& state, const CanaryWork& work, CanaryCall call) {
  if (call == CanaryCall::alarm) {
    return {Outcome::suspect,
            work.slow && work.planted.empty()
                ? fmt::format("the evaluator does not see what is worse: what `{}` does was {}", state.spec.sensitivity,
                              say_pairs(work.pairs, "not worse"))
            : work.slow
                ? fmt::format("the evaluator does not see that a command became slower: a planted slow-down was {}",
                              say_pairs(work.pairs, "not slower"))
                : fmt::format("the evaluator is fooled by a patch that changes nothing: it was {}",
                              say_pairs(work.pairs, "better"))};
  }
  if (call == CanaryCall::unclear) return {Outcome::undecided, "canary: too few pairs agree to say anything"};
  std::string reason = work.slow ? "canary passed: the planted slow-down lost" : "canary passed: it did not win";
  if (work.slow && work.planted.empty()) reason = "canary passed: it lost";
  if (!work.slow && !can_slow_down(state)) {
    reason += state.spec.metric.measure == Measure::printed || state.spec.metric.measure == Measure::peak_memory
                  ? "; no slow-down is planted, because the metric is not a time and no --sensitivity was given"
                  : "; no slow-down is planted, because it would come near the timeout";
  }
  return {Outcome::discarded, std::move(reason)};
}

std::optional<event::Finished> end_of_canary(const State& state, const CanaryWork& work) {
  if (work.in_flight) return std::nullopt;
  if (state.stopping) return event::Finished{Outcome::abandoned, "the run ended before the canary was decided"};
  if (work.crashes >= most_crashes) return event::Finished{Outcome::abandoned, "poisoned: hone died three times"};
  if (work.champion_failures >= most_champion_failures) {
    return event::Finished{Outcome::abandoned, "the champion gave no value three times"};
  }
  if (work.parent != state.champion.commit) {
    return event::Finished{Outcome::stale, "another candidate was kept meanwhile; the canary starts again"};
  }
  if (work.failed) return event::Finished{Outcome::abandoned, "canary: " + *work.failed};
  if (work.lost) return event::Finished{Outcome::discarded, "canary passed: it lost, because " + *work.lost};
  const CanaryCall call = work.slow ? judge_slow_canary(work.pairs) : judge_null_canary(work.pairs);
  if (call == CanaryCall::need_more) return std::nullopt;
  return verdict_on(state, work, call);
}

effect::Measure pair_of(const State& state, const CanaryWork& work, WorkspaceId champion, WorkspaceId candidate) {
  const auto done = static_cast<std::uint64_t>(work.pairs.expected + work.pairs.unexpected);
  effect::Measure measure;
  measure.candidate = candidate;
  measure.phase = Phase::canary;
  Random random = derive(state.spec.seed, work.id.value, done);
  measure.runs = {{Role::champion, champion, state.champion.tree, ""},
                  {Role::candidate, candidate, work.tree, work.planted}};
  if (random.coin()) std::swap(measure.runs[0], measure.runs[1]);
  measure.seed = random.next();
  measure.metric = metric_of(state);
  measure.channel_only = state.private_channel;
  measure.printed_only = !state.private_channel;
  measure.usual = usual_paths(state);
  measure.timeout = state.spec.limits.timeout;
  return measure;
}

void count_pair(const State& state, CanaryWork& work, double champion, double candidate) {
  const Direction goal = state.spec.metric.goal;
  bool expected = true;
  if (work.slow) {
    expected = better(goal, champion, candidate);
  } else if (champion != 0) {
    const double wanted = std::max(least_gain, state.spec.accept.min_effect.value_or(0));
    expected = improvement(goal, champion, candidate) <= wanted;
  } else {
    expected = !better(goal, candidate, champion);
  }
  (expected ? work.pairs.expected : work.pairs.unexpected) += 1;
}

void release(State& state, ExperimentId id) {
  for (Slot& slot : state.slots) {
    if (slot.racing == id) slot.racing = ExperimentId{};
  }
  for (Workspace& workspace : state.workspaces) {
    if (workspace.experiment == id) workspace.experiment = ExperimentId{};
  }
}

}  // namespace

std::string render_experiment(ExperimentId id) {
  return is_canary(id) ? fmt::format("c{}", id.value - canary_base) : fmt::format("{}", id.value);
}

std::string plant_null(const std::string& path, std::string text) {
  if (!text.empty() && !text.ends_with('\n')) text += '\n';
  if (ends_with_any(path, hash_comments)) return text + "# no change\n";
  if (ends_with_any(path, slash_comments)) return text + "// no change\n";
  return text + "\n";
}

std::string busy_loop(double seconds) {
  const auto hundredths = static_cast<std::int64_t>(std::ceil(seconds * 100));
  return fmt::format(
      "(read -r u v </proc/uptime; e=$((${{u%.*}}${{u#*.}}+{})); while read -r u v </proc/uptime; [ "
      "\"${{u%.*}}${{u#*.}}\" "
      "-lt \"$e\" ]; do :; done)",
      hundredths);
}

bool canary_holds(const State& state, SlotId slot) {
  return slot.value == 0 && state.canary.work.has_value();
}

std::optional<EffectBody> plan_canary(const State& state, WorkspaceId champion) {
  const CanaryWork& work = *state.canary.work;
  if (work.in_flight || work.lost || work.failed || work.parent != state.champion.commit) return std::nullopt;
  if (!work.planted.empty()) return pair_of(state, work, champion, champion);
  if (work.tree.value.empty() && !work.slow) return effect::Plant{work.parent_tree, state.target_paths};
  const std::optional<WorkspaceId> workspace = work.workspace ? work.workspace : free_workspace(state, SlotId{0});
  if (!workspace) return std::nullopt;
  if (work.tree.value.empty()) {
    return effect::Plant{work.parent_tree, state.target_paths,        state.spec.sensitivity,
                         workspace,        state.spec.limits.timeout, timing(state)};
  }
  if (needs_prepare(state) && !work.prepared) {
    effect::Prepare prepare{
        *workspace,    SlotId{0}, work.tree, state.spec.build, state.spec.check, state.spec.limits.timeout,
        timing(state), false};
    prepare.usual = usual_paths(state);
    return prepare;
  }
  return pair_of(state, work, champion, *workspace);
}

std::optional<Consequence> canary_consequence(const State& state) {
  const CanaryWatch& watch = state.canary;
  if (watch.work) {
    if (auto end = end_of_canary(state, *watch.work)) return Consequence{watch.work->id, std::move(*end)};
    return std::nullopt;
  }
  if (!watch.alarm.empty()) {
    if (!watch.doubted.empty()) return Consequence{watch.doubted.front(), event::Doubted{watch.alarm}};
    if (state.stopping) return std::nullopt;
    return Consequence{ExperimentId{}, event::Closing{EndReason::evaluator_insensitive, watch.alarm}};
  }
  if (!may_begin(state) || !round_due(state)) return std::nullopt;
  return Consequence{canary_id(watch.begun + 1), next_canary(state)};
}

void begin_canary(State& state, ExperimentId id, const event::CanaryBegan& began) {
  CanaryWatch& watch = state.canary;
  watch.begun = std::max(watch.begun, static_cast<std::int64_t>(id.value - canary_base));
  if (!watch.slow_next) watch.covered = watch.doubted.size();
  CanaryWork work;
  work.id = id;
  work.slow = began.slow;
  work.parent = began.parent;
  work.parent_tree = began.parent_tree;
  work.planted = began.planted;
  if (!began.planted.empty()) work.tree = began.parent_tree;
  watch.work = std::move(work);
}

void begin_canary_effect(State& state, const event::Began& began) {
  if (!state.canary.work) return;
  CanaryWork& work = *state.canary.work;
  work.in_flight = began.effect;
  const bool own_tree = work.planted.empty();
  if (began.workspace && own_tree) work.workspace = began.workspace;
  if (began.kind != EffectKind::measure || !own_tree || !began.workspace) return;
  Workspace& workspace = state.workspaces[began.workspace->value];
  workspace.tree = work.tree;
  workspace.prepared = true;
  workspace.fresh = false;
}

void end_canary_effect(State& state, EffectId id, bool died) {
  if (!state.canary.work || state.canary.work->in_flight != id) return;
  state.canary.work->in_flight.reset();
  if (died) state.canary.work->crashes += 1;
}

void end_canary_plant(State& state, const event::Assembled& assembled) {
  if (!state.canary.work) return;
  CanaryWork& work = *state.canary.work;
  work.tree = assembled.tree;
  if (work.tree != work.parent_tree) return;
  work.failed = assembled.idea.empty() ? "there was nothing to plant it in" : assembled.idea;
}

void end_canary_prepare(State& state, const event::Prepared& prepared) {
  if (!state.canary.work || prepared.exit == ExitKind::cancelled) return;
  if (prepared.failed.empty()) {
    state.canary.work->prepared = true;
  } else {
    state.canary.work->lost = fmt::format("its {} command fails", prepared.failed);
  }
}

void end_canary_measure(State& state, const event::Measured& measured) {
  if (!state.canary.work) return;
  CanaryWork& work = *state.canary.work;
  std::optional<double> champion;
  std::optional<double> candidate;
  for (const Sample& sample : measured.samples) {
    if (sample.exit == ExitKind::cancelled) return;
    if (!sample.value && sample.role == Role::champion) {
      work.champion_failures += 1;
      return;
    }
    if (!sample.value) {
      work.lost = "a run of it gave no value: " + sample.invalid;
      return;
    }
    (sample.role == Role::champion ? champion : candidate) = sample.value;
  }
  if (champion && candidate) count_pair(state, work, *champion, *candidate);
}

void finish_canary(State& state, ExperimentId id, const event::Finished& finished) {
  CanaryWatch& watch = state.canary;
  if (!watch.work || watch.work->id != id) return;
  release(state, id);
  const bool half = finished.outcome == Outcome::discarded && !watch.work->slow && can_slow_down(state);
  watch.work.reset();
  if (finished.outcome == Outcome::suspect) watch.alarm = finished.reason;
  if (finished.outcome == Outcome::stale) return;  // due as before
  watch.slow_next = half;
  if (half) return;
  watch.due = state.finished + std::max<std::int64_t>(1, state.spec.canary);
  if (finished.outcome != Outcome::discarded) return;
  const auto covered = static_cast<std::ptrdiff_t>(std::min(watch.covered, watch.doubted.size()));
  watch.doubted.erase(watch.doubted.begin(), watch.doubted.begin() + covered);
}

void forget_canary_workspace(State& state) {
  if (!state.canary.work) return;
  state.canary.work->workspace.reset();
  state.canary.work->prepared = false;
}

}  // namespace hone
