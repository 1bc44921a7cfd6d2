#include "hone/views/live.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

#include "hone/core/base/text.hpp"

using namespace hone;

namespace {

Event event_at(double at, std::uint64_t experiment, EventBody body) {
  Event event;
  event.at = Seconds{at};
  event.date = UnixTime{1'790'000'000 + static_cast<std::int64_t>(at)};
  event.experiment = ExperimentId{experiment};
  event.body = std::move(body);
  return event;
}

event::RunStarted start() {
  event::RunStarted started;
  started.spec.name = "quiet-otter";
  started.spec.metric.measure = Measure::wall;
  started.spec.limits.budget = Seconds{3600};
  started.spec.limits.max_cost = MicroDollars{5'000'000};
  return started;
}

event::Began began(std::uint64_t effect, EffectKind kind) {
  event::Began value;
  value.effect = EffectId{effect};
  value.kind = kind;
  return value;
}

Live night(std::uint64_t experiments) {
  Live live;
  fold_live(live, event_at(0, 0, start()));
  live.summary.baseline_value = 2.0;
  for (std::uint64_t id = 1; id <= experiments; ++id) {
    const double at = static_cast<double>(id) * 10;
    fold_live(live, event_at(at, id, began(id, EffectKind::propose)));
    event::Assembled assembled;
    assembled.effect = EffectId{id};
    assembled.idea = "an idea with \x1b[31mcolour and a rather long explanation of what it changes and why it may help";
    fold_live(live, event_at(at + 1, id, assembled));
    fold_live(live, event_at(at + 2, id, event::Finished{Outcome::discarded, "slower"}));
  }
  return live;
}

}  // namespace

TEST_CASE("the live block has the same number of lines at every width and none is too wide") {
  Live live = night(70);
  fold_live(live, event_at(800, 71, began(900, EffectKind::measure)));
  for (const std::size_t width : {24U, 40U, 80U, 200U}) {
    const std::string block = render_live(live, Canvas{width, false, true});
    CHECK(lines(block).size() == 6);
    for (const auto line : lines(block)) CHECK(columns(line) < width);
  }
  const Live fresh;
  CHECK(lines(render_live(fresh, Canvas{80, false, false})).size() == 6);
}

TEST_CASE("the block names what is timed, what is left and what happened") {
  Live live = night(3);
  fold_live(live, event_at(100, 4, began(50, EffectKind::measure)));
  const std::string block = render_live(live, Canvas{120, false, false});
  CHECK(block.find("timing experiment 4") != std::string::npos);
  CHECK(block.find("58m20s left of 1h00m") != std::string::npos);
  CHECK(block.find("$0 spent, $5.00 left") != std::string::npos);
  CHECK(block.find("3: 3 discarded") != std::string::npos);
  CHECK(block.find("ooo") != std::string::npos);
}

TEST_CASE("what a live view remembers does not grow with the night") {
  const Live live = night(500);
  CHECK(live.active.empty());
  CHECK(live.recent.size() == 64);
  CHECK(live.widths.size() <= 32);
  CHECK(live.summary.finished == 500);
}

TEST_CASE("a straggler of an experiment that is over opens nothing") {
  Live live = night(1);
  fold_live(live, event_at(50, 1, event::EffectFailed{EffectId{9}, Error{Reaction::retry, "late"}}));
  CHECK(live.active.empty());
}

TEST_CASE("beside a live block only what should stay is printed as a line") {
  Live live = night(1);
  const Event end = event_at(12, 1, event::Finished{Outcome::discarded, "slower"});
  live.finished = Record{};
  live.finished->outcome = Outcome::discarded;
  CHECK(render_event(live, end, Canvas{}, true).empty());
  CHECK(render_event(live, end, Canvas{}, false).starts_with("#0    discarded"));
  live.finished->outcome = Outcome::kept;
  CHECK_FALSE(render_event(live, end, Canvas{}, true).empty());
  live.finished.reset();
  CHECK(render_event(live, event_at(1, 0, event::RunEnded{EndReason::budget, "x"}), Canvas{}, true) ==
        "ended     the time budget is used up; x\n");
}
