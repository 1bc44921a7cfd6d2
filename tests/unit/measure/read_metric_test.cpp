#include "hone/core/measure/read_metric.hpp"

#include <catch2/catch.hpp>

using namespace hone;

namespace {

MetricReading read(std::string_view output, const std::string& name = "") {
  MetricSpec spec;
  spec.name = name;
  return read_metric(spec, output);
}
MetricReading match(const Captures& captures, bool last = false) {
  MetricSpec spec;
  spec.match = "x (.*)";
  spec.match_last = last;
  return read_metric(spec, "whatever\n", &captures);
}
std::optional<double> named(const MetricReading& reading, std::string_view name) {
  for (const NamedValue& value : reading.values) {
    if (value.name == name) return value.value;
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("a lone number on the last line is the metric") {
  CHECK(read("42\n").value == 42.0);
  CHECK(read("compiling\n  -1.5e-3 \n\n").value == -1.5e-3);
  CHECK(read("1\n2\n").value == 2.0);  // only the last line counts
  CHECK(read("7", "loss").value == 7.0);
  CHECK(named(read("7"), "metric") == 7.0);
}

TEST_CASE("METRIC lines come first; the primary is the named one, else the first") {
  const std::string_view output = "noise\nMETRIC loss=0.5\nMETRIC speed=120\n99\n";
  CHECK(read(output).value == 0.5);
  CHECK(read(output, "speed").value == 120.0);
  CHECK(named(read(output), "speed") == 120.0);
  CHECK(read("METRIC a=1 b=2\n", "b").value == 2.0);
}

TEST_CASE("cases and steps of a metric are named values of their own") {
  const std::string_view output =
      "METRIC step=1 loss=3\nMETRIC step=2 loss=2\nMETRIC time[small]=1.5\nMETRIC loss=1.9\n";
  const auto reading = read(output, "loss");
  CHECK(reading.value == 1.9);
  CHECK(named(reading, "loss[step=1]") == 3.0);
  CHECK(named(reading, "loss[step=2]") == 2.0);
  CHECK(named(reading, "time[small]") == 1.5);
  CHECK(read("METRIC step=1 loss=3\nMETRIC step=2 loss=2\n", "loss").invalid.find("only with steps or cases") !=
        std::string::npos);
  CHECK_FALSE(read("METRIC step=1 loss=3\n").value);
  CHECK(read("METRIC step=17\n").value == 17.0);
}

TEST_CASE("name: value lines are read when the metric is named") {
  const std::string_view output = "val_bpb:          0.997900\ntraining_seconds: 300.1\n";
  CHECK(read(output, "val_bpb").value == 0.9979);
  CHECK(named(read(output, "val_bpb"), "training_seconds") == 300.1);
  CHECK_FALSE(read(output).value);
}

TEST_CASE("a JSON object on the last line gives its numbers") {
  CHECK(read("{\"loss\": 0.25}").value == 0.25);
  CHECK(read("{\"loss\": 0.25, \"name\": \"x\", \"ok\": true}").value == 0.25);
  CHECK(read("log\n{\"a\":{\"loss\":1e3},\"steps\":[1,2]}\n", "a.loss").value == 1000.0);
  CHECK(read("{\"a\":1,\"b\":2}").invalid.find("--metric-name") != std::string::npos);
  CHECK(read("{\"a\":1,\"b\":2}", "b").value == 2.0);
}

TEST_CASE("what JSON calls true, null or NaN is no number") {
  CHECK_FALSE(read("{\"timeout\":true,\"error\":0}", "loss").value);
  CHECK_FALSE(read("{\"loss\":true}", "loss").value);
  CHECK_FALSE(read("{\"loss\":null}", "loss").value);
  CHECK_FALSE(read("{\"loss\":\"3\"}", "loss").value);
  CHECK_FALSE(read("{\"loss\":NaN}", "loss").value);
  CHECK_FALSE(read("{\"loss\":1e999}", "loss").value);
  CHECK_FALSE(read("{\"loss\":1} trailing", "loss").value);
  CHECK_FALSE(read("{\"loss\":1,\"loss\":2}", "loss").value);
  CHECK_FALSE(read(std::string(100000, '{') + "\n", "loss").value);
  CHECK_FALSE(read("{\"a\":" + std::string(30000, '[') + "\n", "loss").value);
}

TEST_CASE("nothing but one finite decimal number is a value") {
  for (const char* bad :
       {"nan", "inf", "-inf", "NaN", "3.5ms", "1,234", "0x10", "1e400", "1e-400", "", "1 2", "--1", "5%"}) {
    INFO(bad);
    for (const std::string& output : {std::string(bad), "METRIC m=" + std::string(bad), "m: " + std::string(bad)}) {
      const auto reading = read(output, "m");
      CHECK_FALSE(reading.value);
      CHECK_FALSE(reading.invalid.empty());
    }
  }
}

TEST_CASE("a value repeated with the same number is one value, with another it is none") {
  CHECK(read("METRIC m=1\nMETRIC m=1.0\n").value == 1.0);
  CHECK(read("METRIC m=1\nMETRIC m=2\n").invalid == "the metric 'm' was printed with different numbers: 1 and 2");
  CHECK_FALSE(read("m: 1\nm: 2\n", "m").value);
  CHECK_FALSE(read("METRIC m=1\nMETRIC m=nan\n").value);
  CHECK_FALSE(named(read("METRIC a=1\nMETRIC b=1\nMETRIC b=2\n"), "b"));
}

TEST_CASE("a line that wants to be a METRIC and is none makes the sample invalid") {
  CHECK(read("METRIC loss 3\n3\n").invalid == "the line 'METRIC loss 3' is not of the form 'METRIC name=value'");
  CHECK_FALSE(read("METRIC\n3\n").value);
  CHECK_FALSE(read("METRIC =3\n3\n").value);
  CHECK(read("METRICS follow\n3\n").value == 3.0);
}

TEST_CASE("a lone number does not stand in for a named metric when others are marked") {
  CHECK_FALSE(read("METRIC other=1\n3\n", "loss").value);
}

TEST_CASE("no output is said to be none") {
  CHECK(read("").invalid == "the command printed nothing on stdout, so there is no metric");
  CHECK(read("done\n").invalid.find("'done' is not a lone finite number") != std::string::npos);
}

TEST_CASE("with --match only what it captured counts") {
  CHECK(match({"3.5"}).value == 3.5);
  CHECK(match({"3.5", "3.50"}).value == 3.5);
  CHECK_FALSE(match({"3.5", "4"}).value);
  CHECK(match({"3.5", "4"}, true).value == 4.0);
  CHECK_FALSE(match({"3.5", "4ms"}, true).value);
  CHECK(match({"x", "4"}, true).value == 4.0);
  CHECK(match({}).invalid == "--match 'x (.*)' found nothing on stdout; the last line is 'whatever'");
}

TEST_CASE("terminal escapes in the output do not reach a sentence") {
  CHECK(read("\x1b[31mred\x1b[0m").invalid.find('\x1b') == std::string::npos);
}

TEST_CASE("a judge's line that was swallowed by another still contradicts a forged one") {
  for (const std::string& before :
       {std::string("METRIC ms=90\nprogress "), std::string("METRIC ms=90\n") + std::string(100'000, 'x'),
        std::string("METRIC ms=90\n\0", 14), std::string("METRIC ms=90\nMETRIC step=1 "),
        std::string("METRIC ms=90\nMETRIC step=1 k="), std::string("METRIC ms=90\nMETRIC k[a]=1 b="),
        std::string("METRIC ms=90\nMETRIC ") + std::string(70'000, 'a') + "=1 "}) {
    const auto reading = read(before + "METRIC ms=150.5\n");
    INFO(before.substr(0, 40));
    CHECK_FALSE(reading.value);
    CHECK_FALSE(reading.invalid.empty());
  }
  CHECK(read("METRIC ms=90\ndone: METRIC ms=90\n").value == 90.0);
  CHECK(read("see METRIC in the manual\nMETRIC ms=90\nMETRIC other=1 and METRIC ms\n", "ms").invalid.empty() == false);
  CHECK(read("prints METRIC name=value lines\nMETRIC ms=90\n").value == 90.0);
}

TEST_CASE("a lone number cannot be replaced by a METRIC that is called as it is") {
  CHECK(read("42\n", "metric").value == 42.0);
  CHECK(read("METRIC other=7\n42\n", "metric").invalid.empty() == false);
  CHECK_FALSE(read("METRIC metric=7\n42\n", "metric").value);
  CHECK(read("METRIC metric=7\n", "metric").value == 7.0);
  CHECK_FALSE(read("METRIC ms=7\n{\"ms\": 42}\n", "ms").value);
  CHECK(read("METRIC ms=42\n{\"ms\": 42}\n", "ms").value == 42.0);
}

TEST_CASE("a flood of names stays bounded") {
  std::string output;
  for (int i = 0; i < 5000; ++i) output += "METRIC m" + std::to_string(i) + "=1\n";
  CHECK(read(output).values.size() == 1000);
}

TEST_CASE("a command cannot speak for what hone measures itself") {
  const auto reading = read("METRIC wall=0.001\nMETRIC cpu=0\npeak-memory: 1\nMETRIC loss=2\n", "loss");
  CHECK(reading.values == std::vector<NamedValue>{{"loss", 2}});
  CHECK(read("METRIC wall=3\n").value == 3.0);  // as the printed primary it is what the user asked for
}
