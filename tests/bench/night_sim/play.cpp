#include "bench/night_sim/play.hpp"

#include <cmath>

#include "hone/core/measure/acceptance.hpp"
#include "hone/core/measure/remeasure.hpp"

namespace night_sim {
namespace {

using namespace hone;

constexpr double share_of_zeros = .3;

Direction direction_of(Shape shape) {
  return shape == Shape::score ? Direction::maximise : Direction::minimise;
}

// What it prints when it is `units` from the start, less what Stage::measure adds by chance.
double to_metric(Shape shape, double units) {
  switch (shape) {
    case Shape::near_zero:
      return 30 + units;
    case Shape::negative:
      return -100 * std::exp(-units / 100);
    case Shape::score:
      return 1 - .1 * std::exp(units / 10);
    case Shape::count:
      return 40 * std::exp(units / 10);
    case Shape::zeros:
      return 10 * std::exp(units / 100);
    default:
      return 100 * std::exp(units / 100);
  }
}

// In per cent, less is better; of a count and a score what a run prints.
double from_metric(Shape shape, double value) {
  switch (shape) {
    case Shape::near_zero:
      return value - 30;
    case Shape::negative:
      return -100 * std::log(value / -100);
    case Shape::score:
      return -100 * value;
    case Shape::count:
      return 2.5 * value;
    case Shape::zeros:
      return 10 * value;
    default:
      return 100 * std::log(value / 100);
  }
}

// What a champion at `theta` is worth on average.
double worth(Shape shape, double theta) {
  const double value = to_metric(shape, theta);
  return from_metric(shape, shape == Shape::zeros ? (1 - share_of_zeros) * value : value);
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

double poisson(Machine& machine, double rate) {
  double events = -1;  // Knuth 1969, 3.4.1
  for (double left = 1; left > std::exp(-rate); left *= machine.uniform()) events += 1;
  return std::max(events, 0.0);
}

// One night in progress: the truth (`theta`, log metric in percent), the machine and the clock.
struct Stage {
  const Setting& setting;
  Machine machine;
  double theta = 0;
  double clock = 0;
  double runs = 0;
  double ticks = 0;                        // of a coarse timer; 0 = none
  double carried = 0, candidate_runs = 0;  // of the candidate that is being run

  double noise(const Side& side) {
    const double wider = setting.noise == Noise::hetero ? 1 - theta / 35 : 1;
    const double plain = wider * machine.noise();
    if (!side.changed) return plain;
    switch (setting.change) {
      case Change::split:
        return plain + (machine.uniform() < .5 ? -10 : 10);
      case Change::tail:
        return plain + (machine.uniform() < 1 / 7. ? 18 : -3);
      case Change::fast:
        return plain + (machine.uniform() < 1 / 7. ? -18 : 3);
      case Change::skew:
        return plain + 3 * (-std::log1p(-machine.uniform()) - 1);
      case Change::carry:
        carried = (candidate_runs > 0 ? .9 : 0) * carried + 1.5 * (candidate_runs > 0 ? std::sqrt(.19) : 1) * gauss();
        candidate_runs += 1;
        return plain + carried;
      case Change::cold:
        return plain + (candidate_runs++ > 0 ? 0 : 5);
      case Change::fades:
        return plain - 3 * std::exp(-candidate_runs++ / 5);
      default:
        return setting.triple_factor * plain;
    }
  }

  double gauss() { return std::sqrt(-2 * std::log1p(-machine.uniform())) * std::cos(6.283185307 * machine.uniform()); }

  double measure(const Side& side) {
    clock += 1;
    runs += 1;
    if (setting.shape == Shape::score) {
      return std::min(1.0, to_metric(setting.shape, theta - side.gain) - noise(side) / 100);
    }
    const double value = to_metric(setting.shape, theta - side.gain + noise(side));
    if (setting.shape == Shape::count) return poisson(machine, value);
    if (setting.shape == Shape::zeros && machine.uniform() < share_of_zeros) return 0;
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

void book(Night& night, const Setting& setting, const Side& side, const Verdict& verdict, double gained) {
  const std::size_t kind = class_of(side.gain);
  night.experiments += 1;
  night.tried[kind] += 1;
  if (verdict.alpha > 0) night.tests += 1;
  if (verdict.decision != Decision::accepted) return;
  night.kept[kind] += 1;
  night.commits += 1;
  night.progress += gained;
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
    const Remeasured word = remeasure(direction_of(stage.setting.shape), before, after);
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
  Acceptance acceptance = start_acceptance(setting.accept, direction_of(setting.shape), seed);
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
    stage.carried = stage.candidate_runs = 0;
    Step step = next_step(acceptance, race);
    while (const Series* series = std::get_if<Series>(&step)) {
      fold_series(acceptance, race, stage.answer(*series, side));
      step = next_step(acceptance, race);
    }
    const Verdict& verdict = std::get<Verdict>(step);
    const bool kept = verdict.decision == Decision::accepted;
    fold_end(acceptance, race, kept);
    const bool plain = setting.shape <= Shape::near_zero;
    book(night, setting, side, verdict,
         plain ? effects[i] : worth(setting.shape, stage.theta) - worth(setting.shape, stage.theta - effects[i]));
    if (kept) stage.theta -= effects[i];
  }
  night.runs = stage.runs;
  if (night.commits > 0) night.headline = final_word(stage);
  return night;
}

}  // namespace night_sim
