#include "hone/core/measure/foresight.hpp"

#include <fmt/format.h>

#include <array>
#include <catch2/catch.hpp>
#include <cmath>

#include "hone/core/measure/acceptance.hpp"
#include "hone/core/measure/curves.hpp"
#include "hone/core/measure/read_channel.hpp"
#include "hone/core/measure/read_metric.hpp"

using namespace hone;

namespace {

// The last one diverged.
constexpr std::array<double, 12> early = {-3.1, -1.2, .4, .9, -.3, 1.8, -2.2, .1, -.7, 1.1, -.2, 60};
constexpr std::array<double, 12> final = {-2.6, -1.5, .2, 1.4, -.1, 1.2, -2.9, -.4, -.2, .8, .5, 3};

std::vector<EarlyAndFinal> completed(double times, std::size_t count = 12) {
  std::vector<EarlyAndFinal> runs;
  for (std::size_t i = 0; i < count; ++i) runs.push_back({early.at(i), times * final.at(i)});
  return runs;
}

NextRun next_at(double needed) {
  NextRun next;
  next.scale = {Direction::minimise, true, 1};
  next.level = to_units(next.scale, 1);
  next.needed = needed;
  return next;
}

// Ten steps; `gain` percent better than the champion's from the first to the last, which ends at 1.
Curve falling(double gain, double last = 1000) {
  Curve curve;
  for (int i = 1; i <= 10; ++i) curve.push_back({last * i / 10, (2 - i / 10.) * std::exp(-gain / 100)});
  return curve;
}

Curves ten_candidates() {
  Curves curves;
  fold_champion_curve(curves, falling(0));
  for (int i = 0; i < 10; ++i)
    fold_completed(curves, falling(i % 5 - 3 + .1 * (i % 3)), next_at(1), std::exp(-(i % 5 - 3) / 100.));
  return curves;
}

NamedValue point(double step, double value) {
  return {fmt::format("loss[step={:g}]", step), value};
}

Observation seen(Role role, Phase phase, double value) {
  return {role, phase, value, Seconds{0}, Seconds{1}};
}

Acceptance calibrated(AcceptSpec spec, Seconds budget, double noise) {
  Acceptance acceptance = start_acceptance(spec, Direction::minimise, 1, budget);
  int n = 0;
  while (const auto series = calibration_step(acceptance)) {
    std::vector<Observation> runs;
    for (const Role role : series->runs) runs.push_back(seen(role, series->phase, 100 + noise * std::sin(2.4 * ++n)));
    fold_calibration(acceptance, runs);
  }
  return acceptance;
}

bool dropped_after(Acceptance acceptance, double gain) {
  Race race = start_race(acceptance, ExperimentId{1});
  const auto next = next_run(acceptance, race);
  const double value = from_units(next->scale, next->level - gain);
  const auto series = std::get<Series>(next_step(acceptance, race));
  REQUIRE(series.runs == std::vector{Role::candidate});
  fold_series(acceptance, race, std::vector{seen(Role::candidate, series.phase, value)});
  const Step step = next_step(acceptance, race);
  const auto* verdict = std::get_if<Verdict>(&step);
  return verdict != nullptr && verdict->decision == Decision::rejected;
}

}  // namespace

TEST_CASE("the prediction is the one of the reference", "[foresight]") {
  const auto usual = fit_prediction(completed(1));
  REQUIRE(usual);
  CHECK(usual->mean_early == Approx(-0.3090909090909091));
  CHECK(usual->mean_final == Approx(-0.3272727272727273));
  CHECK(usual->slope == Approx(0.9352859251755171));
  CHECK(usual->spread == Approx(0.5258784388656552));
  CHECK(predicted_gain(*usual, -.5) == Approx(-0.5058273129880533));
  CHECK(hope(*usual, -.5, 1) == Approx(0.0020952659632791893));
  CHECK(hope(*usual, -1, .5) == Approx(0.002539959076420099));
  const auto steep = fit_prediction(completed(3, 11));
  CHECK(steep->slope == 1.2);
  CHECK(steep->spread == Approx(2.134944));
  CHECK(hope(*steep, -.5, 1) == Approx(0.150198649694177));
  const auto flat = fit_prediction(completed(.1, 11));
  CHECK(flat->slope == .3);
  CHECK(hope(*flat, .5, 1) == Approx(0.0015368726126271546));
  CHECK_FALSE(fit_prediction(completed(1, 9)));
}

TEST_CASE("a step is read from a value's name, whichever way it was reported", "[foresight]") {
  CHECK(step_of("loss[step=300]", "loss") == 300);
  CHECK_FALSE(step_of("loss[step=x]", "loss"));
  CHECK_FALSE(step_of("loss[case]", "loss"));
  CHECK_FALSE(step_of("val_loss[step=300]", "loss"));
  CHECK(read_metric_line("METRIC step=3 loss=0.5 lr=1\n") ==
        std::vector<NamedValue>{{"loss[step=3]", .5}, {"lr[step=3]", 1}});
  CHECK(read_metric_line("METRIC loss[step=3]=0.5") == std::vector<NamedValue>{{"loss[step=3]", .5}});
  CHECK(read_metric_line("step=3 loss=0.5").empty());
  CHECK(read_metric_line("METRIC step=3 loss=nan").empty());
  CHECK(read_record_line("secret loss[step=3]=0.5") == NamedValue{"loss[step=3]", .5});
  CHECK_FALSE(read_record_line("secret !child"));
}

TEST_CASE("from ten completed runs on a hopeless one is stopped, with the reason in words", "[foresight]") {
  Curves curves = ten_candidates();
  CHECK(curves.steps == std::vector<double>{200, 300, 400, 500, 600, 700, 800, 900});
  const auto plan = plan_stop(curves, next_at(1), "loss");
  REQUIRE(plan);
  REQUIRE(plan->points.size() == 8);
  CHECK(why_stop(*plan, point(100, 100)).empty());  // warm-up
  CHECK(why_stop(*plan, point(250, 100)).empty());  // no step of the plan
  CHECK(why_stop(*plan, point(300, 1.7 * .98)).empty());
  CHECK(why_stop(*plan, {"lr[step=300]", 100}).empty());
  CHECK(why_stop(*plan, point(300, -1)).empty());
  const std::string why = why_stop(*plan, point(300, 1.7 * 1.06));
  CHECK(why.starts_with("stopped at step 300 of 1000: -6 % there against the champion's runs, -"));
  CHECK(why.find("P(at least +0.995 %, or it is dropped) < 0.001") != std::string::npos);
}

TEST_CASE("nothing is stopped with nine runs, after a keep, or when the steps are others", "[foresight]") {
  Curves curves = ten_candidates();
  Curves nine = curves;
  nine.completed.pop_back();
  CHECK_FALSE(plan_stop(nine, next_at(1), "loss"));
  Curves crowned = curves;
  forget_champion(crowned);
  CHECK_FALSE(plan_stop(crowned, next_at(1), "loss"));
  fold_champion_curve(crowned, falling(3));
  CHECK(plan_stop(crowned, next_at(1), "loss"));
  fold_champion_curve(crowned, falling(3, 2000));  // it trains twice as long
  CHECK(crowned.completed.empty());
  CHECK_FALSE(plan_stop(crowned, next_at(1), "loss"));
  NextRun raw = next_at(1);
  raw.scale.logarithmic = false;
  CHECK_FALSE(plan_stop(curves, raw, "loss"));
  Curves odd;
  fold_champion_curve(odd, {{-5, 1}, {0, 1}});
  CHECK(odd.steps.empty());
}

TEST_CASE("what a run must reach is what its race would drop it for, in every kind of metric", "[foresight]") {
  AcceptSpec single;
  single.mode = MetricMode::expensive;
  for (const auto& [spec, noise] : {std::pair{AcceptSpec{}, 1.}, {AcceptSpec{}, 0.}, {single, 1.}}) {
    const Acceptance acceptance = calibrated(spec, Seconds{3600}, noise);
    const auto next = next_run(acceptance, start_race(acceptance, ExperimentId{1}));
    REQUIRE(next);
    INFO(describe_mode(acceptance) << ", needed " << next->needed);
    CHECK(dropped_after(acceptance, next->needed - 1e-6));
    CHECK_FALSE(dropped_after(acceptance, next->needed + 1e-6));
  }
}

TEST_CASE("runs of pairs are never foreseen, and bare rules foresee nothing", "[foresight]") {
  Acceptance acceptance = calibrated({}, Seconds{3600}, 1);
  Race race = start_race(acceptance, ExperimentId{1});
  for (int i = 0; i < 9; ++i) {
    const auto series = std::get<Series>(next_step(acceptance, race));
    if (series.phase == Phase::confirm) break;
    fold_series(acceptance, race, std::vector{seen(Role::candidate, series.phase, 90)});
  }
  CHECK(std::get<Series>(next_step(acceptance, race)).phase == Phase::confirm);
  CHECK_FALSE(next_run(acceptance, race));
  AcceptSpec greedy;
  greedy.rule = AcceptRule::greedy;
  const Acceptance bare = calibrated(greedy, Seconds{3600}, 1);
  CHECK_FALSE(next_run(bare, start_race(bare, ExperimentId{1})));
}

TEST_CASE("stopped runs in a row cost a run of the champion, in case it is slower itself by now", "[foresight]") {
  Acceptance acceptance = calibrated({}, Seconds{3600}, 1);
  for (std::uint64_t id = 1; id <= 4; ++id) {
    Race race = start_race(acceptance, ExperimentId{id});
    CHECK(std::get<Series>(next_step(acceptance, race)).runs.size() == 1);
    fold_stopped(acceptance, race);
    fold_end(acceptance, race, false);
  }
  const Race race = start_race(acceptance, ExperimentId{5});
  CHECK(std::get<Series>(next_step(acceptance, race)).runs ==
        std::vector{Role::candidate, Role::champion, Role::candidate});
}
