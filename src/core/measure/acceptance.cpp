#include "hone/core/measure/acceptance.hpp"

#include "hone/core/measure/plain.hpp"

namespace hone {

Acceptance start_acceptance(const AcceptSpec& spec, Direction direction, std::uint64_t seed) {
  return Acceptance{spec, direction, seed, PlainState{}};
}

std::optional<Series> calibration_step(const Acceptance& acceptance) {
  return plain::calibration_step(acceptance, std::get<PlainState>(acceptance.state));
}

void fold_calibration(Acceptance& acceptance, std::span<const Observation> observations) {
  plain::fold_calibration(std::get<PlainState>(acceptance.state), observations);
}

Race start_race(const Acceptance&, ExperimentId experiment) {
  return Race{experiment, PlainRace{}};
}

Step next_step(const Acceptance& acceptance, const Race& race) {
  return plain::next_step(acceptance, std::get<PlainState>(acceptance.state), race.experiment,
                          std::get<PlainRace>(race.state));
}

void fold_series(Acceptance& acceptance, Race& race, std::span<const Observation> observations) {
  plain::fold_series(acceptance, std::get<PlainState>(acceptance.state), std::get<PlainRace>(race.state), observations);
}

void fold_end(Acceptance& acceptance, const Race& race, bool kept) {
  plain::fold_end(acceptance, std::get<PlainState>(acceptance.state), std::get<PlainRace>(race.state), kept);
}

void fold_cost(Acceptance&, Seconds, Seconds) {}

}  // namespace hone
