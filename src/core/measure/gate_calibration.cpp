#include "hone/core/measure/gate_calibration.hpp"

#include <algorithm>
#include <cmath>

#include "hone/core/base/random.hpp"
#include "hone/core/measure/gate.hpp"
#include "hone/core/measure/t_interval.hpp"

namespace hone::gate {
namespace {

constexpr std::size_t history_kept = 100;
constexpr std::size_t least_runs = 6;
constexpr std::size_t usual_runs = 16;
constexpr std::size_t runs_per_seed = 4;
constexpr std::size_t first_runs = 2;   // when nobody knows yet whether a night affords more
constexpr std::size_t sure_runs = 2;    // of a metric that is called deterministic
constexpr std::size_t equal_runs = 5;   // that agree to the last digit: deterministic
constexpr double budget_share = 0.05;   // what calibration may take of the night
constexpr double longest_gap = 50;      // units: drift over a longer pause is no longer a random walk
constexpr double warm_up_distance = 5;  // robust sd
constexpr double slower_once = 1;       // sd: the first candidate that looks worse is run twice

// What the user says, unless the runs say otherwise.
MetricMode asked_mode(const Acceptance& acceptance, const GateState& state) {
  const MetricMode asked = acceptance.spec.mode;
  return asked == MetricMode::deterministic && state.contradicted ? MetricMode::automatic : asked;
}

bool few_runs(const Acceptance& acceptance, const GateState& state) {
  const MetricMode asked = asked_mode(acceptance, state);
  if (asked != MetricMode::automatic) return asked == MetricMode::expensive;
  const double runs = runs_afforded(acceptance, state);
  return runs > 0 && runs < affordable_runs;
}

// 16 runs, fewer (not under 6) when they would take more than a twentieth of the night.
std::size_t runs_wanted(const Acceptance& acceptance, const GateState& state) {
  if (asked_mode(acceptance, state) == MetricMode::deterministic) return sure_runs;
  if (few_runs(acceptance, state)) return single_calibration - (acceptance.spec.noise_prior ? 1 : 0);
  if (state.history.size() < least_runs) return least_runs;
  if (acceptance.budget.value <= 0 || state.clock.unit.value <= 0) return usual_runs;
  const double affordable = budget_share * (acceptance.budget / state.clock.unit);
  return std::clamp(static_cast<std::size_t>(std::min(affordable, 1e3)), least_runs, usual_runs);
}

std::vector<double> values_of(std::span<const ChampionRun> runs) {
  std::vector<double> values;
  values.reserve(runs.size());
  for (const ChampionRun& run : runs) values.push_back(run.value);
  return values;
}

// Only the very first run may be dropped: caches were cold, the clock was low.
void drop_warm_up(std::vector<ChampionRun>& runs) {
  if (runs.size() < least_runs) return;
  std::vector<double> rest = values_of(std::span(runs).subspan(1));
  const double middle = median_of(rest);
  for (double& value : rest) value -= middle;
  const bool equal = std::all_of(rest.begin(), rest.end(), [](double off) { return off == 0; });
  const double off = std::abs(runs.front().value - middle);
  if (equal ? off > 0 : off > warm_up_distance * robust_scale(rest)) runs.erase(runs.begin());
}

// A few runs a seed: a metric that is deterministic only for one HONE_SEED must not pass for deterministic. Where runs
// are few, each has a seed of its own: what seeds do to the value is part of its noise.
std::size_t runs_together(const Acceptance& acceptance, const GateState& state) {
  if (asked_mode(acceptance, state) == MetricMode::deterministic) return 1;
  if (acceptance.budget.value > 0 && state.history.empty()) return first_runs;
  return few_runs(acceptance, state) ? 1 : runs_per_seed;
}

bool all_equal(std::span<const ChampionRun> runs) {
  return std::all_of(runs.begin(), runs.end(), [&](const ChampionRun& run) { return run.value == runs.front().value; });
}

// Two runs with one seed that agree, where other seeds differ, are one observation: both would flatter the noise.
ChampionBelief believe_history(std::span<const ChampionRun> history) {
  std::vector<double> units;
  for (const ChampionRun& run : history) units.push_back(run.units);
  if (units.size() > 2 && units[0] == units[1]) units.erase(units.begin());
  return believe(units);
}

void finish_calibration(const Acceptance& acceptance, GateState& state) {
  const std::size_t runs = state.history.size();
  drop_warm_up(state.history);
  if (state.history.size() < runs) state.first_runs.sum = slower_once;
  state.scale = choose_scale(state.scale.direction, values_of(state.history));
  if (state.crosses_zero) state.scale.logarithmic = false;
  for (ChampionRun& run : state.history) run.units = to_units(state.scale, run.value);
  const MetricMode asked = asked_mode(acceptance, state);
  if (all_equal(state.history) && asked != MetricMode::noisy && asked != MetricMode::expensive) {
    state.mode = GateMode::deterministic;
    state.unchecked = 0;
    state.history.erase(state.history.begin(), state.history.end() - 1);
    return;
  }
  if (few_runs(acceptance, state)) {
    state.mode = GateMode::expensive;
    state.belief = believe_history(state.history);
    return;
  }
  state.mode = GateMode::noisy;
  refit(state);
}

// The calibration may end early, at 6 runs, when they agree to the last digit.
bool complete(const Acceptance& acceptance, const GateState& state) {
  const MetricMode asked = asked_mode(acceptance, state);
  const bool few = asked == MetricMode::deterministic || few_runs(acceptance, state);
  if (few || state.history.size() < least_runs) return state.history.size() >= runs_wanted(acceptance, state);
  std::vector<ChampionRun> runs = state.history;
  drop_warm_up(runs);
  return (asked != MetricMode::noisy && runs.size() >= equal_runs && all_equal(runs)) ||
         state.history.size() >= runs_wanted(acceptance, state);
}

// The first runs may be slow with cold caches, and they alone would decide how many a night affords.
void fit_clock(GateClock& clock, std::span<const Observation> observations) {
  if (observations.empty()) return;
  std::vector<double> walls;
  for (const Observation& seen : observations) walls.push_back(seen.wall.value);
  const Seconds middle{median_of(walls)};
  clock.unit = clock.unit.value > 0 ? std::min(clock.unit, middle) : middle;
}

}  // namespace

double runs_afforded(const Acceptance& acceptance, const GateState& state) {
  if (acceptance.budget.value <= 0 || state.clock.unit.value <= 0) return 0;
  return acceptance.slots * (acceptance.budget / state.clock.unit);
}

std::vector<TimedRun> time_runs(GateClock& clock, std::span<const Observation> observations) {
  std::vector<TimedRun> runs;
  if (observations.empty()) return runs;
  double ends_at = observations.back().at.value;
  for (const Observation& seen : observations) ends_at -= seen.wall.value;
  const bool shared = observations.front().at == observations.back().at;
  for (const Observation& seen : observations) {
    TimedRun run{seen.role, seen.value, 1, 1};
    if (clock.unit.value > 0) {
      ends_at += seen.wall.value;
      const double end = shared ? ends_at : seen.at.value;
      run.length = seen.wall / clock.unit;
      run.elapsed = std::clamp((end - clock.last.value) / clock.unit.value, 0.0, longest_gap);
      clock.last = Seconds{std::max(end, clock.last.value)};
    }
    runs.push_back(run);
  }
  return runs;
}

void fold_gap(GateClock& clock, const TimedRun& first) {
  const double pause = std::max(0.0, first.elapsed - first.length);
  clock.gap += 0.2 * (pause - clock.gap);
}

void remember_run(GateState& state, double value) {
  state.history.push_back({value, to_units(state.scale, value), state.clock.now, state.epoch});
  if (state.history.size() > history_kept) state.history.erase(state.history.begin());
}

void refit(GateState& state) {
  state.noise = fit_noise(state.history);
  state.level = fit_champion(state.history, state.noise, state.epoch, state.clock.now, state.level);
}

void start_over(GateState& state) {
  state.mode = GateMode::calibrating;
  state.history.clear();
  ++state.epoch;
}

std::optional<Series> calibration_step(const Acceptance& acceptance, const GateState& state) {
  if (state.mode != GateMode::calibrating) return std::nullopt;
  const std::size_t done = state.history.size();
  const std::size_t wanted = std::max(runs_wanted(acceptance, state), done + 1);
  const std::size_t runs = std::min(wanted - done, runs_together(acceptance, state));
  return Series{Phase::calibrate, std::vector<Role>(runs, Role::champion),
                derive(acceptance.seed, 0, state.epoch * history_kept + done).next()};
}

void fold_calibration(const Acceptance& acceptance, GateState& state, std::span<const Observation> observations) {
  if (state.mode != GateMode::calibrating) return;
  state.scale.direction = acceptance.direction;
  if (state.epoch == 0) fit_clock(state.clock, observations);
  for (const TimedRun& run : time_runs(state.clock, observations)) {
    state.clock.now += run.elapsed;
    if (run.role != Role::candidate) remember_run(state, run.value);
  }
  if (acceptance.spec.mode == MetricMode::deterministic && !all_equal(state.history)) state.contradicted = true;
  if (complete(acceptance, state)) finish_calibration(acceptance, state);
}

}  // namespace hone::gate
