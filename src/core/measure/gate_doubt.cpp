#include "core/measure/gate_doubt.hpp"

#include <algorithm>
#include <cmath>

namespace hone::gate {
namespace {

constexpr double doubted_level = 20;  // white variances: as after a jump of the champion (fold_level)
constexpr int most_patience = 16;     // first runs in a row that are clearly worse
constexpr double clearly_worse = 1;   // sd of a run against the level
constexpr double apart = 3;           // sd of a difference; more counts no more
constexpr double usual = 1;  // sd a race, taken off the sum: what a tail of slow runs brings by itself stays low
constexpr double proven_slower = 6;
constexpr double proven_alike = 8;

bool worse_than_level(const GateState& state, double units) {
  return units - state.level.at > clearly_worse * std::sqrt(state.noise.run_variance + state.level.variance);
}

}  // namespace

bool doubted(const GateState& state) {
  const bool suspected = !state.first_runs.left_out && state.first_runs.sum > 0;
  return state.doubt.slow_in_a_row >= (suspected ? 1 : state.doubt.patience);
}

void count_slow(GateState& state, double units) {
  state.doubt.slow_in_a_row = worse_than_level(state, units) ? state.doubt.slow_in_a_row + 1 : 0;
}

void count_slow_exact(GateState& state, bool worse) {
  state.doubt.slow_in_a_row = worse ? state.doubt.slow_in_a_row + 1 : 0;
}

// A machine that becomes slower makes every candidate look worse, so none is promoted, no pair is run, and the
// champion, whose level is precise, would not be run for a hundred experiments. So bad candidates in a row cost one run
// of the champion; when it is slow as well, the level is taken from it.
void fold_doubt(GateState& state, double champion_units) {
  if (!doubted(state)) return;
  const bool moved = worse_than_level(state, champion_units);
  if (moved) state.level.variance = std::max(state.level.variance, doubted_level * state.noise.white);
  state.doubt.patience = moved ? LevelDoubt{}.patience : std::min(2 * state.doubt.patience, most_patience);
  state.doubt.slow_in_a_row = 0;
}

// A first run that is slower than the rest would have every candidate dropped by it, however good.
bool fold_first_runs(GateState& state, double first, double second) {
  FirstRuns& seen = state.first_runs;
  const bool left_out = seen.left_out;
  const double slower = (first - second) / std::sqrt(2 * state.noise.run_variance);
  const double counts = std::clamp(slower, -apart, apart);
  seen.sum = std::max(0.0, seen.sum + (left_out ? usual - counts : counts - usual));
  if (seen.sum >= (left_out ? proven_alike : proven_slower)) seen = {0, !left_out};
  return left_out || slower > apart;
}

bool fold_first_exact_runs(GateState& state, double first, double second) {
  FirstRuns& seen = state.first_runs;
  const bool left_out = seen.left_out;
  const bool slower = first > second;
  if (slower) {
    seen = {0, true};
  } else if (left_out) {
    if (++seen.sum >= proven_alike) seen = {};
  } else {
    seen.sum = 0;
    state.doubt.patience = std::min(2 * state.doubt.patience, most_patience);
  }
  state.doubt.slow_in_a_row = 0;
  return left_out || slower;
}

}  // namespace hone::gate
