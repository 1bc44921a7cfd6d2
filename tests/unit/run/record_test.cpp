#include "hone/core/run/record.hpp"

#include <catch2/catch.hpp>

using namespace hone;

namespace {

Event at(double seconds, EventBody body) {
  return {0, Seconds{seconds}, UnixTime{1'000 + static_cast<std::int64_t>(seconds)}, ExperimentId{4}, std::move(body)};
}

Sample sample(Role role, Phase phase, std::optional<double> value) {
  Sample one;
  one.role = role;
  one.phase = phase;
  one.value = value;
  one.wall = Seconds{2};
  one.cpu = Seconds{1};
  one.peak_memory = Bytes{1000};
  if (value) one.values = {{"loss", *value}};
  if (!value) one.invalid = "it printed nan";
  return one;
}

event::Proposed proposed(std::optional<MicroDollars> cost) {
  event::Proposed done;
  done.effect = EffectId{1};
  done.proposal.idea = "unroll the loop";
  done.proposal.backend = "openai:gpt-5";
  done.proposal.cost = cost;
  done.proposal.latency = Seconds{7};
  done.proposal.usage.out_total = Tokens{100};
  done.prompt = TextId{"p"};
  done.reply = TextId{"r"};
  return done;
}

Event began(double seconds, EffectKind kind) {
  event::Began one;
  one.effect = EffectId{1};
  one.kind = kind;
  one.parent = CommitId{"c0"};
  one.tree = TreeId{"t0"};
  return at(seconds, one);
}

}  // namespace

TEST_CASE("a record tells the whole story of a kept experiment", "[record]") {
  Record record;
  fold_record(record, began(10, EffectKind::propose));
  CHECK(record.id == ExperimentId{4});
  CHECK(record.began == Seconds{10});
  fold_record(record, at(17, proposed(MicroDollars{500})));
  fold_record(record, began(17, EffectKind::assemble));
  event::Assembled assembled;
  assembled.tree = TreeId{"t1"};
  assembled.paths = {"a.cpp"};
  assembled.lines_added = 3;
  fold_record(record, at(18, assembled));
  event::Prepared prepared;
  prepared.build_wall = Seconds{4};
  prepared.check_wall = Seconds{1};
  fold_record(record, began(18, EffectKind::prepare));
  fold_record(record, at(23, prepared));
  event::Measured measured;
  measured.samples = {sample(Role::champion, Phase::confirm, 10), sample(Role::candidate, Phase::confirm, 8),
                      sample(Role::candidate, Phase::screen, 9), sample(Role::candidate, Phase::holdout, 99)};
  fold_record(record, at(31, measured));
  CHECK(record.sample_count == 2);
  CHECK(record.value == 8.5);
  REQUIRE(record.values.size() == 4);
  CHECK(record.values[0].name == "loss");
  CHECK(record.values[0].value == 8.5);
  CHECK(record.values[3].name == "peak-memory");
  CHECK(record.measuring == Seconds{8});

  event::Judged judged;
  judged.file.verdict.decision = Decision::accepted;
  judged.file.verdict.after = 8.4;
  judged.file.verdict.samples = 2;
  judged.outcome = Outcome::kept;
  judged.reason = "16 % better";
  fold_record(record, at(31, judged));
  fold_record(record, at(32, event::Advanced{EffectId{1}, CommitId{"c1"}}));
  CHECK_FALSE(record.outcome);
  fold_record(record, at(33, event::Finished{Outcome::kept, "16 % better"}));
  CHECK(record.outcome == Outcome::kept);
  CHECK(record.value == 8.4);
  CHECK(record.commit == CommitId{"c1"});
  CHECK(record.parent == CommitId{"c0"});
  CHECK(record.parent_tree == TreeId{"t0"});
  CHECK(record.tree == TreeId{"t1"});
  CHECK(record.building == Seconds{5});
  CHECK(record.proposing == Seconds{7});
  CHECK(record.ended == Seconds{33});
  CHECK(record.date == UnixTime{1033});
  CHECK(record.repairs == 0);
  CHECK(record.cost == MicroDollars{500});
}

TEST_CASE("repairs are counted and their costs added", "[record]") {
  Record record;
  fold_record(record, at(1, proposed(MicroDollars{500})));
  event::AssembleRefused refused;
  refused.rejection.message = "the SEARCH block matches nothing";
  refused.rejection.format = EditFormat::v4a;
  fold_record(record, at(2, refused));
  CHECK(record.reason == "the SEARCH block matches nothing");
  CHECK(record.format == EditFormat::v4a);  // for the well-formed rates of the report
  event::ProposeFailed failed;
  failed.cost = MicroDollars{20};
  failed.attempts = {{503, "overloaded", Seconds{3}}};
  fold_record(record, at(3, failed));
  fold_record(record, at(4, proposed(MicroDollars{100})));
  CHECK(record.repairs == 1);
  CHECK(record.cost == MicroDollars{620});
  CHECK(record.usage.out_total == Tokens{200});
  CHECK(record.proposing == Seconds{17});
}

TEST_CASE("one unknown cost makes the cost of the experiment unknown for good", "[record]") {
  Record record;
  fold_record(record, at(1, proposed(MicroDollars{500})));
  fold_record(record, at(2, proposed(std::nullopt)));
  fold_record(record, at(3, proposed(MicroDollars{500})));
  CHECK_FALSE(record.cost);
}

TEST_CASE("a failure before any request costs nothing and leaves the cost known", "[record]") {
  Record record;
  fold_record(record, at(1, event::ProposeFailed{EffectId{1}, {Reaction::retry, "connection refused"}, {}, {}, {}}));
  fold_record(record, at(2, proposed(MicroDollars{5})));
  CHECK(record.cost == MicroDollars{5});
}

TEST_CASE("an invalid sample counts as a sample and gives the reason but no value", "[record]") {
  Record record;
  event::Measured measured;
  measured.samples = {sample(Role::candidate, Phase::confirm, std::nullopt),
                      sample(Role::candidate, Phase::confirm, 3)};
  fold_record(record, at(1, measured));
  CHECK(record.sample_count == 2);
  CHECK(record.reason == "it printed nan");
  CHECK(record.value == 3);
}
