#include "hone/core/measure/spread.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "bench/night_sim/play.hpp"
#include "hone/core/measure/acceptance.hpp"
#include "hone/core/measure/confirm.hpp"

using namespace hone;
using night_sim::Dice;

namespace {

std::vector<double> normal_runs(Dice& dice, int count, double sd) {
  std::vector<double> runs;
  for (int i = 0; i < count; ++i) runs.push_back(sd * dice.normal());
  return runs;
}

// Share of candidates of `runs` runs each whose spread is further than `limit` from the champion's.
double surprised_share(double sd, int runs, double limit) {
  Dice dice(Random(21));
  const RunShape shape = shape_runs(normal_runs(dice, 100, 2));
  int surprised = 0;
  for (int i = 0; i < 1000; ++i) surprised += spread_surprise(shape, normal_runs(dice, runs, sd)) > limit;
  return surprised / 1000.;
}

}  // namespace

TEST_CASE("a candidate that scatters three times as much is noticed in eight runs, one that does not seldom",
          "[gate]") {
  CHECK(surprised_share(6, 8, 2.5) > .85);
  CHECK(surprised_share(2, 8, 2.5) < .05);
  CHECK(surprised_share(2, 5, 2.5) < .06);
  CHECK(surprised_share(.7, 8, -1.6) < .10);
}

TEST_CASE("the shape of the noise has the moments of capped normal distances", "[gate]") {
  Dice dice(Random(22));
  const RunShape shape = shape_runs(normal_runs(dice, 20000, 3));
  CHECK(shape.unit == Approx(3).margin(.1));
  CHECK(shape.distance == Approx(std::sqrt(2 / 3.14159265)).margin(.02));
  CHECK(shape.distance_sd == Approx(.603).margin(.02));
  CHECK(shape.skew == Approx(0).margin(.1));
  CHECK(spread_ratio(shape, normal_runs(dice, 20000, 9)) == Approx(3).margin(.1));
  CHECK(shape_runs(std::vector<double>(7, 1)).unit == 0);
  CHECK(spread_surprise(RunShape{}, std::vector{1., 2., 3.}) == 0);
}

TEST_CASE("a gain is told from a stretch of a skewed noise that looks like one in a usual run", "[gate]") {
  Dice dice(Random(23));
  const auto skewed = [&](int count, double stretch, double gain) {  // mean 0, median -.32
    std::vector<double> runs;
    for (int i = 0; i < count; ++i) runs.push_back(stretch * (dice.exponential() - 1) - gain);
    return runs;
  };
  int gains = 0, stretched = 0, both = 0;
  for (int i = 0; i < 200; ++i) {
    const RunShape shape = shape_runs(skewed(100, 1, 0));
    gains += test_stretch(shape, skewed(16, 1, 2.5)).evidence >= stretch_bar;
    stretched += test_stretch(shape, skewed(16, 3, 0)).evidence >= stretch_bar;
    both += test_stretch(shape, skewed(60, 3, 6)).evidence >= stretch_bar;
  }
  CHECK(gains > 150);
  CHECK(stretched <= 2);
  CHECK(both > 150);
}

TEST_CASE("patches that triple a skewed noise are hardly ever kept for it, and their keeps do not boast",
          "[gate][night]") {
  night_sim::Setting setting;
  setting.noise = night_sim::Noise::heavy;
  setting.triple_share = .3;
  double commits = 0, wrong = 0, claimed = 0, progress = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const night_sim::Night night = play(setting, seed);
    commits += night.commits;
    wrong += night.false_commits;
    claimed += night.claimed;
    progress += night.progress;
  }
  CHECK(commits > 60);
  CHECK(wrong <= 0.06 * commits);  // 18 % before candidates were asked for it
  CHECK(claimed < 1.2 * progress);
}
