#include "hone/core/measure/acceptance.hpp"

#include <cmath>

#include "hone/core/base/assert.hpp"
#include "hone/core/measure/gate.hpp"
#include "hone/core/measure/plain.hpp"

namespace hone {
namespace {

PlainRace& plain_race(Race& race) {
  HONE_ASSERT(std::holds_alternative<PlainRace>(race.state));
  return std::get<PlainRace>(race.state);
}

GateRace& gate_race(Race& race) {
  HONE_ASSERT(std::holds_alternative<GateRace>(race.state));
  return std::get<GateRace>(race.state);
}

const PlainRace& plain_race(const Race& race) {
  HONE_ASSERT(std::holds_alternative<PlainRace>(race.state));
  return std::get<PlainRace>(race.state);
}

const GateRace& gate_race(const Race& race) {
  HONE_ASSERT(std::holds_alternative<GateRace>(race.state));
  return std::get<GateRace>(race.state);
}

}  // namespace

Acceptance start_acceptance(const AcceptSpec& spec, Direction direction, std::uint64_t seed, Seconds budget) {
  Acceptance acceptance{spec, direction, seed, budget, 1, PlainState{}};
  if (spec.rule == AcceptRule::gate) acceptance.state = GateState{};
  return acceptance;
}

std::optional<Series> calibration_step(const Acceptance& acceptance) {
  if (const auto* state = std::get_if<GateState>(&acceptance.state)) return gate::calibration_step(acceptance, *state);
  return plain::calibration_step(acceptance, std::get<PlainState>(acceptance.state));
}

void fold_calibration(Acceptance& acceptance, std::span<const Observation> runs) {
  if (auto* state = std::get_if<GateState>(&acceptance.state)) return gate::fold_calibration(acceptance, *state, runs);
  plain::fold_calibration(std::get<PlainState>(acceptance.state), runs);
}

Race start_race(const Acceptance& acceptance, ExperimentId experiment, std::int64_t lines) {
  if (std::holds_alternative<GateState>(acceptance.state)) return Race{experiment, gate::start_race(lines)};
  return Race{experiment, PlainRace{}};
}

Step next_step(const Acceptance& acceptance, const Race& race) {
  if (const auto* state = std::get_if<GateState>(&acceptance.state)) {
    return gate::next_step(acceptance, *state, race.experiment, gate_race(race));
  }
  return plain::next_step(acceptance, std::get<PlainState>(acceptance.state), race.experiment, plain_race(race));
}

void fold_series(Acceptance& acceptance, Race& race, std::span<const Observation> runs) {
  if (auto* state = std::get_if<GateState>(&acceptance.state)) {
    return gate::fold_series(acceptance, *state, gate_race(race), runs);
  }
  plain::fold_series(acceptance, std::get<PlainState>(acceptance.state), plain_race(race), runs);
}

void fold_end(Acceptance& acceptance, const Race& race, bool kept) {
  if (auto* state = std::get_if<GateState>(&acceptance.state)) return gate::fold_end(*state, gate_race(race), kept);
  plain::fold_end(acceptance, std::get<PlainState>(acceptance.state), plain_race(race), kept);
}

std::optional<NextRun> next_run(const Acceptance& acceptance, const Race& race) {
  const auto* state = std::get_if<GateState>(&acceptance.state);
  if (state == nullptr) return std::nullopt;
  return gate::next_run(acceptance, *state, gate_race(race));
}

void fold_stopped(Acceptance& acceptance, Race& race) {
  if (auto* state = std::get_if<GateState>(&acceptance.state)) gate::fold_stopped(acceptance, *state, gate_race(race));
}

bool winner_is_known(const Acceptance& acceptance) {
  const auto* state = std::get_if<GateState>(&acceptance.state);
  return state == nullptr || state->mode == GateMode::deterministic || state->mode == GateMode::expensive;
}

std::optional<double> relative_noise(const Acceptance& acceptance) {
  if (const auto* state = std::get_if<GateState>(&acceptance.state)) {
    if (state->mode == GateMode::calibrating) return std::nullopt;
    if (state->mode == GateMode::deterministic) return 0;
    if (state->mode == GateMode::expensive) return std::sqrt(gate::expensive_variance(acceptance, *state)) / 100;
    return std::sqrt(state->noise.white) / 100;  // units are percent
  }
  const auto& runs = std::get<PlainState>(acceptance.state).champion;
  if (runs.size() < 2) return std::nullopt;
  double mean = 0, squares = 0;
  for (const double run : runs) mean += run / static_cast<double>(runs.size());
  for (const double run : runs) squares += (run - mean) * (run - mean);
  if (mean == 0) return std::nullopt;
  return std::sqrt(squares / static_cast<double>(runs.size() - 1)) / std::abs(mean);
}

std::string describe_mode(const Acceptance& acceptance) {
  const auto* state = std::get_if<GateState>(&acceptance.state);
  return state == nullptr ? "" : gate::describe_mode(acceptance, *state);
}

void fold_cost(Acceptance& acceptance, Seconds proposing, Seconds run) {
  if (auto* state = std::get_if<GateState>(&acceptance.state)) {
    fold_cost_ratio(state->costs, proposing.value, run.value);
  }
}

}  // namespace hone
