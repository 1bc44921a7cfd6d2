// Golden numbers of statistics.md, section 7 point 8.
#include <catch2/catch.hpp>
#include <cmath>

#include "hone/core/measure/caps.hpp"
#include "hone/core/measure/level.hpp"
#include "hone/core/measure/log_mixture.hpp"
#include "hone/core/measure/lord.hpp"
#include "hone/core/measure/t_interval.hpp"
#include "hone/core/measure/t_to_normal.hpp"

using namespace hone;

namespace {

std::vector<ChampionRun> in_time_order(std::vector<double> values) {
  std::vector<ChampionRun> runs;
  for (const double value : values) runs.push_back({value, value, static_cast<double>(runs.size()), 0});
  return runs;
}

const std::vector<double> one_outlier{10, 10.2, 9.9,  10.1, 10.05, 9.8,  10.15, 14,
                                      10, 9.95, 10.1, 9.9,  10.02, 10.2, 9.97,  10.08};

}  // namespace

TEST_CASE("a t value becomes the normal deviate of equal tail area", "[gate]") {
  CHECK(t_to_normal(1, 5) == Approx(.909251).margin(1e-6));
  CHECK(t_to_normal(3, 5) == Approx(2.168782).margin(1e-6));
  CHECK(t_to_normal(5, 10) == Approx(3.461420).margin(1e-6));
  CHECK(t_to_normal(50, 12) == Approx(7.904671).margin(1e-6));
  CHECK(t_to_normal(1000, 12) == Approx(11.557875).margin(1e-6));
  CHECK(t_to_normal(-2, 12) == Approx(-1.820683).margin(1e-6));
  CHECK(t_to_normal(0, 12) == 0);
  CHECK(std::isfinite(t_to_normal(1e9, 200)));
}

TEST_CASE("LORD weights fall as published", "[gate]") {
  const double golden[][2] = {{1, .044404}, {2, .038971}, {5, .027885}, {10, .018112}, {50, .003486}, {100, .001404}};
  for (const auto& [j, weight] : golden)
    CHECK(lord_weight(static_cast<std::int64_t>(j)) == Approx(weight).margin(5e-7));
  double sum = 0;
  for (std::int64_t j = 1; j < 1000000; ++j) sum += lord_weight(j);
  CHECK(sum == Approx(.9964).margin(1e-4));
}

TEST_CASE("LORD pays back for keeps and spends less the longer none comes", "[gate]") {
  const std::vector<std::int64_t> keeps{3, 7, 8};
  const double golden[][2] = {{1, .002220}, {2, .001949},  {4, .003767}, {8, .006895},
                              {9, .010581}, {20, .004109}, {60, .000942}};
  for (const auto& [test, alpha] : golden) {
    CHECK(lord_alpha(.1, static_cast<std::int64_t>(test), keeps) == Approx(alpha).margin(1e-6));
  }
}

TEST_CASE("the log mixture has the published values", "[gate]") {
  const auto ladder = design_ladder(1);
  const double golden[][3] = {
      {1, 1, .223979}, {3, 2, 1.745454}, {6, 4, 3.681861}, {-1, 3, -2.087076}, {10, 10, 4.070503}};
  for (const auto& [score, information, value] : golden) {
    CHECK(log_mixture(score, information, ladder) == Approx(value).margin(1e-6));
  }
}

TEST_CASE("caps leave one slow outlier out", "[gate]") {
  std::vector<double> values = one_outlier;
  const double middle = median_of(values);
  std::vector<double> residuals;
  for (const double value : one_outlier) residuals.push_back((value - middle) * std::sqrt(16 / 15.));
  const Caps caps = choose_caps(residuals);
  CHECK(caps.low == Approx(-.6891).margin(1e-4));
  CHECK(caps.high == Approx(.1723).margin(1e-4));
  CHECK(caps.inside == Approx(.9375));
  CHECK(caps.variance == Approx(.015058).margin(1e-6));
}

TEST_CASE("the level model sees no drift in white noise with an outlier, and sees a ramp", "[gate]") {
  const LevelFit white = fit_level(in_time_order(one_outlier));
  CHECK(white.drift == 0);
  CHECK(white.white == Approx(.031959).margin(1e-6));
  std::vector<double> ramp;
  double sum = 0;
  for (int i = 0; i < 24; ++i) ramp.push_back(sum += std::vector{.4, -.1, .5, .3}[static_cast<std::size_t>(i % 4)]);
  const LevelFit drifting = fit_level(in_time_order(ramp));
  CHECK(drifting.drift == 3);
  CHECK(drifting.white == Approx(.031661).margin(1e-6));
}
