#include "hone/core/measure/read_channel.hpp"

#include <catch2/catch.hpp>

#include "hone/core/guard/trust.hpp"

using namespace hone;

namespace {

constexpr const char* nonce = "0123456789abcdef";

ChannelReading read(const std::string& text, const std::string& name = "") {
  MetricSpec spec;
  spec.name = name;
  return read_channel(spec, nonce, text);
}

std::string record(const std::string& text) {
  return std::string(nonce) + " " + text + "\n";
}

}  // namespace

TEST_CASE("records with the secret are the metric, the first plain name its value", "[channel]") {
  const auto reading = read(record("ms[big]=5") + record("ms=3.5") + record("bytes=1e3"));
  CHECK(reading.source == Source::channel);
  CHECK(reading.metric.value == 3.5);
  CHECK(reading.metric.values.size() == 3);
  CHECK(reading.metric.values.front().name == "ms");
  CHECK(read(record("ms=3") + record("bytes=9"), "bytes").metric.value == 9.0);
  CHECK(read(record("!child") + record("ms=3")).source == Source::judge);
}

TEST_CASE("an unused channel says nothing", "[channel]") {
  CHECK(read("").source == Source::printed);
  CHECK(read_channel({}, "", "x ms=1\n").source == Source::printed);
}

TEST_CASE("what is wrong on the channel makes the sample invalid, whatever else is right", "[channel]") {
  for (const std::string& bad : {std::string("ms=1\n"), std::string("0123456789abcdeF ms=1\n"), std::string("\n"),
                                 std::string(nonce) + "\n", std::string(nonce) + "ms=1\n"}) {
    for (const std::string& text : {bad + record("ms=3"), record("ms=3") + bad}) {
      INFO(text);
      CHECK(read(text).metric.invalid.starts_with("bad_nonce"));
      CHECK_FALSE(read(text).metric.value);
    }
  }
  CHECK(read(record("ms=3") + record("ms=3")).metric.invalid.starts_with("multiple_metrics"));
  for (const char* value : {"nan", "inf", "-inf", "1e400", "0x10", "", "3.5ms", "1,2"}) {
    CHECK(read(record(std::string("ms=") + value)).metric.invalid.starts_with("non_finite"));
  }
  CHECK(read(record("=3")).metric.invalid.starts_with("no_metric"));
  CHECK(read(record("ms")).metric.invalid.starts_with("no_metric"));
  CHECK(read(record("ms[a]=1")).metric.invalid.starts_with("no_metric"));
  CHECK(read(record("ms=1"), "us").metric.invalid.starts_with("no_metric"));
}

TEST_CASE("nobody but hone speaks for hone's clock", "[channel]") {
  const auto reading = read(record("ms=3") + record("wall=0"));
  CHECK(reading.metric.value == 3.0);
  CHECK(reading.metric.values.size() == 1);
}

TEST_CASE("the trust level is what was seen and no more", "[trust]") {
  RunSpec spec;
  CHECK(trust_of(spec, Source::printed) == Trust::t0);
  CHECK(trust_of(spec, Source::channel) == Trust::t1);
  CHECK(trust_of(spec, Source::judge) == Trust::t2);
  spec.holdout = "other";
  CHECK(trust_of(spec, Source::judge) == Trust::t2);  // its inputs are mounted in every run
  spec.extra["sandbox.holdout"] = "hidden";
  CHECK(trust_of(spec, Source::judge) == Trust::t3);
  CHECK(trust_of(spec, Source::judge, false) == Trust::t2);
  CHECK(trust_of(spec, Source::channel) == Trust::t1);
  spec.metric.measure = Measure::wall;
  CHECK(trust_of(spec, Source::printed) == Trust::t1);
  spec.sandbox = SandboxLevel::none;
  CHECK(trust_of(spec, Source::judge) == Trust::t0);
}
