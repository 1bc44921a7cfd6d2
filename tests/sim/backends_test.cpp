// Several backends in one night, through the real loop in virtual time: shares follow the weights whatever one of them
// is like, and what one began another one mends while it rests.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>

#include "hone/loop/night.hpp"
#include "sim/checker.hpp"
#include "sim/world.hpp"

using namespace hone;
using namespace hone::sim;

namespace {

using Say = std::function<ProposeResult(const Brief&)>;

class Speaker final : public Proposer {
 public:
  Speaker(std::string name, Say say) : name_(std::move(name)), say_(std::move(say)) {}
  std::string name() const override { return name_; }
  std::optional<MicroDollars> worst_case(const Brief&) const override { return MicroDollars{0}; }
  std::string render(const Brief&) const override { return ""; }
  ProposeResult propose(const Brief& brief, const Stop&) override { return say_(brief); }

 private:
  std::string name_;
  Say say_;
};

ProposeResult reply(std::string text) {
  Proposal proposal;
  proposal.reply = std::move(text);
  proposal.cost = MicroDollars{0};
  return proposal;
}

ProposeResult next_value(const Brief& brief) {
  return reply(fmt::format("Intent: value {0}\n{1}\n<<<<<<< SEARCH\n{2}=======\nx = {0}\n>>>>>>> REPLACE\n",
                           2000 + brief.experiment.value, target, brief.targets.at(0).text));
}

ProposeResult babble(const Brief&) {
  return reply("I would rather not.");
}

ProposeResult rest(double seconds) {
  ProposeError error(Error{Reaction::retry, "429"});
  error.retry_after = Seconds{seconds};
  error.cost = MicroDollars{0};
  return tl::unexpected<ProposeError>(error);
}

struct Voice {
  double weight;
  Say say;
};

struct Seen {
  std::vector<int> began;                          // experiments, by the backend that was asked first
  std::map<ExperimentId, std::vector<int>> asked;  // backends in the order of the requests
  std::map<ExperimentId, event::Finished> ends;
  double over = 0;
  int most_at_once = 0;  // requests under way
};

Seen play(const std::vector<Voice>& voices, std::int64_t experiments, int proposers) {
  World world(5);
  world.outage.longest_rest = 3600;  // that any of them takes
  const TreeId tree = world.add_tree("x = 1000\n");
  const CommitId base = world.add_commit({CommitId{}, tree, "base", false});
  RunSpec spec;
  spec.name = "sim";
  spec.branch = "hone/sim";
  spec.metric.command = "measure";
  spec.accept.rule = AcceptRule::greedy;
  spec.proposers = proposers;
  spec.limits.budget = Seconds{1e7};
  spec.limits.max_experiments = experiments;
  spec.final_pairs = 0;
  spec.canary = 0;
  SimJournal journal(world);
  SimRepo repo(world);
  SimExecutor executor(world);
  std::vector<std::unique_ptr<Proposer>> speakers;
  for (const Voice& voice : voices) {
    spec.backends.push_back({"openai", fmt::format("m{}", speakers.size()), voice.weight, ""});
    speakers.push_back(std::make_unique<Speaker>(spec.backends.back().model, voice.say));
  }
  event::SessionOpened session;
  session.worst_case.assign(voices.size(), MicroDollars{0});
  const std::vector<EventBody> opening{event::RunStarted{spec, base, tree, {target}, {}, "sim"}, session};
  SimCrew crew(world, {journal, repo, executor, speakers}, 0);
  REQUIRE(run_night(State{}, opening, UnixTime{1}, {journal, crew, {}}));
  Seen seen;
  seen.began.resize(voices.size());
  int open = 0;
  for (const Event& event : world.journal) {
    seen.over = event.at.value;
    if (const auto* began = std::get_if<event::Began>(&event.body); began && began->kind == EffectKind::propose) {
      auto& asked = seen.asked[event.experiment];
      if (asked.empty()) ++seen.began[began->backend];
      asked.push_back(static_cast<int>(began->backend));
      seen.most_at_once = std::max(seen.most_at_once, ++open);
    }
    open -=
        std::holds_alternative<event::Proposed>(event.body) || std::holds_alternative<event::ProposeFailed>(event.body);
    if (const auto* end = std::get_if<event::Finished>(&event.body)) seen.ends[event.experiment] = *end;
  }
  for (const std::string& complaint : check(world, base)) FAIL_CHECK(complaint);
  return seen;
}

}  // namespace

TEST_CASE("shares follow the weights, also when one backend speaks nothing but nonsense") {
  for (const Say& second : {Say(next_value), Say(babble)}) {
    for (const int proposers : {1, 3}) {
      const Seen seen = play({{3, next_value}, {1, second}}, 400, proposers);
      CHECK(seen.ends.size() == 400);
      CHECK(seen.began[0] + seen.began[1] == 400);
      CHECK(seen.began[1] >= 60);  // 100 expected, a standard deviation is 9; the seed is fixed
      CHECK(seen.began[1] <= 140);
    }
  }
}

TEST_CASE("while one backend rests the others share its part by their weights, and it gets its share afterwards") {
  int calls = 0;
  const Say rests_once = [&calls](const Brief& brief) { return ++calls == 1 ? rest(100) : next_value(brief); };
  const Seen seen = play({{2, rests_once}, {2, next_value}, {1, next_value}}, 400, 1);
  CHECK(seen.ends.size() == 400);
  CHECK(seen.began[0] >= 60);  // of 160, less those of its rest
  CHECK(seen.began[1] > seen.began[2]);
}

TEST_CASE("a repair whose model rests for an hour is given to another one that learns from it, and the night goes on") {
  int calls = 0;
  const Say bad_then_away = [&calls](const Brief&) { return ++calls == 1 ? reply("I would rather not.") : rest(3600); };
  std::vector<std::string> complaints;
  const Say mender = [&complaints](const Brief& brief) {
    if (brief.operation == Operator::repair) complaints.push_back(brief.previous_reply_text);
    return next_value(brief);
  };
  const Seen seen = play({{1000, bad_then_away}, {1, mender}}, 5, 1);
  CHECK(seen.ends.size() == 5);
  CHECK(seen.over < 600);
  CHECK(complaints == std::vector<std::string>{"I would rather not."});
  const auto& first = seen.asked.at(ExperimentId{1});
  CHECK(first.front() == 0);
  CHECK(first.back() == 1);
}

TEST_CASE("with nobody else to ask a repair waits for its model: no attempt is lost to a rest") {
  int calls = 0;
  const Say away_for_a_while = [&calls](const Brief& brief) {
    ++calls;
    return calls == 1 ? reply("I would rather not.") : calls == 2 ? rest(3600) : next_value(brief);
  };
  const Seen seen = play({{1, away_for_a_while}}, 3, 1);
  CHECK(seen.ends.size() == 3);
  CHECK(seen.over > 3600);
  for (const auto& [id, end] : seen.ends) CHECK(end.outcome != Outcome::malformed);
}

TEST_CASE("no more requests are under way than there are proposers, repairs included") {
  for (const int proposers : {1, 2}) {
    const Seen seen = play({{1, babble}}, 30, proposers);
    CHECK(seen.ends.size() == 30);
    CHECK(seen.most_at_once == proposers);
  }
}
