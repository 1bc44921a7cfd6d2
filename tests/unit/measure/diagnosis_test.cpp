#include "hone/core/measure/diagnosis.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>

#include "bench/night_sim/world.hpp"
#include "hone/core/guard/auto_loaded.hpp"

using namespace hone;
using night_sim::Dice;

namespace {

std::vector<Sample> runs_of(std::size_t count, const std::function<double(std::size_t)>& value) {
  std::vector<Sample> runs;
  for (std::size_t i = 0; i < count; ++i) {
    Sample sample;
    sample.role = i % 4 == 1 || i % 4 == 2 ? Role::candidate : Role::champion;
    sample.value = value(i);
    sample.wall = Seconds{1};
    runs.push_back(sample);
  }
  return runs;
}

Diagnosis diagnose_runs(const std::vector<Sample>& runs, const Planted* planted = nullptr,
                        std::vector<Sample> seeds = {}) {
  static const RunSpec spec;
  return diagnose({spec, runs, seeds, planted, Seconds{3}, Seconds{}});
}

const Finding* find(const Diagnosis& found, std::string_view subject) {
  const auto at = std::find_if(found.findings.begin(), found.findings.end(),
                               [&](const Finding& one) { return one.subject == subject; });
  return at == found.findings.end() ? nullptr : &*at;
}

std::vector<double> noisy(double cv, std::size_t count, std::uint64_t seed) {
  Dice dice{Random(seed)};
  std::vector<double> values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(100 * std::exp(cv * dice.normal()));
  return values;
}

std::vector<Sample> noisy_runs(double cv, std::uint64_t seed = 5) {
  const std::vector<double> values = noisy(cv, 16, seed);
  return runs_of(16, [&](std::size_t i) { return values[i]; });
}

}  // namespace

TEST_CASE("doctor calls equal runs deterministic and ready", "[doctor]") {
  const Diagnosis found = diagnose_runs(runs_of(16, [](std::size_t) { return 42.0; }));
  CHECK(found.deterministic);
  CHECK(found.detectable == 0);
  CHECK(readiness(found.findings) == Readiness::ready);
}

TEST_CASE("doctor forgives a cold first run and says so", "[doctor]") {
  const Diagnosis found = diagnose_runs(runs_of(16, [](std::size_t i) { return i == 0 ? 60.0 : 42.0; }));
  CHECK(found.warm_up);
  CHECK(found.deterministic);
  CHECK(readiness(found.findings) == Readiness::ready);
}

TEST_CASE("doctor measures the spread and what it lets through", "[doctor]") {
  const Diagnosis quiet = diagnose_runs(noisy_runs(.002));
  const Diagnosis loud = diagnose_runs(noisy_runs(.02));
  CHECK(quiet.cv == Approx(.002).margin(.0012));
  CHECK(loud.cv == Approx(.02).margin(.012));
  CHECK(quiet.detectable < .012);
  CHECK(loud.detectable > 3 * quiet.detectable);
  CHECK(quiet.experiments > 100);
  CHECK(quiet.keeps > loud.keeps);
  CHECK(readiness(quiet.findings) == Readiness::ready);
}

TEST_CASE("doctor does not take a lone slow run for what another seed does", "[doctor]") {
  const std::vector<double> values = noisy(.01, 19, 6);
  const auto seeds_of = [](std::vector<double> three) { return runs_of(3, [=](std::size_t i) { return three[i]; }); };
  const std::vector<Sample> spiky = runs_of(16, [&](std::size_t i) { return values[i] * (i % 7 == 3 ? 3 : 1); });
  CHECK_FALSE(diagnose_runs(spiky, nullptr, seeds_of({values[16], 3 * values[17], values[18]})).seed_spread);
  CHECK(diagnose_runs(spiky, nullptr, seeds_of({80, 100, 125})).seed_spread);
  CHECK(diagnose_runs(noisy_runs(.01), nullptr, seeds_of({values[16], 3 * values[17], values[18]})).seed_spread);
}

TEST_CASE("doctor refuses a metric that scatters by a half", "[doctor]") {
  const Diagnosis found = diagnose_runs(noisy_runs(.6));
  CHECK(readiness(found.findings) == Readiness::not_ready);
  REQUIRE(find(found, "detectable"));
  CHECK(find(found, "detectable")->health == Health::bad);
  CHECK_FALSE(find(found, "detectable")->advice.empty());
}

TEST_CASE("doctor sees a level that walks", "[doctor]") {
  Dice dice{Random(3)};
  double level = 100;
  const Diagnosis found = diagnose_runs(runs_of(16, [&](std::size_t) {
    level *= std::exp(.01 * dice.normal());
    return level * std::exp(.001 * dice.normal());
  }));
  CHECK(found.drift >= .03);
  REQUIRE(find(found, "drift"));
  CHECK(find(found, "drift")->health == Health::warning);
}

TEST_CASE("doctor says why there is no number", "[doctor]") {
  std::vector<Sample> runs = runs_of(3, [](std::size_t) { return 0.0; });
  for (Sample& sample : runs) {
    sample.value.reset();
    sample.invalid = "no metric on stdout";
  }
  const Diagnosis found = diagnose_runs(runs);
  CHECK(readiness(found.findings) == Readiness::not_ready);
  CHECK(found.findings.front().text == "no metric on stdout");
}

TEST_CASE("doctor warns of one failing run and refuses when they are many", "[doctor]") {
  std::vector<Sample> runs = noisy_runs(.01);
  runs[7].value.reset();
  CHECK(readiness(diagnose_runs(runs).findings) == Readiness::ready_with_warnings);
  for (const std::size_t i : {1, 4, 9, 12}) runs[i].value.reset();
  CHECK(readiness(diagnose_runs(runs).findings) == Readiness::not_ready);
}

TEST_CASE("doctor warns when the place of a checkout changes the number", "[doctor]") {
  const std::vector<double> noise = noisy(.002, 16, 8);
  const Diagnosis found =
      diagnose_runs(runs_of(16, [&](std::size_t i) { return noise[i] * (i % 4 == 1 || i % 4 == 2 ? 1.03 : 1); }));
  REQUIRE(find(found, "A/A"));
  CHECK(find(found, "A/A")->health == Health::warning);
  CHECK(found.twins == Approx(-.03).margin(.005));
}

TEST_CASE("twins are told apart rarely when nothing differs", "[doctor]") {
  int warned = 0;
  for (std::uint64_t seed = 1; seed <= 25; ++seed)
    warned += find(diagnose_runs(noisy_runs(.01, seed)), "A/A")->health != Health::good;
  CHECK(warned <= 2);  // 1 % by design
}

TEST_CASE("a seed that changes a deterministic number is named", "[doctor]") {
  const std::vector<Sample> same = runs_of(16, [](std::size_t) { return 42.0; });
  const Diagnosis found =
      diagnose_runs(same, nullptr, runs_of(3, [](std::size_t i) { return 42.0 + static_cast<double>(i); }));
  REQUIRE(found.seed_spread);
  CHECK(find(found, "seeds")->health == Health::warning);
  CHECK(find(diagnose_runs(same, nullptr, runs_of(3, [](std::size_t) { return 42.0; })), "seeds")->health ==
        Health::good);
}

TEST_CASE("a planted slow-down is seen, one without effect is not and makes the metric unready", "[doctor]") {
  const std::vector<double> noise = noisy(.01, 40, 9);
  Planted planted;
  planted.how = "a busy loop";
  while (judge_planted(Direction::minimise, planted) == Sight::need_more) {
    planted.unchanged.push_back(noise[2 * planted.worse.size()]);
    planted.worse.push_back(1.1 * noise[2 * planted.worse.size() + 1]);
  }
  CHECK(judge_planted(Direction::minimise, planted) == Sight::seen);
  CHECK(judge_planted(Direction::maximise, planted) != Sight::seen);
  CHECK(find(diagnose_runs(noisy_runs(.01), &planted), "sensitivity")->health == Health::good);

  Planted blind;
  blind.how = "a busy loop";
  while (judge_planted(Direction::minimise, blind) == Sight::need_more) {
    blind.unchanged.push_back(42);
    blind.worse.push_back(42);
  }
  CHECK(blind.worse.size() == planted_pairs_most);
  const Diagnosis found = diagnose_runs(runs_of(16, [](std::size_t) { return 42.0; }), &blind);
  CHECK(find(found, "sensitivity")->health == Health::bad);
  CHECK(readiness(found.findings) == Readiness::not_ready);
}

TEST_CASE("a night refuses only a metric that could show next to nothing", "[doctor]") {
  CHECK(why_hopeless(Direction::minimise, noisy(.6, 16, 4)));
  CHECK_FALSE(why_hopeless(Direction::minimise, noisy(.1, 16, 4)));
  CHECK_FALSE(why_hopeless(Direction::minimise, std::vector<double>(16, 7.0)));
  CHECK_FALSE(why_hopeless(Direction::minimise, noisy(.4, 3, 4)));
}

TEST_CASE("files that a command reads without naming them are found", "[doctor]") {
  const std::vector<std::string> paths{"GNUmakefile", "bench/judge.py", "bench/json.py",    "bench/random/__init__.py",
                                       "lib/json.py", "conftest.py",    "sitecustomize.py", "x.pth",
                                       "src/main.c"};
  const auto names = [&](std::string_view command) {
    std::string text;
    for (const AutoLoaded& one : auto_loaded(command, paths)) text += one.path + " ";
    return text;
  };
  CHECK(names("make bench") == "GNUmakefile ");
  CHECK(names("python3 bench/judge.py") == "bench/json.py bench/random/__init__.py sitecustomize.py x.pth ");
  CHECK(names("python3.11 -m pytest -q") == "conftest.py sitecustomize.py x.pth ");
  CHECK(names("./makeshift").empty());
}

TEST_CASE("doctor names the kind of metric and why, and contradicts a flag that does not hold", "[doctor]") {
  const auto mode_at = [](const std::vector<Sample>& runs, MetricMode asked, double budget) {
    RunSpec spec;
    spec.accept.mode = asked;
    spec.limits.budget = Seconds{budget};
    const Diagnosis found = diagnose({spec, runs, {}, nullptr, Seconds{3}, Seconds{}});
    REQUIRE(find(found, "mode"));
    return std::pair(found.mode, *find(found, "mode"));
  };
  const std::vector<Sample> exact = runs_of(16, [](std::size_t) { return 42.0; });
  CHECK(mode_at(exact, MetricMode::automatic, 28800).first == MetricMode::deterministic);
  CHECK(mode_at(noisy_runs(.01), MetricMode::automatic, 28800).first == MetricMode::noisy);
  const auto [dear, why] = mode_at(noisy_runs(.01), MetricMode::automatic, 96);
  CHECK(dear == MetricMode::expensive);
  CHECK(why.text.find("room for about 96 runs") != std::string::npos);
  CHECK(mode_at(noisy_runs(.01), MetricMode::noisy, 96).first == MetricMode::noisy);
  CHECK(mode_at(noisy_runs(.01), MetricMode::expensive, 28800).second.text.find("--metric-mode says so") !=
        std::string::npos);
  const auto [denied, says] = mode_at(noisy_runs(.01), MetricMode::deterministic, 28800);
  CHECK(denied == MetricMode::noisy);
  CHECK(says.health == Health::warning);
  CHECK(says.text.find("does not hold") != std::string::npos);
}

TEST_CASE("doctor tells what a very expensive night can see, and a prior helps", "[doctor]") {
  RunSpec spec;
  spec.limits.budget = Seconds{96};
  const std::vector<Sample> runs = noisy_runs(.01);
  const Diagnosis plain = diagnose({spec, runs, {}, nullptr, Seconds{0}, Seconds{}});
  CHECK(plain.detectable > .01);
  CHECK(plain.detectable < .2);
  CHECK(plain.experiments == Approx(68).margin(5));
  spec.accept.noise_prior = .01;
  CHECK(diagnose({spec, runs, {}, nullptr, Seconds{0}, Seconds{}}).detectable < plain.detectable);
}
