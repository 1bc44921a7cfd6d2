#include "hone/core/run/summary.hpp"

#include <catch2/catch.hpp>

#include "hone/core/codec/record.hpp"

using namespace hone;

namespace {

// A night told event by event.
struct Night {
  Summary summary;
  std::uint64_t effects = 0;

  void say(double at, std::uint64_t experiment, EventBody body) {
    fold_summary(summary, {0, Seconds{at}, UnixTime{100 + static_cast<std::int64_t>(at)}, ExperimentId{experiment},
                           std::move(body)});
    summary = parse_summary(render_summary(summary)).value();  // it must survive its stored row at any moment
  }
  void start(std::uint32_t slots = 1) {
    event::RunStarted started;
    started.spec.name = "quiet-otter";
    started.spec.branch = "hone/quiet-otter";
    started.spec.slots = slots;
    started.spec.metric.measure = Measure::wall;
    started.base = CommitId{"c0"};
    say(0, 0, started);
    open(0);
  }
  void open(double at) {
    event::SessionOpened opened;
    opened.pid = 77;
    say(at, 0, opened);
  }
  EffectId begin(double at, std::uint64_t experiment, EffectKind kind, MicroDollars reserve = {}) {
    event::Began began;
    began.effect = EffectId{++effects};
    began.kind = kind;
    began.reserve = reserve;
    say(at, experiment, began);
    return began.effect;
  }
  void measured(double at, std::uint64_t experiment, EffectId effect, std::vector<double> values, Phase phase) {
    event::Measured done;
    done.effect = effect;
    for (const double value : values) {
      Sample sample;
      sample.phase = phase;
      sample.value = value;
      done.samples.push_back(sample);
    }
    say(at, experiment, done);
  }
  void proposed(double at, std::uint64_t experiment, EffectId effect, std::optional<MicroDollars> cost) {
    event::Proposed done;
    done.effect = effect;
    done.proposal.cost = cost;
    say(at, experiment, done);
  }
  void baseline() {
    const EffectId effect = begin(1, 0, EffectKind::measure);
    measured(5, 0, effect, {10, 12}, Phase::baseline);
  }
};

}  // namespace

TEST_CASE("a run that has just started says what it is and what it does", "[summary]") {
  Night night;
  night.start();
  CHECK(night.summary.name == "quiet-otter");
  CHECK(night.summary.metric_name == "wall");
  CHECK(night.summary.champion_commit == CommitId{"c0"});
  CHECK(night.summary.sessions == 1);
  CHECK(night.summary.started == UnixTime{100});
  CHECK(night.summary.doing == "deciding what is next");
  night.begin(1, 0, EffectKind::measure);
  CHECK(night.summary.doing == "timing the champion");
}

TEST_CASE("the baseline's value is the mean of its runs and of no others", "[summary]") {
  Night night;
  night.start();
  night.baseline();
  CHECK(night.summary.baseline_value == 11.0);
  night.measured(6, 0, night.begin(5, 0, EffectKind::measure), {14}, Phase::calibrate);
  CHECK(night.summary.baseline_value == 12.0);
  night.measured(8, 1, night.begin(6, 1, EffectKind::measure), {1, 2, 3}, Phase::confirm);
  CHECK(night.summary.baseline_value == 12.0);
  CHECK(night.summary.samples == 6);
}

TEST_CASE("a keep moves the champion, its value and the gain", "[summary]") {
  Night night;
  night.start();
  night.baseline();
  event::Judged judged;
  judged.outcome = Outcome::kept;
  judged.file.verdict.after = 9.9;
  night.say(10, 3, judged);
  CHECK(logged_gain(night.summary) == 0);
  const EffectId effect = night.begin(10, 3, EffectKind::advance);
  night.say(11, 3, event::Advanced{effect, CommitId{"c1"}});
  night.say(11, 3, event::Finished{Outcome::kept, ""});
  CHECK(night.summary.champion == ExperimentId{3});
  CHECK(night.summary.champion_commit == CommitId{"c1"});
  CHECK(night.summary.champion_value == 9.9);
  CHECK(logged_gain(night.summary) == Approx(0.1));
  CHECK(night.summary.since_keep == 0);
  CHECK(night.summary.pending_keeps.empty());
  night.say(12, 4, event::Finished{Outcome::noop, ""});
  CHECK(night.summary.since_keep == 1);
  CHECK(night.summary.finished == 2);
  CHECK(night.summary.experiments == 4);
  CHECK(night.summary.outcomes[static_cast<std::size_t>(Outcome::kept)] == 1);
  night.measured(14, 0, night.begin(13, 0, EffectKind::measure), {1}, Phase::calibrate);
  CHECK(night.summary.baseline_value == 11.0);
}

TEST_CASE("money is reserved by the intent and settled by its end", "[summary]") {
  Night night;
  night.start();
  const EffectId first = night.begin(1, 1, EffectKind::propose, MicroDollars{100});
  const EffectId second = night.begin(1, 2, EffectKind::propose, MicroDollars{100});
  CHECK(night.summary.reserved == MicroDollars{200});
  CHECK(night.summary.doing == "asking for experiment 1 and 1 more");
  night.proposed(4, 1, first, MicroDollars{30});
  CHECK(night.summary.reserved == MicroDollars{100});
  CHECK(night.summary.spent == MicroDollars{30});
  CHECK(night.summary.cost_known);
  night.proposed(5, 2, second, std::nullopt);
  CHECK(night.summary.spent == MicroDollars{130});
  CHECK_FALSE(night.summary.cost_known);
  CHECK(night.summary.reserved == MicroDollars{});
  CHECK(night.summary.proposing == Seconds{7});
}

TEST_CASE("a request whose end a crash swallowed counts at its worst case", "[summary]") {
  Night night;
  night.start();
  night.begin(1, 1, EffectKind::propose, MicroDollars{100});
  night.begin(1, 1, EffectKind::prepare);
  night.say(4, 0, event::Told{"go on"});
  night.open(4);
  CHECK(night.summary.spent == MicroDollars{100});
  CHECK(night.summary.reserved == MicroDollars{});
  CHECK_FALSE(night.summary.cost_known);
  CHECK(night.summary.in_flight.empty());
  CHECK(night.summary.proposing == Seconds{3});
  CHECK(night.summary.building == Seconds{3});
  CHECK(night.summary.sessions == 2);
}

TEST_CASE("a failed request costs what it says, its worst case when it cannot say, nothing when none was made",
          "[summary]") {
  Night night;
  night.start();
  event::ProposeFailed failed;
  failed.effect = night.begin(1, 1, EffectKind::propose, MicroDollars{100});
  night.say(2, 1, failed);
  CHECK(night.summary.spent == MicroDollars{});
  failed.effect = night.begin(2, 1, EffectKind::propose, MicroDollars{100});
  failed.attempts = {{500, "", Seconds{1}}};
  failed.cost = MicroDollars{};
  night.say(3, 1, failed);
  CHECK(night.summary.spent == MicroDollars{});
  CHECK(night.summary.cost_known);
  failed.effect = night.begin(3, 1, EffectKind::propose, MicroDollars{100});
  failed.cost.reset();
  night.say(4, 1, failed);
  CHECK(night.summary.spent == MicroDollars{100});
  night.say(6, 1, event::EffectFailed{night.begin(5, 1, EffectKind::propose, MicroDollars{100}), {}});
  CHECK(night.summary.spent == MicroDollars{200});
}

TEST_CASE("a slot is idle from the baseline on whenever it times nothing", "[summary]") {
  Night night;
  night.start(2);
  night.say(1, 0, event::Told{""});
  CHECK(night.summary.slot_idle == Seconds{});
  night.baseline();                                                // 1..5
  const EffectId first = night.begin(6, 1, EffectKind::measure);   // both idle 5..6
  const EffectId second = night.begin(8, 2, EffectKind::measure);  // one idle 6..8
  night.measured(10, 1, first, {1}, Phase::confirm);
  night.measured(11, 2, second, {1}, Phase::confirm);  // one idle 10..11
  CHECK(night.summary.slot_idle == Seconds{5});
  CHECK(night.summary.measuring == Seconds{4 + 4 + 3});
}

TEST_CASE("the end of a run is said with its reason, and a resume takes it back", "[summary]") {
  Night night;
  night.start();
  night.begin(1, 1, EffectKind::propose, MicroDollars{9});
  night.say(2, 0, event::Closing{EndReason::budget, ""});
  CHECK(night.summary.doing == "closing, the time budget is used up: asking for experiment 1");
  night.say(3, 0, event::FinalWord{});
  night.say(3, 0, event::RunEnded{EndReason::budget, "8 h"});
  CHECK(night.summary.ended == EndReason::budget);
  CHECK(night.summary.doing == "ended: the time budget is used up");
  CHECK(night.summary.in_flight.empty());
  CHECK(night.summary.spent == MicroDollars{9});
  night.open(3);
  CHECK_FALSE(night.summary.ended);
  CHECK_FALSE(night.summary.final_word);
}
