// The offline proposers behind the Proposer port: mutate and replay.
#include <catch2/catch.hpp>

#include "adapters/proposers/mutate.hpp"
#include "adapters/proposers/replay.hpp"

using namespace hone;

namespace {

struct NeverStop final : Stop {
  [[nodiscard]] bool raised() const override { return false; }
  [[nodiscard]] int descriptor() const override { return -1; }
};

Brief brief_of(std::string text, std::uint64_t experiment) {
  Brief brief;
  brief.experiment = {experiment};
  brief.seed = 11;
  brief.target_paths = {"t.c"};
  brief.targets = {{"t.c", std::move(text)}};
  return brief;
}

}  // namespace

TEST_CASE("mutate is free, never repeats itself and says exhausted when all is used up") {
  MutateProposer proposer;
  const NeverStop stop;
  std::set<std::string> replies;
  for (std::uint64_t e = 1;; ++e) {
    REQUIRE(e < 100);
    const auto proposal = proposer.propose(brief_of("bool a = true;\nint n = 3;\n", e), stop);
    if (!proposal) {
      CHECK(proposal.error().error.reaction == Reaction::drop_backend);
      CHECK(proposal.error().error.message.starts_with("exhausted"));
      break;
    }
    CHECK(proposal->finish == Finish::complete);
    CHECK(proposal->cost == MicroDollars{0});
    CHECK(replies.insert(proposal->reply).second);
  }
  CHECK(replies.size() > 4);
  CHECK(proposer.worst_case(brief_of("", 1)) == MicroDollars{0});
}

TEST_CASE("mutate does not repeat what a resumed run had tried") {
  const auto propose_all = [](MutateProposer& proposer) {
    std::vector<LedgerEntry> attempts;
    for (std::uint64_t e = 1; e < 100; ++e) {
      const auto proposal = proposer.propose(brief_of("bool a = true;\nint n = 3;\n", e), NeverStop{});
      if (!proposal) break;
      LedgerEntry entry;
      entry.idea = proposal->idea;
      attempts.push_back(entry);
    }
    return attempts;
  };
  MutateProposer fresh;
  const std::vector<LedgerEntry> all = propose_all(fresh);
  REQUIRE(all.size() > 4);
  MutateProposer resumed({all.begin(), all.end() - 2});
  CHECK(propose_all(resumed).size() == 2);
}

TEST_CASE("mutate says what it would turn, and refuses a declaration that makes no sense") {
  MutateProposer proposer;
  CHECK(proposer.render(brief_of("int n = 3;  // hone: knob n 1..9\n", 1)).find("t.c:1:9: n = 3, a knob from 1 to 9") !=
        std::string::npos);
  const auto refused = proposer.propose(brief_of("int n = 3;  // hone: knob n 9..1\n", 1), NeverStop{});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().error.message.find("t.c:1") != std::string::npos);
  const auto empty = proposer.propose(brief_of("void f();\n", 1), NeverStop{});
  REQUIRE_FALSE(empty);
  CHECK(empty.error().error.message.starts_with("exhausted"));
}

TEST_CASE("replay gives the stored replies in order, goes on after a resume and then says exhausted") {
  ReplayProposer proposer("old", {{"one", "r1"}, {"two", "r2"}, {"three", "r3"}});
  Brief brief = brief_of("", 1);
  CHECK(proposer.propose(brief, NeverStop{})->reply == "r1");
  LedgerEntry done;
  done.backend = "replay:old";
  brief.ledger = {done, done};
  CHECK(proposer.propose(brief, NeverStop{})->reply == "r3");
  const auto end = proposer.propose(brief, NeverStop{});
  REQUIRE_FALSE(end);
  CHECK(end.error().error.reaction == Reaction::drop_backend);
  CHECK(end.error().error.message.starts_with("exhausted"));
}
