#include "bench/night_sim/world.hpp"

#include <cmath>
#include <numbers>
#include <utility>

namespace night_sim {

double Dice::normal() {
  if (spare_) {
    const double value = *spare_;
    spare_.reset();
    return value;
  }
  const double radius = std::sqrt(2 * exponential());
  const double angle = 2 * std::numbers::pi * uniform();
  spare_ = radius * std::sin(angle);
  return radius * std::cos(angle);
}

double Dice::exponential() {
  return -std::log1p(-uniform());
}

Machine::Machine(Noise kind, Dice dice) : kind_(kind), dice_(dice) {
  if (kind_ == Noise::drift) {
    wander_ = 1.5 * dice_.normal();
    age_ = std::floor(800 * dice_.uniform());
    for (int i = 0; i < 600; ++i) pass();
  }
  if (kind_ == Noise::sticky) slow_ = dice_.uniform() < .3 ? 1 : 0;
  if (kind_ == Noise::periodic) age_ = std::floor(407 * dice_.uniform());
}

void Machine::pass() {
  since_pause_ = 0;
  move_on();
}

void Machine::move_on() {
  age_ += 1;
  if (kind_ == Noise::drift) {
    wander_ = .98 * wander_ + 1.5 * std::sqrt(1 - .98 * .98) * dice_.normal();
    if (dice_.uniform() < 1 / 150.) step_ = .7 * step_ + 2 * dice_.normal();
  } else if (kind_ == Noise::sticky) {
    if (dice_.uniform() < 1 / 30.) slow_ = dice_.uniform() < .3 ? 1 : 0;
  } else if (kind_ == Noise::bursts) {
    if (dice_.uniform() < 1 / 100.) slow_ = dice_.uniform() < .3 ? 1 : 0;
  } else if (kind_ == Noise::ar_heavy) {
    wander_ = .9 * wander_ + std::sqrt(1 - .9 * .9) * dice_.normal();
  } else if (kind_ == Noise::jumps) {
    if (dice_.uniform() < 1 / 200.) step_ = .7 * step_ + 3 * dice_.normal();
  } else if (kind_ == Noise::stepping) {
    if (dice_.uniform() < .1) step_ = .7 * step_ + 2 * dice_.normal();
  }
}

double Machine::noise() {
  move_on();
  runs_ += 1;
  since_pause_ += 1;
  switch (kind_) {
    case Noise::gauss_005:
      return .05 * dice_.normal();
    case Noise::gauss_02:
      return .2 * dice_.normal();
    case Noise::gauss_1:
      return dice_.normal();
    case Noise::gauss_3:
      return 3 * dice_.normal();
    case Noise::heavy:
      return .5 * dice_.normal() + .7 * (std::exp(dice_.normal()) - std::exp(.5));
    case Noise::spike:
      return .3 * dice_.normal() + (dice_.uniform() < .15 ? 8 * dice_.exponential() : 0);
    case Noise::bimodal:
      return .4 * dice_.normal() + (dice_.uniform() < .3 ? 3 : 0);
    case Noise::sticky:
      return .4 * dice_.normal() + 3 * slow_;
    case Noise::drift:
      return .5 * dice_.normal() + wander_ + step_ + std::sin(2 * std::numbers::pi * age_ / 800);
    case Noise::shift:  // cv 1 %, and 8 % slower soon after calibration: another job began beside the night
      return dice_.normal() + (age_ > 30 ? 8 : 0);
    case Noise::none:
      return 0;
    case Noise::lognormal:
      return 1.5 * (std::exp(.8 * dice_.normal()) - std::exp(.32));
    case Noise::periodic:
      return .4 * dice_.normal() + (std::fmod(age_, 37) < 6 ? 4 : 0) + std::sin(2 * std::numbers::pi * age_ / 11);
    case Noise::quantised:
      return .6 * dice_.normal();  // the ticks are cut where the whole value is known
    case Noise::trend:
      return .5 * dice_.normal() - 20 * std::pow(age_ / 2000, 2);
    case Noise::outlier:
      return .5 * dice_.normal() + (dice_.uniform() < .01 ? 230 : 0);
    case Noise::fast_tail:
      return .5 * dice_.normal() - (dice_.uniform() < .1 ? 3 * dice_.exponential() : 0);
    case Noise::bursts:
      return (slow_ > 0 ? 3.2 : .4) * dice_.normal();
    case Noise::mixture: {
      const double kind = dice_.uniform();
      return (kind < .6 ? .5 * dice_.normal() : kind < .9 ? 2 + dice_.normal() : 5 + 2 * dice_.normal()) - 1.1;
    }
    case Noise::ar_heavy:
      return wander_ + .7 * (std::exp(dice_.normal()) - std::exp(.5));
    case Noise::hetero:
      return dice_.normal();  // widened where the level is known
    case Noise::jumps:
      return .5 * dice_.normal() + step_ - 10 * age_ / 2000;
    case Noise::left:
      return .5 * dice_.normal() - .7 * (std::exp(dice_.normal()) - std::exp(.5));
    case Noise::coarse:
      return dice_.normal();  // the ticks are cut where the whole value is known
    case Noise::warming:
      return .5 * dice_.normal() + 15 * std::exp(-age_ / 40);
    case Noise::seesaw: {
      const double own = dice_.normal();
      return (own - .8 * std::exchange(before_, own)) / std::sqrt(1.64);
    }
    case Noise::midnight:
      return (age_ < 700 ? .5 : 1.5) * dice_.normal();
    case Noise::two_tails:
      return .5 * dice_.normal() / std::sqrt(dice_.exponential());
    case Noise::alternate:
      return .3 * dice_.normal() + (std::fmod(runs_, 2) < 1 ? 4 : 0);
    case Noise::ageing:
      return .5 * dice_.normal() + .02 * age_;
    case Noise::sawtooth:
      return .5 * dice_.normal() + .1 * std::fmod(age_, 60);
    case Noise::stepping:
      return .4 * dice_.normal() + step_;
    case Noise::rare_fast:
      return .5 * dice_.normal() - (dice_.uniform() < .02 ? 35 : 0);
    case Noise::coin:
      return .4 * dice_.normal() + (dice_.uniform() < .5 ? 6 : 0);
    case Noise::uniform:
      return 4 * dice_.uniform() - 2;
    case Noise::cauchy:
      return .2 * std::tan(std::numbers::pi * (dice_.uniform() - .5));
    case Noise::reheat:
      return .5 * dice_.normal() + (since_pause_ > 1 ? 2 : 0);
    case Noise::waking:
      return .5 * dice_.normal() + (since_pause_ > 1 ? 0 : 18);
  }
  return 0;
}

double mean_of(Noise kind) {
  switch (kind) {
    case Noise::spike:
      return 1.2;
    case Noise::bimodal:
    case Noise::sticky:
      return .9;
    case Noise::outlier:
      return 2.3;
    case Noise::fast_tail:
      return -.3;
    default:
      return 0;
  }
}

std::vector<double> draw_effects(const Mix& mix, std::size_t count, std::uint64_t seed) {
  Dice dice(hone::derive(seed, 0xEFFEC7));
  std::vector<double> effects(count);
  for (double& effect : effects) {
    double pick = dice.uniform();
    std::size_t kind = 0;
    while (kind < 4 && pick >= mix.shares[kind]) pick -= mix.shares[kind++];
    const double uniform = dice.uniform();
    const double exponential = dice.exponential();
    const std::array<double, 5> gains{0, -.5 * exponential, -1 - 5 * exponential, .02 + .28 * uniform,
                                      mix.real * .5 * std::pow(10, uniform)};
    effect = gains[kind];
  }
  return effects;
}

}  // namespace night_sim
