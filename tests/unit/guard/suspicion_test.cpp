#include "hone/core/guard/suspicion.hpp"

#include <catch2/catch.hpp>

using namespace hone;

namespace {

MetricSpec named(std::string name, Direction goal = Direction::minimise) {
  MetricSpec spec;
  spec.name = std::move(name);
  spec.goal = goal;
  return spec;
}

Claim claim(double before, double after, double wall_before, double wall_after) {
  return {before, after, {{"wall", wall_before}}, {{"wall", wall_after}}, {}, wall_before, wall_after, 0};
}

bool finds(const std::optional<std::string>& found, std::string_view rule) {
  return found && found->starts_with(rule);
}

}  // namespace

TEST_CASE("a gain of more than ten times in one step is suspect, in both directions", "[suspicion]") {
  CHECK(finds(find_suspicion(named("ms"), 10, claim(100, 9, 1, 0.1)), "implausible_gain"));
  CHECK(finds(find_suspicion(named("ms"), 10, claim(100, 0, 1, 0.1)), "implausible_gain"));
  CHECK(finds(find_suspicion(named("score", Direction::maximise), 10, claim(1, 11, 1, 1)), "implausible_gain"));
  CHECK_FALSE(find_suspicion(named("loss"), 10, claim(100, 11, 1, 1)));
  CHECK_FALSE(find_suspicion(named("score", Direction::maximise), 10, claim(1, 9, 1, 1)));
  CHECK_FALSE(find_suspicion(named("score", Direction::maximise), 10, claim(0, 9, 1, 1)));
  CHECK_FALSE(find_suspicion(named("loss"), 10, claim(1, -5, 1, 1)));
  CHECK_FALSE(find_suspicion(named("loss"), 10, claim(-1, -50, 1, 1)));
  CHECK_FALSE(find_suspicion(named("loss"), 0, claim(100, 1, 1, 1)));
  CHECK_FALSE(find_suspicion(named("loss"), 200, claim(100, 1, 1, 1)));
}

TEST_CASE("near the end of a scale without a zero of its own a ratio says little", "[suspicion]") {
  Claim near = claim(2, .05, 1, 1);  // of 30 at the baseline
  near.baseline[""] = 30;
  CHECK_FALSE(find_suspicion(named("loss"), 10, near));
  CHECK(finds(find_suspicion(named("loss"), 20, near), "implausible_gain"));  // 2 is more than a twentieth of it
  CHECK(finds(find_suspicion(named("ms"), 10, near), "implausible_gain"));    // a time begins at zero
  MetricSpec wall = named("");
  wall.measure = Measure::wall;
  CHECK(finds(find_suspicion(wall, 10, near), "implausible_gain"));
  near.baseline[""] = 19;
  CHECK(finds(find_suspicion(named("loss"), 10, near), "implausible_gain"));

  Claim score = claim(.1, 2, 1, 1);
  score.baseline[""] = -5;
  CHECK_FALSE(find_suspicion(named("reward", Direction::maximise), 10, score));
  score.baseline[""] = .05;
  CHECK(finds(find_suspicion(named("reward", Direction::maximise), 10, score), "implausible_gain"));
}

TEST_CASE("a claimed time that hone's own clock does not show is suspect", "[suspicion]") {
  CHECK(finds(find_suspicion(named("time_ms"), 10, claim(100, 60, 0.12, 0.12)), "clock_mismatch"));
  CHECK(finds(find_suspicion(named("elapsed"), 10, claim(0.9, 0.5, 1, 1)), "clock_mismatch"));
  Claim busy = claim(100, 60, 0.12, 0.08);  // means: of a machine that is busy now and then
  busy.champion["wall"] = 0.17;
  busy.candidate["wall"] = 0.18;
  busy.wall_doubt = 0.04;
  CHECK_FALSE(find_suspicion(named("time_ms"), 10, busy));
  busy.shortest_after = 0.118;  // not even its shortest run shows it
  CHECK(finds(find_suspicion(named("time_ms"), 10, busy), "clock_mismatch"));
  busy.shortest_after = 0.08;  // one run was really short; on a quiet machine the others tell
  busy.wall_doubt = 0.001;
  CHECK(finds(find_suspicion(named("time_ms"), 10, busy), "clock_mismatch"));
  MetricSpec matched;
  matched.match = "took ([0-9.]+) ms";
  CHECK(finds(find_suspicion(matched, 10, claim(100, 60, 0.12, 0.12)), "clock_mismatch"));
}

TEST_CASE("an honest gain in time is not suspect", "[suspicion]") {
  CHECK_FALSE(find_suspicion(named("time_ms"), 10, claim(100, 60, 0.12, 0.08)));
  // noise of the clock on top of a small gain
  CHECK_FALSE(find_suspicion(named("time_ms"), 10, claim(100, 95, 0.12, 0.121)));
  // the kernel is a small part of its benchmark, or is repeated until a second has gone by
  CHECK_FALSE(find_suspicion(named("kernel_us"), 10, claim(800, 400, 1, 1)));
  // no time at all: a loss that happens to look like the seconds of its run
  CHECK_FALSE(find_suspicion(named("val_loss"), 10, claim(0.9, 0.5, 1, 1)));
  MetricSpec wall = named("");
  wall.measure = Measure::wall;
  CHECK_FALSE(find_suspicion(wall, 10, claim(1, 0.5, 1, 0.5)));
}

TEST_CASE("on a busy machine the shortest runs are not held against a metric that is a mean", "[suspicion]") {
  // 90 ms of 330 when nothing else runs, and twice that as a rule: a third of the run, which says nothing about the
  // rest.
  Claim busy = claim(174, 122, 0.66, 0.6);
  busy.shortest_before = 0.33;
  busy.shortest_after = 0.318;
  CHECK_FALSE(find_suspicion(named("ms"), 10, busy));
  // The candidate's mean is a mean of busy minutes, and its shortest run shows what it claims.
  Claim slowed = claim(205, 160, 0.404, 0.525);
  slowed.shortest_before = 0.33;
  slowed.shortest_after = 0.28;
  slowed.wall_doubt = 0.03;
  CHECK_FALSE(find_suspicion(named("ms"), 10, slowed));
  // The same pace, and a metric that is the run: what is claimed has to be seen in the shortest as well.
  Claim lies = claim(600, 300, 0.66, 0.45);
  lies.shortest_before = 0.33;
  lies.shortest_after = 0.329;
  lies.wall_doubt = 0.1;
  CHECK(finds(find_suspicion(named("ms"), 10, lies), "clock_mismatch"));
  // An honest quarter, and a candidate none of whose few runs had the machine for itself.
  Claim unlucky = claim(150, 113, 0.26, 0.235);
  unlucky.shortest_before = 0.224;
  unlucky.shortest_after = 0.216;
  unlucky.wall_doubt = 0.03;
  CHECK_FALSE(find_suspicion(named("ms"), 10, unlucky));
}

TEST_CASE("no time and no size is below zero", "[suspicion]") {
  CHECK(finds(find_suspicion(named("ms"), 10, claim(100, -5, 1, 1)), "implausible_gain"));
  CHECK(finds(find_suspicion(named("bytes"), 10, claim(100, -5, 1, 1)), "implausible_gain"));
  CHECK(finds(find_suspicion(named(""), 10, claim(100, -100, 1, 1)), "implausible_gain"));  // a minus sign before it
  CHECK_FALSE(find_suspicion(named("energy"), 10, claim(2, -3, 1, 1)));
  CHECK_FALSE(find_suspicion(named("loss"), 10, claim(0.01, -0.2, 1, 1)));
  CHECK_FALSE(find_suspicion(named("score", Direction::maximise), 10, claim(-5, -4, 1, 1)));
}

TEST_CASE("what counts work is known by its name, and what is a cost of it is not", "[suspicion]") {
  for (const char* name : {"tests_run", "test_count", "n_cases", "processed", "rows", "files", "solved", "completed"}) {
    INFO(name);
    Claim fewer = claim(100, 80, 1, 1);
    fewer.baseline = {{name, 100}};
    fewer.candidate[name] = 90;
    CHECK(finds(find_suspicion(named("loss"), 10, fewer), "work_done"));
  }
  for (const char* name : {"tests_ms", "failed_tests", "rows_scanned", "test_loss", "files_bytes", "tokens", "n_calls",
                           "cases_error", "total_test_loss"}) {
    INFO(name);
    Claim cheaper = claim(100, 80, 1, 1);
    cheaper.baseline = {{name, 100}};
    cheaper.candidate[name] = 90;
    CHECK_FALSE(find_suspicion(named("loss"), 10, cheaper));
  }
}

TEST_CASE("a gain with less work done than at the baseline is suspect", "[suspicion]") {
  Claim fewer = claim(100, 80, 1, 1);
  fewer.baseline = {{"tests_passed", 100}, {"iterations", 1000}};
  fewer.candidate["tests_passed"] = 90;
  fewer.candidate["iterations"] = 10;
  CHECK(finds(find_suspicion(named("loss"), 10, fewer), "work_done"));
  fewer.candidate["tests_passed"] = 100;
  CHECK_FALSE(find_suspicion(named("loss"), 10, fewer));
  fewer.candidate.erase("tests_passed");
  CHECK(finds(find_suspicion(named("loss"), 10, fewer), "work_done"));
}

TEST_CASE("units are read from names", "[suspicion]") {
  CHECK(seconds_in_unit("time_ms") == 1e-3);
  CHECK(seconds_in_unit("stepMs") == 1e-3);
  CHECK(seconds_in_unit("p95/us") == 1e-6);
  CHECK(seconds_in_unit("elapsed") == -1);
  CHECK(seconds_in_unit("loss") == 0);
  CHECK(seconds_in_unit("items") == 0);
}

TEST_CASE("guard settings that do not exist are refused", "[suspicion]") {
  CHECK(parse_plausible({})->factor == 10.0);
  CHECK(parse_plausible({{"guard.plausible", "0"}, {"sandbox.gpu", "x"}})->factor == 0.0);
  CHECK(parse_plausible({{"guard.floor", "0.5"}})->floor == 0.5);
  CHECK_FALSE(parse_plausible({{"guard.floor", "low"}}));
  CHECK_FALSE(parse_plausible({{"guard.plausible", "0.5"}}));
  CHECK_FALSE(parse_plausible({{"guard.wall", "5"}}));
  CHECK(parse_plausible({{"guard.odd-code", "allow"}}));
}

TEST_CASE("what is better than the stated floor is suspect, however small the step", "[suspicion]") {
  Plausibility bounded(10);
  bounded.floor = 80;
  CHECK(finds(find_suspicion(named("ms"), bounded, claim(82, 79, 1, 1)), "implausible_gain"));
  CHECK_FALSE(find_suspicion(named("bytes"), bounded, claim(100, 80, 1, 1)));
  CHECK(finds(find_suspicion(named("score", Direction::maximise), bounded, claim(79, 81, 1, 1)), "implausible_gain"));
}

TEST_CASE("a run that ended almost at once has not done its work", "[suspicion]") {
  const auto shorter = [](double before, double after, double wall_before, double wall_after) {
    Claim one = claim(before, after, wall_before, wall_after);
    one.champion["cpu"] = wall_before;
    one.candidate["cpu"] = wall_after;
    return one;
  };
  CHECK(finds(find_suspicion(named("loss"), 10, shorter(3, 2.5, 10, 0.5)), "shorter_run"));
  CHECK_FALSE(find_suspicion(named("loss"), 10, shorter(3, 2.5, 10, 2)));
  // A time: twenty per cent faster explains a run that is as much shorter, not one of a fifth.
  CHECK(finds(find_suspicion(named("ms"), 10, shorter(10, 8, 1, 0.2)), "shorter_run"));
  CHECK_FALSE(find_suspicion(named("ms"), 10, shorter(10, 8, 1, 0.8)));
  CHECK_FALSE(find_suspicion(named("ms"), 10, shorter(10, 2, 1, 0.2)));
  CHECK_FALSE(find_suspicion(named("loss"), 10, shorter(3, 2.5, 0.02, 0.001)));  // only start-up
}
