#include "hone/core/guard/guard.hpp"

#include <catch2/catch.hpp>

using namespace hone;

namespace {
GuardSpec guard(std::string_view text) {
  const auto parsed = parse_guard(text);
  INFO(text);
  REQUIRE(parsed);
  return *parsed;
}
}  // namespace

TEST_CASE("a guard is a name, a comparison and a limit") {
  CHECK(guard("cpu<=+5%").name == "cpu");
  CHECK(guard("cpu<=+5%").relative);
  CHECK(guard("cpu<=+5%").limit == Approx(0.05));
  CHECK(guard("cpu<=+5%").bound == GuardSpec::Bound::at_most);
  CHECK(guard(" accuracy >= -1 % ").limit == Approx(-0.01));
  CHECK(guard("accuracy>=0.9").bound == GuardSpec::Bound::at_least);
  CHECK_FALSE(guard("accuracy>=0.9").relative);
  CHECK(guard("accuracy>=0.9").limit == 0.9);
  CHECK(guard("time[small]<=3").name == "time[small]");
  CHECK(guard("lines<=+200").limit == 200);
}

TEST_CASE("memory and times have units, other metrics have not") {
  CHECK(guard("peak-memory<=2G").limit == 2147483648.0);
  CHECK(guard("peak-memory<=1.5MiB").limit == 1572864.0);
  CHECK(guard("wall<=250ms").limit == Approx(0.25));
  CHECK(guard("cpu<=1min").limit == 60);
  CHECK(guard("wall<=3").limit == 3);
  CHECK_FALSE(parse_guard("accuracy<=2G"));
  CHECK_FALSE(parse_guard("wall<=2G"));
}

TEST_CASE("a guard that says nothing clear is refused with an example") {
  for (const char* bad : {"", "cpu", "cpu<5", "<=5", "cpu<=", "cpu<=5%", "cpu<=+x%", "cpu<=nan", "cpu<=+inf%", "a b<=3",
                          "cpu==3", "lines<=+5%", "cpu<=0x10", "acc>=1,000"}) {
    INFO(bad);
    const auto parsed = parse_guard(bad);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().reaction == Reaction::fix_input);
    CHECK(parsed.error().message.find("write it like 'cpu<=+5%'") != std::string::npos);
  }
}

TEST_CASE("a relative limit is against the baseline and its edge is inside") {
  CHECK(evaluate_guard(guard("cpu<=+5%"), 100, 105).passed);
  CHECK_FALSE(evaluate_guard(guard("cpu<=+5%"), 100, 105.01).passed);
  CHECK(evaluate_guard(guard("acc>=-1%"), 0.9, 0.8911).passed);
  CHECK_FALSE(evaluate_guard(guard("acc>=-1%"), 0.9, 0.89).passed);
  CHECK(evaluate_guard(guard("score<=+10%"), -10, -9).passed);  // a negative baseline: worse is upwards
  CHECK_FALSE(evaluate_guard(guard("score<=+10%"), -10, -8.9).passed);
}

TEST_CASE("an absolute limit needs no baseline") {
  CHECK(evaluate_guard(guard("acc>=0.9"), std::nullopt, 0.9).passed);
  CHECK_FALSE(evaluate_guard(guard("peak-memory<=1K"), std::nullopt, 1025).passed);
}

TEST_CASE("a guard says what it saw and what was allowed") {
  CHECK(evaluate_guard(guard("cpu<=+5%"), 100, 120).reason ==
        "guard cpu<=+5%: cpu is 120, at most 105 is allowed (baseline 100)");
}

TEST_CASE("a missing or infinite value fails a guard") {
  CHECK_FALSE(evaluate_guard(guard("acc>=0.9"), 1, std::nullopt).passed);
  CHECK_FALSE(evaluate_guard(guard("cpu<=+5%"), std::nullopt, 1).passed);
  CHECK_FALSE(evaluate_guard(guard("cpu<=5"), 1, -std::numeric_limits<double>::infinity()).passed);
  CHECK(evaluate_guard(guard("acc>=0.9"), 1, std::nullopt).reason ==
        "guard acc>=0.9: the candidate gave no value of acc");
}

TEST_CASE("a guard on what the baseline does not print is found before the night") {
  const auto blind = [](const std::string& text, const std::vector<std::string>& printed) {
    return find_blind_guard({*parse_guard(text)}, printed).value_or("");
  };
  CHECK(blind("acuracy>=-1%", {"loss", "accuracy", "cpu", "loss[big]"}) ==
        "guard acuracy>=-1%: the unchanged code prints no acuracy, only loss, accuracy");
  CHECK(blind("accuracy>=-1%", {"loss", "accuracy"}).empty());
  CHECK(blind("cpu<=+5%", {}).empty());
  CHECK(blind("lines<=200", {}).empty());
  CHECK(blind("errors<=0", {}).find("only a number without a name") != std::string::npos);
  CHECK(blind("p95(latency)<=+5%", {"latency", "latency[big]"}).empty());
  CHECK(blind("p95<=+5%", {"latency", "latency[big]"}).empty());
  CHECK(blind("worst(latency)<=+5%", {"latency", "other[big]"}).find("prints no latency[case]=number, only latency") !=
        std::string::npos);
  CHECK(blind("worse<=10%", {"latency"}).find("prints no latency[case]=number") != std::string::npos);
}
