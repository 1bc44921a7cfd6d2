#include <catch2/catch.hpp>

#include "adapters/proposers/world.hpp"

using namespace hone;

namespace {

// M = an edit that could not be applied, d = one that was measured; all of backend "b".
EditFormat after(std::string_view attempts, std::string text = "x = 1\n",
                 EditFormat usual = EditFormat::search_replace) {
  Brief brief;
  brief.targets = {{"a.py", std::move(text)}};
  for (const char each : attempts) {
    LedgerEntry entry;
    entry.experiment = {brief.ledger.size() + 1};
    entry.backend = "b";
    entry.outcome = each == 'M' ? Outcome::malformed : Outcome::discarded;
    brief.ledger.push_back(entry);
  }
  return choose_format(brief, "b", usual);
}

}  // namespace

TEST_CASE("three malformed edits in a row change the format of that backend, and it stays changed", "[format]") {
  CHECK(after("") == EditFormat::search_replace);
  CHECK(after("MMdMM") == EditFormat::search_replace);
  CHECK(after("dMMM") == EditFormat::whole_file);
  CHECK(after("MMMdddd") == EditFormat::whole_file);
  CHECK(after("MMMdMMM") == EditFormat::search_replace);
  CHECK(after("MMM", "x\n", EditFormat::whole_file) == EditFormat::search_replace);
  CHECK(after("MMM", std::string(100'000, 'x')) == EditFormat::unified_diff);
  Brief other;
  for (int i = 0; i < 3; ++i) {
    LedgerEntry entry;
    entry.backend = "another";
    entry.outcome = Outcome::malformed;
    other.ledger.push_back(entry);
  }
  CHECK(choose_format(other, "b", EditFormat::search_replace) == EditFormat::search_replace);
}
