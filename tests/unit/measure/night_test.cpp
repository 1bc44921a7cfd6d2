// Short simulated nights with fixed seeds and wide bounds; tests/bench/night_sim prints the full tables.
#include <catch2/catch.hpp>
#include <cmath>

#include "bench/night_sim/play.hpp"
#include "hone/core/base/random.hpp"
#include "hone/core/measure/confirm.hpp"

using namespace night_sim;

namespace {

Night nights(const Setting& setting, int count) {
  Night sum;
  for (int i = 0; i < count; ++i) {
    const Night night = play(setting, 100 + static_cast<std::uint64_t>(i));
    sum.experiments += night.experiments;
    sum.runs += night.runs;
    sum.false_commits += night.false_commits;
    sum.progress += night.progress / count;
    sum.claimed += night.claimed / count;
  }
  return sum;
}

Setting setting_of(Noise noise, std::size_t mix) {
  Setting setting;
  setting.noise = noise;
  setting.mix = mixes[mix];
  return setting;
}

}  // namespace

TEST_CASE("six simulated nights make the progress of the tables with hardly a false commit", "[gate][night]") {
  struct Cell {
    Noise noise;
    double low, high;  // progress of a night, percent
  };
  for (const Cell& cell : {Cell{Noise::gauss_02, 50, 90}, Cell{Noise::gauss_1, 32, 66}, Cell{Noise::spike, 40, 78},
                           Cell{Noise::drift, 40, 78}}) {
    const Night sum = nights(setting_of(cell.noise, 0), 6);
    CHECK(sum.progress > cell.low);
    CHECK(sum.progress < cell.high);
    CHECK(sum.false_commits <= 6);
    CHECK(std::abs(sum.claimed - sum.progress) < 0.15 * sum.progress);
    CHECK(sum.runs / sum.experiments < 5);
  }
}

TEST_CASE("nights without any gain keep nothing", "[gate][night]") {
  for (const Noise noise : {Noise::gauss_1, Noise::spike, Noise::drift}) {
    CHECK(nights(setting_of(noise, 3), 3).false_commits <= 1);
  }
}

TEST_CASE("a first run that is slower than the rest costs runs, not the night", "[gate][night]") {
  for (const Noise noise : {Noise::gauss_02, Noise::gauss_1, Noise::drift}) {
    Setting cold = setting_of(noise, 0);
    cold.triple_share = 1;
    cold.change = Change::cold;
    const Night sum = nights(cold, 4);
    CHECK(sum.progress > 32);
    CHECK(sum.false_commits <= 4);
    CHECK(sum.runs / sum.experiments < 6);
  }
  CHECK(nights(setting_of(Noise::waking, 3), 3).false_commits <= 1);
}

TEST_CASE("greedy in the same harness keeps some 22 false commits a night", "[gate][night]") {
  Setting setting = setting_of(Noise::gauss_1, 0);
  setting.accept.rule = hone::AcceptRule::greedy;
  CHECK(nights(setting, 20).false_commits / 20 == Approx(22.5).margin(4));
}

TEST_CASE("a deterministic metric: no false commit and every gain found", "[gate][night]") {
  const Night night = play(setting_of(Noise::none, 0), 5);
  CHECK(night.false_commits == 0);
  CHECK(night.kept[2] == night.tried[2]);
  CHECK(night.kept[5] == night.tried[5]);
}

TEST_CASE("the confirm race alone has the published power at alpha .01", "[gate][night]") {
  Dice dice(hone::Random(9));
  const auto passes = [&](double effect) {
    int passed = 0;
    double pairs = 0;
    for (int i = 0; i < 2000; ++i) {
      hone::NoiseModel noise;
      double square = 0;
      for (int k = 0; k < 30; ++k) square += std::pow(dice.normal(), 2) / 30;  // prior value from 30 degrees
      noise.pair_variance = square;
      noise.white = square / 2;
      noise.clip = 1e9;
      noise.degrees = 30;
      hone::PairRace race;
      race.design = hone::design_pairs(noise, {hone::Tier::balanced, 0.01, 0});
      race.design.design_effect = std::sqrt(square);
      race.design.least_pairs = 3;  // of the published numbers
      while (race.end == hone::PairEnd::open) fold_pair(race, 0, effect + dice.normal(), 0);
      passed += race.end == hone::PairEnd::accepted;
      pairs += static_cast<double>(race.candidate.size());
    }
    return std::pair(passed / 2000., pairs / 2000);
  };
  CHECK(passes(0).first < .010);
  CHECK(passes(.7).first == Approx(.46).margin(.05));
  CHECK(passes(1).first == Approx(.77).margin(.05));
  CHECK(passes(1.4).first == Approx(.94).margin(.03));
  CHECK(passes(2.8).first > .99);
  CHECK(passes(2.8).second == Approx(4.0).margin(.4));
}
