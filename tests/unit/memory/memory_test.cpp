#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "hone/core/base/random.hpp"
#include "hone/core/memory/memory.hpp"

using namespace hone;

namespace {

LedgerEntry entry(std::uint64_t number, std::string idea, Outcome outcome, std::optional<double> effect = {}) {
  LedgerEntry result;
  result.experiment = {number};
  result.idea = std::move(idea);
  result.outcome = outcome;
  result.effect = effect;
  return result;
}

bool holds(const std::vector<LedgerEntry>& ledger, std::uint64_t number) {
  for (const auto& each : ledger) {
    if (each.experiment.value == number) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("wordings of one idea are the same, other numbers are another idea", "[memory]") {
  CHECK(same_idea("Hoist the bounds check out of the inner loop", "hoist bounds check out of the inner loop."));
  CHECK_FALSE(same_idea("Set block size to 32", "Set block size to 64"));
  CHECK_FALSE(same_idea("Set lr to 0.01", "Set lr to 0.02"));
  CHECK_FALSE(same_idea("Unroll the loop", "Use a lookup table"));
  CHECK_FALSE(same_idea("", ""));
}

TEST_CASE("an accepted attempt, a near miss and the last failures are recalled after 100,000 experiments", "[memory]") {
  Memory memory;
  Random random(7);
  remember(memory, entry(1, "The best keep of all", Outcome::kept, 0.4));
  remember(memory, entry(2, "A near miss worth another look", Outcome::discarded, 0.09));
  for (std::uint64_t i = 3; i <= 100'000; ++i) {
    const auto outcome = i % 1000 == 0 ? Outcome::kept : i % 50 == 0 ? Outcome::build_failed : Outcome::discarded;
    const double effect = outcome == Outcome::kept ? 0.01 : -0.05 * random.uniform();
    remember(memory, entry(i, fmt::format("Variant {} of idea {}", random.below(9000), i % 37), outcome,
                           outcome == Outcome::build_failed ? std::nullopt : std::optional(effect)));
  }
  const auto ledger = recall(memory);
  CHECK(ledger.size() <= 24 + 8 + 24 + 12 + 12 + 8);
  CHECK(memory.ideas.size() <= memory.bounds.ideas);
  CHECK(holds(ledger, 1));
  CHECK(holds(ledger, 2));
  CHECK(holds(ledger, 99'950));
  CHECK(holds(ledger, 100'000));
  CHECK(memory.seen == 100'000);
  CHECK(memory.outcomes[static_cast<std::size_t>(Outcome::kept)] == 101);
  for (std::size_t i = 1; i < ledger.size(); ++i) CHECK(ledger[i - 1].experiment < ledger[i].experiment);
}

TEST_CASE("repetitions are one line with a count, represented by the best measured", "[memory]") {
  Memory memory;
  for (std::uint64_t i = 1; i <= 14; ++i)
    remember(memory, entry(i, "Use a lookup table", Outcome::discarded, i == 5 ? 0.02 : -0.01));
  remember(memory, entry(15, "Something else", Outcome::malformed));
  const auto ledger = recall(memory);
  REQUIRE(ledger.size() == 2);
  CHECK(ledger[0].experiment.value == 5);
  CHECK(ledger[0].times == 14);
  CHECK(ledger[1].times == 1);
}

TEST_CASE("an idea tried too often stays in the ledger long after it left the recent ones", "[memory]") {
  Memory memory;
  for (std::uint64_t i = 1; i <= 10; ++i) remember(memory, entry(i, "Use a lookup table", Outcome::discarded, -0.01));
  for (std::uint64_t i = 11; i <= 1500; ++i)
    remember(memory, entry(i, fmt::format("Fresh thought number {}", i), Outcome::discarded, -0.02));
  const auto ledger = recall(memory);
  const auto found = std::find_if(ledger.begin(), ledger.end(), [](const auto& each) { return each.times == 10; });
  CHECK(found != ledger.end());
}
