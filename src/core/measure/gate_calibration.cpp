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
constexpr std::size_t equal_runs = 5;   // that agree to the last digit: deterministic
constexpr double budget_share = 0.05;   // what calibration may take of the night
constexpr double longest_gap = 50;      // units: drift over a longer pause is no longer a random walk
constexpr double warm_up_distance = 5;  // robust sd

// 16 runs, fewer (not under 6) when they would take more than a twentieth of the night.
std::size_t runs_wanted(const Acceptance& acceptance, const GateState& state) {
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

bool all_equal(std::span<const ChampionRun> runs) {
  return std::all_of(runs.begin(), runs.end(), [&](const ChampionRun& run) { return run.value == runs.front().value; });
}

void finish_calibration(GateState& state) {
  drop_warm_up(state.history);
  state.scale = choose_scale(state.scale.direction, values_of(state.history));
  for (ChampionRun& run : state.history) run.units = to_units(state.scale, run.value);
  if (all_equal(state.history)) {
    state.mode = GateMode::deterministic;
    state.unchecked = 0;
    state.history.erase(state.history.begin(), state.history.end() - 1);
    return;
  }
  state.mode = GateMode::noisy;
  refit(state);
}

// The calibration may end early, at 6 runs, when they agree to the last digit.
bool complete(const Acceptance& acceptance, const GateState& state) {
  if (state.history.size() < least_runs) return false;
  std::vector<ChampionRun> runs = state.history;
  drop_warm_up(runs);
  return (runs.size() >= equal_runs && all_equal(runs)) || state.history.size() >= runs_wanted(acceptance, state);
}

void fit_clock(GateClock& clock, std::span<const Observation> observations) {
  if (clock.unit.value > 0 || observations.empty()) return;
  std::vector<double> walls;
  for (const Observation& seen : observations) walls.push_back(seen.wall.value);
  clock.unit = Seconds{median_of(walls)};
}

}  // namespace

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
  // A few runs a seed: a metric that is deterministic only for one HONE_SEED must not pass for deterministic.
  const std::size_t runs = std::min<std::size_t>(runs_wanted(acceptance, state) - done, runs_per_seed);
  return Series{Phase::calibrate, std::vector<Role>(runs, Role::champion),
                derive(acceptance.seed, 0, state.epoch * history_kept + done).next()};
}

void fold_calibration(const Acceptance& acceptance, GateState& state, std::span<const Observation> observations) {
  if (state.mode != GateMode::calibrating) return;
  state.scale.direction = acceptance.direction;
  if (state.history.empty()) fit_clock(state.clock, observations);
  for (const TimedRun& run : time_runs(state.clock, observations)) {
    state.clock.now += run.elapsed;
    if (run.role != Role::candidate) remember_run(state, run.value);
  }
  if (complete(acceptance, state)) finish_calibration(state);
}

}  // namespace hone::gate
