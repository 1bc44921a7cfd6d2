#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "bench/night_sim/world.hpp"
#include "hone/core/measure/ablation.hpp"
#include "hone/core/measure/detectable.hpp"
#include "hone/core/measure/noninferiority.hpp"
#include "hone/core/measure/remeasure.hpp"

using namespace hone;
using night_sim::Dice;

namespace {

// Share of guards that pass when the candidate is truly worse by `worse`, tolerance 1, run sd `sigma`.
double guard_pass_share(double worse, double sigma) {
  Dice dice(Random(11));
  int passed = 0;
  for (int i = 0; i < 1000; ++i) {
    std::vector<double> pairs;
    GuardCall call = GuardCall::need_more;
    while (call == GuardCall::need_more) {
      pairs.push_back(worse + sigma * std::sqrt(2.0) * dice.normal());
      call = judge_noninferiority(pairs, 1);
    }
    passed += call == GuardCall::pass;
  }
  return passed / 1000.;
}

}  // namespace

TEST_CASE("a guard passes what did not change and stops what got twice as bad as allowed", "[gate]") {
  CHECK(guard_pass_share(0, .25) > .99);
  CHECK(guard_pass_share(0, .5) > .95);
  CHECK(guard_pass_share(2, .5) < .01);
  CHECK(guard_pass_share(1, .5) < .25);  // .186 where the spread is known and not estimated
}

TEST_CASE("a guard is judged from three pairs on, and at once when nothing scatters", "[gate]") {
  CHECK(judge_noninferiority(std::vector{.0, .0}, .05) == GuardCall::need_more);
  CHECK(judge_noninferiority(std::vector{.0, .0, .0}, .05) == GuardCall::pass);
  CHECK(judge_noninferiority(std::vector{.06, .06, .06}, .05) == GuardCall::fail);
  std::vector<double> torn;
  for (int i = 0; i < 24; ++i) torn.push_back(i % 2 == 0 ? 1 : -.9);
  CHECK(judge_noninferiority(torn, .05) == GuardCall::fail);
}

TEST_CASE("the final word has the published half-widths", "[gate]") {
  Dice dice(Random(12));
  double half = 0;
  for (int night = 0; night < 400; ++night) {
    std::vector<double> baseline, champion;
    for (int i = 0; i < 10; ++i) {
      baseline.push_back(100 * std::exp(dice.normal() / 100));
      champion.push_back(90 * std::exp(dice.normal() / 100));
    }
    const Remeasured word = remeasure(Direction::minimise, baseline, champion);
    half += (word.interval.high - word.interval.low) / 2 / 400;
    CHECK(word.effect == Approx(.10).margin(.02));
  }
  CHECK(half == Approx(.0101 * .9).margin(.0005));  // +-1.0 % of the champion at 10 pairs and cv 1 %
}

TEST_CASE("the final word stops when the interval is a tenth of the gain, or at forty pairs", "[gate]") {
  CHECK_FALSE(remeasured_enough({100, 90, .1, {.099, .101}, 9}));
  CHECK(remeasured_enough({100, 90, .1, {.099, .101}, 10}));
  CHECK_FALSE(remeasured_enough({100, 99, .01, {.005, .015}, 30}));
  CHECK(remeasured_enough({100, 99, .01, {.005, .015}, 40}));
  const Remeasured negative = remeasure(Direction::maximise, std::vector{-2., -2.}, std::vector{-1., -1.});
  CHECK(negative.effect == Approx(.5));
}

TEST_CASE("ablation drops what is worth nothing and keeps what is worth its claim", "[gate]") {
  Dice dice(Random(13));
  const auto kept_share = [&](double truth) {
    int kept = 0;
    for (int i = 0; i < 500; ++i) {
      std::vector<double> gains;
      AblationCall call = AblationCall::need_more;
      while (call == AblationCall::need_more) {
        gains.push_back(truth + dice.normal());
        call = judge_ablation(gains, 2, 1);
      }
      kept += call == AblationCall::worth_keeping;
    }
    return kept / 500.;
  };
  CHECK(kept_share(0) < .15);
  CHECK(kept_share(2) > .97);
  CHECK(judge_ablation(std::vector{.01}, .01, 0) == AblationCall::worth_keeping);
  CHECK(judge_ablation(std::vector{.0}, .01, 0) == AblationCall::worthless);
}

TEST_CASE("the smallest detectable gain grows with the noise and is what the gate really keeps", "[gate]") {
  Dice dice(Random(14));
  std::vector<double> noisy, quiet;
  for (int i = 0; i < 16; ++i) {
    const double deviate = dice.normal();
    noisy.push_back(100 * std::exp(deviate / 100));
    quiet.push_back(100 * std::exp(deviate / 1000));
  }
  DetectionSetting setting;
  setting.races = 100;
  const double large = smallest_detectable(noisy, setting);
  const double small = smallest_detectable(quiet, setting);
  CHECK(large > .01);
  CHECK(large < .05);
  CHECK(small < large / 3);
  CHECK(detection_of(2 * large, noisy, setting).kept > .9);
  CHECK(detection_of(0, noisy, setting).kept < .05);
  CHECK(detection_of(0, noisy, setting).runs >= 1);
  CHECK(smallest_detectable(std::vector(8, 5.0), setting) == 0);
}
