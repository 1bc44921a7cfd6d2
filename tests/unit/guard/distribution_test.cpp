#include "hone/core/guard/distribution.hpp"

#include <catch2/catch.hpp>

#include "hone/core/guard/guard.hpp"

using namespace hone;

namespace {

Sample sample_of(std::initializer_list<double> cases) {
  Sample sample;
  sample.values = {{"ms", 1}};
  int number = 0;
  for (const double value : cases) sample.values.push_back({"ms[" + std::to_string(++number) + "]", value});
  sample.values.push_back({"ms[step=9]", 1000});
  return sample;
}

std::optional<double> value_of(const Sample& sample, const std::string& name) {
  for (const NamedValue& value : sample.values) {
    if (value.name == name) return value.value;
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("p95 and worst look at the cases of a run from the side that the guard calls bad", "[guard]") {
  const std::vector<GuardSpec> guards = {*parse_guard("p95(ms)<=+5%"), *parse_guard("worst<=+0%"),
                                         *parse_guard("worst(ms)>=1")};
  Sample sample;
  sample.values = {{"ms", 10.5}};
  for (int i = 1; i <= 40; ++i) sample.values.push_back({"ms[" + std::to_string(i) + "]", static_cast<double>(i)});
  add_distributions(guards, sample);
  CHECK(value_of(sample, "p95(ms)") == 38.0);
  CHECK(value_of(sample, "worst") == 40.0);
  CHECK(value_of(sample, "worst(ms)") == 1.0);
}

TEST_CASE("points of a curve are no cases, and a metric cannot print a guard's value itself", "[guard]") {
  const std::vector<GuardSpec> guards = {*parse_guard("worst(ms)<=+5%")};
  Sample sample = sample_of({3, 5});
  sample.values.push_back({"worst(ms)", 0.1});
  add_distributions(guards, sample);
  CHECK(value_of(sample, "worst(ms)") == 5.0);
  Sample none = sample_of({});
  none.values.push_back({"worst(ms)", 0.1});
  add_distributions(guards, none);
  CHECK_FALSE(value_of(none, "worst(ms)"));
}

TEST_CASE("a share of worse cases is written as a bare percentage", "[guard]") {
  const auto guard = parse_guard("worse(ms)<=10%");
  REQUIRE(guard);
  CHECK(guard->limit == Approx(0.1));
  CHECK_FALSE(guard->relative);
  CHECK(parse_guard("worse<=0.25")->limit == 0.25);
  CHECK_FALSE(parse_guard("worse>=10%"));
  CHECK_FALSE(parse_guard("worse<=+10%"));
}

TEST_CASE("a case got worse by more than noise and more than one per cent", "[guard]") {
  CHECK(got_worse({100, 5, 1}, Direction::minimise));
  CHECK_FALSE(got_worse({100, 5, 2}, Direction::minimise));
  CHECK_FALSE(got_worse({100, 0.5, 0}, Direction::minimise));
  CHECK_FALSE(got_worse({100, -5, 0}, Direction::minimise));
  CHECK(got_worse({100, -5, 0}, Direction::maximise));
}
