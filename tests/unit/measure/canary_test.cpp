#include "hone/core/measure/canary.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <utility>

#include "hone/core/run/canary.hpp"

using namespace hone;

namespace {

// Exact: the chance of each end when every pair is as expected with chance p, independently. One state a pair count.
std::map<CanaryCall, double> ends_of(CanaryCall (*call)(const CanaryPairs&), double expected) {
  std::map<CanaryCall, double> ends;
  std::map<std::pair<std::int64_t, std::int64_t>, double> open = {{{0, 0}, 1.0}};
  while (!open.empty()) {
    const auto [at, chance] = *open.begin();
    open.erase(open.begin());
    const CanaryCall now = call({at.first, at.second});
    if (now != CanaryCall::need_more) {
      ends[now] += chance;
      continue;
    }
    open[{at.first + 1, at.second}] += chance * expected;
    open[{at.first, at.second + 1}] += chance * (1 - expected);
  }
  return ends;
}

}  // namespace

TEST_CASE("a null canary raises a false alarm in less than one of a thousand nights of a thousand canaries",
          "[canary]") {
  // Nothing but the drawn order tells the two trees apart, so 1/2 is the worst that noise of any kind can do.
  const auto ends = ends_of(judge_null_canary, 0.5);
  CHECK(1000 * ends.at(CanaryCall::alarm) < 1e-3);
  CHECK(ends.at(CanaryCall::passed) > 1 - 1e-6);
  CHECK(ends_of(judge_null_canary, 0.0).at(CanaryCall::alarm) == 1.0);  // an evaluator that is always fooled
}

TEST_CASE("a slow-down that is seen nine times in ten raises no false alarm, one that is never seen always does",
          "[canary]") {
  for (const double seen : {0.9, 0.95, 1.0}) {
    const auto ends = ends_of(judge_slow_canary, seen);
    INFO(seen);
    CHECK(1000 * (ends.contains(CanaryCall::alarm) ? ends.at(CanaryCall::alarm) : 0.0) < 1e-3);
  }
  CHECK(ends_of(judge_slow_canary, 0.0).at(CanaryCall::alarm) == 1.0);
  const auto blind = ends_of(judge_slow_canary, 0.5);
  CHECK(blind.at(CanaryCall::passed) < 0.05);
  CHECK(blind.at(CanaryCall::alarm) > 0.5);
}

TEST_CASE("a passed canary is cheap: two pairs for a null patch, six for a slow-down", "[canary]") {
  CHECK(judge_null_canary({1, 0}) == CanaryCall::passed);
  CHECK(judge_null_canary({1, 19}) == CanaryCall::passed);
  CHECK(judge_null_canary({0, 19}) == CanaryCall::need_more);
  CHECK(judge_slow_canary({5, 0}) == CanaryCall::need_more);
  CHECK(judge_slow_canary({6, 0}) == CanaryCall::passed);
}

TEST_CASE("a change without effect is a comment of the language, else an empty line", "[canary]") {
  CHECK(plant_null("a/train.py", "x = 1\n") == "x = 1\n# no change\n");
  CHECK(plant_null("k.cu", "int x;") == "int x;\n// no change\n");
  CHECK(plant_null("knobs.txt", "x = 1\n") == "x = 1\n\n");
}

TEST_CASE("canaries are numbered apart from experiments", "[canary]") {
  CHECK(is_canary(canary_id(1)));
  CHECK_FALSE(is_canary(ExperimentId{100'000'000}));
  CHECK(render_experiment(canary_id(7)) == "c7");
  CHECK(render_experiment(ExperimentId{7}) == "7");
}
