#include "bench/night_sim/play.hpp"

#include <cmath>

#include "hone/core/measure/acceptance.hpp"
#include "hone/core/measure/remeasure.hpp"

namespace night_sim {
namespace {

using namespace hone;

double to_metric(Shape shape, double units) {
  if (shape == Shape::near_zero) return 30 + units;
  return shape == Shape::positive ? 100 * std::exp(units / 100) : -100 * std::exp(-units / 100);
}

double from_metric(Shape shape, double value) {
  if (shape == Shape::near_zero) return value - 30;
  return shape == Shape::positive ? 100 * std::log(value / 100) : -100 * std::log(value / -100);
}

std::size_t class_of(double effect) {
  if (effect < 0) return 0;
  if (effect == 0) return 1;
  if (effect < .4) return 2;
  if (effect < 1) return 3;
  return effect < 2 ? 4 : 5;
}

// What the runs of one side are like: the gain, and what the patch does to its own noise.
struct Side {
  double gain = 0;
  bool changed = false;
};

// One night in progress: the truth (`theta`, log metric in percent), the machine and the clock.
struct Stage {
  const Setting& setting;
  Machine machine;
  double theta = 0;
  double clock = 0;
  double runs = 0;
  double ticks = 0;  // of a coarse timer; 0 = none

  double noise(const Side& side) {
    const double wider = setting.noise == Noise::hetero ? 1 - theta / 35 : 1;
    const double plain = wider * machine.noise();
    if (!side.changed) return plain;
    switch (setting.change) {
      case Change::split:
        return plain + (machine.uniform() < .5 ? -10 : 10);
      case Change::tail:
        return plain + (machine.uniform() < 1 / 7. ? 18 : -3);
      default:
        return setting.triple_factor * plain;
    }
  }

  double measure(const Side& side) {
    clock += 1;
    runs += 1;
    const double value = to_metric(setting.shape, theta - side.gain + noise(side));
    return ticks > 0 ? std::round(value / ticks) * ticks : value;
  }

  std::vector<Observation> answer(const Series& series, const Side& side) {
    std::vector<Observation> seen;
    for (const Role role : series.runs) {
      const double value = measure(role == Role::candidate ? side : Side{});
      seen.push_back({role, series.phase, value, Seconds{clock}, Seconds{1}});
    }
    return seen;
  }
};

// The true gain on average: a patch that widens a noise whose mean is not zero moves the mean.
double mean_gain(const Setting& setting, const Side& side) {
  const bool scaled = side.changed && setting.change == Change::scale;
  return side.gain - (scaled ? (setting.triple_factor - 1) * mean_of(setting.noise) : 0);
}

void book(Night& night, const Setting& setting, const Side& side, const Verdict& verdict) {
  const std::size_t kind = class_of(side.gain);
  night.experiments += 1;
  night.tried[kind] += 1;
  if (verdict.alpha > 0) night.tests += 1;
  if (verdict.decision != Decision::accepted) return;
  night.kept[kind] += 1;
  night.commits += 1;
  night.progress += side.gain;
  night.claimed += from_metric(setting.shape, verdict.before) - from_metric(setting.shape, verdict.after);
  night.kept_gains.push_back(side.gain);
  if (side.gain <= 0) night.false_commits += 1;
  if (mean_gain(setting, side) <= 0) night.false_by_mean += 1;
}

// The final word as a run gives it: pairs of the baseline and the last champion, until the interval is narrow enough.
double final_word(Stage& stage) {
  const double champion = stage.theta;
  std::vector<double> before, after;
  while (true) {
    stage.theta = 0;
    before.push_back(stage.measure({}));
    stage.theta = champion;
    after.push_back(stage.measure({}));
    const Remeasured word = remeasure(Direction::minimise, before, after);
    if (!remeasured_enough(word)) continue;
    return from_metric(stage.setting.shape, word.baseline) - from_metric(stage.setting.shape, word.champion);
  }
}

}  // namespace

Night play(const Setting& setting, std::uint64_t seed) {
  Night night;
  const std::vector<double> effects =
      setting.planted.empty() ? draw_effects(setting.mix, setting.experiments, seed) : setting.planted;
  Dice choices(derive(seed, 0x3));
  Stage stage{setting, Machine(setting.noise, Dice(derive(seed, 0x4)))};
  if (setting.noise == Noise::quantised) stage.ticks = 1;
  if (setting.noise == Noise::coarse) stage.ticks = 3;
  Acceptance acceptance = start_acceptance(setting.accept, Direction::minimise, seed);
  if (auto* gate = std::get_if<GateState>(&acceptance.state)) gate->fixed_alpha = setting.alpha;
  for (int i = 0; i < 3; ++i) fold_cost(acceptance, Seconds{setting.cost_ratio}, Seconds{1});
  while (const auto series = calibration_step(acceptance)) fold_calibration(acceptance, stage.answer(*series, {}));
  for (std::size_t i = 0; i < effects.size(); ++i) {
    if (setting.budget > 0 && stage.runs + static_cast<double>(i) * setting.cost_ratio >= setting.budget) break;
    const Side side{effects[i], setting.triple_share > 0 && choices.uniform() < setting.triple_share};
    stage.machine.pass();
    stage.clock += 1;
    fold_cost(acceptance, Seconds{setting.cost_ratio}, Seconds{1});
    Race race = start_race(acceptance, ExperimentId{i + 1});
    Step step = next_step(acceptance, race);
    while (const Series* series = std::get_if<Series>(&step)) {
      fold_series(acceptance, race, stage.answer(*series, side));
      step = next_step(acceptance, race);
    }
    const Verdict& verdict = std::get<Verdict>(step);
    const bool kept = verdict.decision == Decision::accepted;
    fold_end(acceptance, race, kept);
    book(night, setting, side, verdict);
    if (kept) stage.theta -= effects[i];
  }
  night.runs = stage.runs;
  if (night.commits > 0) night.headline = final_word(stage);
  return night;
}

}  // namespace night_sim
