// What a model is told does not fade: a night of 500 experiments through the real loop, in virtual time, whose build
// fails now and then and whose benchmark leaves a profile. The prompts of experiments 5, 50 and 500 are looked at.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "hone/core/prompt/prompt.hpp"
#include "hone/core/run/fold.hpp"
#include "hone/loop/night.hpp"
#include "sim/world.hpp"

using namespace hone;
using namespace hone::sim;

namespace {

std::string output_of(const std::string& content) {
  std::string text = "HEAD_OF " + content;
  for (int i = 0; i < 2000; ++i)
    text += fmt::format("compiling {} of {}\n", std::string(static_cast<std::size_t>(i % 23), 'y'), i);
  return text + "error: TAIL_OF " + content;
}

// The simulated one, and beside it the text of a long build and a profile of each version.
class TalkingExecutor final : public Executor {
 public:
  explicit TalkingExecutor(World& world) : world_(world), inner_(world) {}
  Result<PrepareReport> prepare(const effect::Prepare& prepare, const Stop& stop) override {
    auto report = inner_.prepare(prepare, stop);
    if (report && !report->failed.empty()) {
      const std::string& content = world_.trees.at(prepare.tree);
      report->process.output = output_of(content);
      failed.push_back(content);
    }
    return report;
  }
  Result<std::vector<SampleReport>> measure(const effect::Measure& measure, const Stop& stop) override {
    auto reports = inner_.measure(measure, stop);
    for (std::size_t i = 0; reports && i < reports->size(); ++i) {
      (*reports)[i].artifacts = {{"profile.txt", "PROFILE_OF " + world_.trees.at(measure.runs[i].tree)}};
    }
    return reports;
  }
  std::vector<std::string> failed;  // what did not build, in order

 private:
  World& world_;
  SimExecutor inner_;
};

struct Look {
  std::string prompt, champion, last_failed;
  Brief brief;
};

// One idea an experiment, few of them good; keeps what it was asked.
class CuriousProposer final : public Proposer {
 public:
  explicit CuriousProposer(const TalkingExecutor& executor) : executor_(executor) {}
  std::string name() const override { return "curious"; }
  std::optional<MicroDollars> worst_case(const Brief&) const override { return price; }
  std::string render(const Brief&) const override { return ""; }
  ProposeResult propose(const Brief& brief, const Stop&) override {
    const std::uint64_t id = brief.experiment.value;
    const std::string& old = brief.targets.at(0).text;
    if ((id == 5 || id == 50 || id == 500) && looks.count(id) == 0) {
      const auto prompt = render_prompt(brief, {});
      REQUIRE(prompt);
      looks[id] = {render_plain(*prompt), old, executor_.failed.empty() ? "" : executor_.failed.back(), brief};
    }
    const double now = std::stod(old.substr(4));
    const double next =
        id % 37 == 3 ? now - 3 - static_cast<double>(id % 7) : now + 1 + static_cast<double>(id * 7 % 61);
    Proposal proposal;
    proposal.idea = fmt::format("try the value {} in experiment {}", next, id);
    proposal.cost = price;
    proposal.cost_source = CostSource::table;
    proposal.reply =
        fmt::format("{}\n<<<<<<< SEARCH\n{}=======\nx = {}  # {}\n>>>>>>> REPLACE\n", target, old, next, id);
    return proposal;
  }
  std::map<std::uint64_t, Look> looks;

 private:
  const TalkingExecutor& executor_;
};

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace

TEST_CASE("at experiment 500 a model sees failures, profiles, gains and what was said as it did at 5 and 50") {
  World world(11);
  const TreeId tree = world.add_tree("x = 1000\n");
  const CommitId base = world.add_commit({CommitId{}, tree, "base", false});
  RunSpec spec;
  spec.name = "sim";
  spec.branch = "hone/sim";
  spec.metric.command = "measure";
  spec.build = "make";
  spec.accept.rule = AcceptRule::greedy;
  spec.backends = {{"curious", "", 1, ""}};
  spec.proposers = 1;
  spec.repairs = 0;
  spec.limits.budget = Seconds{1e6};
  spec.limits.max_experiments = 500;
  spec.final_pairs = 0;
  spec.canary = 0;
  SimJournal journal(world);
  SimRepo repo(world);
  TalkingExecutor executor(world);
  auto made = std::make_unique<CuriousProposer>(executor);
  const CuriousProposer& proposer = *made;
  std::vector<std::unique_ptr<Proposer>> proposers;
  proposers.push_back(std::move(made));
  world.outage.longest_rest = 1e6;
  SimCrew crew(world, {journal, repo, executor, proposers}, 0);
  event::SessionOpened session;
  session.worst_case = {price};
  const auto end = run_night(
      State{}, {event::RunStarted{spec, base, tree, {target}, {}, "sim"}, event::Told{"leave y alone"}, session},
      UnixTime{1}, {journal, crew, {}});
  REQUIRE(end);
  REQUIRE(end->state.finished == 500);
  REQUIRE(end->state.kept >= 3);
  REQUIRE(proposer.looks.size() == 3);
  for (const auto& [id, look] : proposer.looks) {
    INFO("experiment " << id << "\n" << look.prompt);
    CHECK(look.prompt.size() < 40'000);
    CHECK(holds(look.prompt, look.champion));
    CHECK(holds(look.prompt, "PROFILE_OF " + look.champion));
    CHECK(holds(look.prompt, "leave y alone"));
    bool recent = false;
    for (std::uint64_t back = 1; back <= 4; ++back)
      recent = recent || holds(look.prompt, fmt::format("#{} ", id - back));
    CHECK(recent);
    if (!look.brief.last_failure_text.empty()) {
      CHECK(holds(look.prompt, "HEAD_OF "));
      CHECK(holds(look.prompt, "error: TAIL_OF "));
    }
    if (id == 5) continue;
    REQUIRE_FALSE(look.last_failed.empty());
    CHECK(holds(look.prompt, "did not build"));
    CHECK(holds(look.prompt, "Accepted:\n"));
    CHECK(holds(look.prompt, "attempts so far"));
    CHECK(look.brief.ledger_replies.size() == 3);  // the last failures in full
    CHECK(holds(look.prompt, "# The last failed attempts in full"));
  }
  for (const std::uint64_t id : {50U, 500U}) CHECK_FALSE(proposer.looks.at(id).brief.last_failure_text.empty());
}
