#include "hone/views/sentence.hpp"

#include <catch2/catch.hpp>

using namespace hone;

namespace {

Summary faster() {
  Summary summary;
  summary.metric_name = "wall";
  summary.measure = Measure::wall;
  summary.baseline_value = 2.0;
  summary.champion_value = 1.8;
  summary.outcomes[static_cast<std::size_t>(Outcome::kept)] = 6;
  summary.finished = 412;
  summary.spent = MicroDollars{11'200'000};
  summary.final_word = event::FinalWord{2.0, 1.804, 0.098, {0.091, 0.104}, 10, ""};
  return summary;
}

}  // namespace

TEST_CASE("the sentence to paste is the one of the design") {
  CHECK(render_sentence(faster()) ==
        "9.8 % faster [9.1, 10.4], 6 commits, 412 experiments, $11.20, re-measured from a clean checkout.");
}

TEST_CASE("a gain that was not measured again says so") {
  Summary summary = faster();
  summary.final_word.reset();
  CHECK(render_sentence(summary) ==
        "10.0 % faster, 6 commits, 412 experiments, $11.20, by the log of keeps, not re-measured.");
}

TEST_CASE("a final word that contains zero does not brag") {
  Summary summary = faster();
  summary.final_word = event::FinalWord{2.0, 1.99, 0.005, {-0.002, 0.012}, 10, ""};
  CHECK(render_sentence(summary).find("which cannot tell it from no gain") != std::string::npos);
  summary.final_word = event::FinalWord{2.0, 2.02, -0.01, {-0.012, -0.008}, 10, ""};
  CHECK(render_headline(summary) == "1.0 % slower [0.8, 1.2]");
}

TEST_CASE("nothing better is said plainly, with what it cost") {
  Summary summary = faster();
  summary.outcomes = {};
  summary.final_word.reset();
  summary.ended = EndReason::budget;
  summary.cost_known = false;
  CHECK(render_sentence(summary) == "Nothing better than the baseline in 412 experiments, at least $11.20.");
  summary.ended.reset();
  CHECK(render_headline(summary) == "Nothing better yet");
}

TEST_CASE("a weaker rule and a missing sandbox are named in the sentence") {
  Summary summary = faster();
  summary.rule = AcceptRule::greedy;
  summary.sandbox = SandboxLevel::none;
  CHECK(render_sentence(summary).ends_with(", accepted greedily: single runs decided, no sandbox."));
}

TEST_CASE("the comparative follows measure and direction") {
  Summary summary = faster();
  summary.measure = Measure::printed;
  summary.metric_name = "val_bpb";
  CHECK(render_headline(summary) == "val_bpb 9.8 % lower [9.1, 10.4]");
  summary.direction = Direction::maximise;
  CHECK(render_comparative(summary, 0.1) == "higher");
  CHECK(render_comparative(summary, -0.1) == "lower");
  summary.measure = Measure::peak_memory;
  summary.direction = Direction::minimise;
  CHECK(render_comparative(summary, 0.1) == "less memory");
}
