// The gate learns in the course of a night: noise that changes is fitted anew, a cost ratio that changes moves the
// tier.
#include <catch2/catch.hpp>
#include <cmath>

#include "hone/core/base/random.hpp"
#include "hone/core/measure/acceptance.hpp"

using namespace hone;

namespace {

struct Place {
  double half_width = 1;  // percent
  Random random{11};
  double clock = 0;

  std::vector<Observation> answer(const Series& series, double gain) {
    std::vector<Observation> seen;
    for (const Role role : series.runs) {
      clock += 1;
      const double percent = half_width * (2 * random.uniform() - 1) - (role == Role::candidate ? gain : 0);
      seen.push_back({role, series.phase, 100 * std::exp(percent / 100), Seconds{clock}, Seconds{1}});
    }
    return seen;
  }
};

Acceptance calibrated(Place& place) {
  Acceptance acceptance = start_acceptance({}, Direction::minimise, 3);
  while (const auto series = calibration_step(acceptance)) fold_calibration(acceptance, place.answer(*series, 0));
  return acceptance;
}

const GateState& gate_of(const Acceptance& acceptance) {
  return std::get<GateState>(acceptance.state);
}

// A race to its end that keeps nothing, whatever it finds; gives its tier.
Tier race(Acceptance& acceptance, Place& place, std::uint64_t id, double gain) {
  Race race = start_race(acceptance, ExperimentId{id});
  Step step = next_step(acceptance, race);
  while (const auto* series = std::get_if<Series>(&step)) {
    fold_series(acceptance, race, place.answer(*series, gain));
    step = next_step(acceptance, race);
  }
  fold_end(acceptance, race, false);
  return std::get<GateRace>(race.state).tier;
}

}  // namespace

TEST_CASE("noise that grows in the night is fitted anew every ten experiments", "[gate]") {
  Place place;
  Acceptance acceptance = calibrated(place);
  const double before = gate_of(acceptance).noise.run_variance;
  place.half_width = 4;
  for (std::uint64_t id = 1; id <= 9; ++id) race(acceptance, place, id, 8);  // each runs the champion beside it
  CHECK(gate_of(acceptance).noise.run_variance == before);
  race(acceptance, place, 10, 8);
  CHECK(gate_of(acceptance).noise.run_variance > before);
  for (std::uint64_t id = 11; id <= 60; ++id) race(acceptance, place, id, 8);
  CHECK(gate_of(acceptance).noise.run_variance > 5 * before);
  CHECK(gate_of(acceptance).history.size() == 100);
}

TEST_CASE("a cost ratio that changes moves the next races to another tier, after twenty experiments", "[gate]") {
  Place place;
  Acceptance acceptance = calibrated(place);
  const auto next = [&](std::uint64_t id, double proposing) {
    fold_cost(acceptance, Seconds{proposing}, Seconds{1});
    return race(acceptance, place, id, -5);
  };
  for (std::uint64_t id = 1; id <= 5; ++id) CHECK(next(id, 3) == Tier::balanced);
  std::uint64_t id = 6;
  while (id < 60 && next(id, 40) == Tier::balanced) ++id;
  CHECK(id >= 6 + 20);
  CHECK(next(60, 40) == Tier::cheap);
}
