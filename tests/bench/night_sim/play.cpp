#include "bench/night_sim/play.hpp"

#include <cmath>

#include "hone/core/measure/acceptance.hpp"

namespace night_sim {
namespace {

using namespace hone;

std::size_t class_of(double effect) {
  if (effect < 0) return 0;
  if (effect == 0) return 1;
  if (effect < .4) return 2;
  if (effect < 1) return 3;
  return effect < 2 ? 4 : 5;
}

// One night in progress: the truth (`theta`, log metric in percent), the machine and the clock.
struct Stage {
  Machine machine;
  double theta = 0;
  double clock = 0;
  double runs = 0;
  double ticks = 0;  // of a coarse timer; 0 = none

  Observation run(Role role, Phase phase, double effect, double spread) {
    clock += 1;
    runs += 1;
    const bool candidate = role == Role::candidate;
    const double units = theta - (candidate ? effect : 0) + (candidate ? spread : 1) * machine.noise();
    const double value = 100 * std::exp(units / 100);
    return {role, phase, ticks > 0 ? std::round(value / ticks) * ticks : value, Seconds{clock}, Seconds{1}};
  }

  std::vector<Observation> answer(const Series& series, double effect, double spread) {
    std::vector<Observation> seen;
    for (const Role role : series.runs) seen.push_back(run(role, series.phase, effect, spread));
    return seen;
  }
};

void book(Night& night, double effect, const Verdict& verdict) {
  const std::size_t kind = class_of(effect);
  night.experiments += 1;
  night.tried[kind] += 1;
  if (verdict.alpha > 0) night.tests += 1;
  if (verdict.decision != Decision::accepted) return;
  night.kept[kind] += 1;
  night.commits += 1;
  night.progress += effect;
  night.claimed += -100 * std::log1p(-verdict.effect);
  night.kept_gains.push_back(effect);
  if (effect <= 0) night.false_commits += 1;
}

}  // namespace

Night play(const Setting& setting, std::uint64_t seed) {
  Night night;
  const std::vector<double> effects =
      setting.planted.empty() ? draw_effects(setting.mix, setting.experiments, seed) : setting.planted;
  Dice choices(derive(seed, 0x3));
  Stage stage{Machine(setting.noise, Dice(derive(seed, 0x4)))};
  if (setting.noise == Noise::quantised) stage.ticks = 1;
  Acceptance acceptance = start_acceptance(setting.accept, Direction::minimise, seed);
  if (auto* gate = std::get_if<GateState>(&acceptance.state)) gate->fixed_alpha = setting.alpha;
  for (int i = 0; i < 3; ++i) fold_cost(acceptance, Seconds{setting.cost_ratio}, Seconds{1});
  while (const auto series = calibration_step(acceptance)) fold_calibration(acceptance, stage.answer(*series, 0, 1));
  for (std::size_t i = 0; i < effects.size(); ++i) {
    if (setting.budget > 0 && stage.runs + static_cast<double>(i) * setting.cost_ratio >= setting.budget) break;
    const double spread =
        setting.triple_share > 0 && choices.uniform() < setting.triple_share ? setting.triple_factor : 1;
    stage.machine.pass();
    stage.clock += 1;
    fold_cost(acceptance, Seconds{setting.cost_ratio}, Seconds{1});
    Race race = start_race(acceptance, ExperimentId{i + 1});
    Step step = next_step(acceptance, race);
    while (const Series* series = std::get_if<Series>(&step)) {
      fold_series(acceptance, race, stage.answer(*series, effects[i], spread));
      step = next_step(acceptance, race);
    }
    const Verdict& verdict = std::get<Verdict>(step);
    const bool kept = verdict.decision == Decision::accepted;
    fold_end(acceptance, race, kept);
    book(night, effects[i], verdict);
    if (kept) stage.theta -= effects[i];
  }
  night.runs = stage.runs;
  return night;
}

}  // namespace night_sim
