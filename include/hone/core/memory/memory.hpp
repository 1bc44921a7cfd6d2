// What the run remembers of its attempts, in bounded space: a fold over finished experiments that costs the
// same at the 100,000th as at the 1st. recall() is the ledger of the next brief.
//
// Remembered: the newest accepted attempts and the best ones for ever, the newest attempts of all, those that
// just missed, those that broke (build, check, crash, ...), and per idea how often it was tried, so that
// "tried 14 times" is one line. Not thread-safe; the state thread owns it.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "hone/core/prompt/brief.hpp"
#include "hone/core/run/outcome.hpp"

namespace hone {

struct MemoryBounds {
  std::size_t kept = 16;      // newest accepted
  std::size_t best = 8;       // accepted with the largest effect, never forgotten
  std::size_t recent = 24;    // newest of all
  std::size_t near = 12;      // best of those that were measured, looked better and were not accepted
  std::size_t failures = 12;  // newest that broke
  std::size_t ideas = 96;     // ideas whose repetitions are counted
  std::size_t worn = 8;       // most repeated ideas that recall() shows in any case
};

// One idea in all its wordings.
struct TriedIdea {
  std::vector<std::uint32_t> words;  // sorted word hashes, at most 24
  std::int64_t times = 0;
  LedgerEntry newest;
};

struct Memory {
  MemoryBounds bounds;
  std::vector<LedgerEntry> kept, best, recent, near, failures;  // oldest first; best and near: best first
  std::vector<TriedIdea> ideas;
  std::array<std::int64_t, static_cast<std::size_t>(Outcome::abandoned) + 1> outcomes{};
  std::int64_t seen = 0;
};

void remember(Memory&, const LedgerEntry&);
// Oldest first, each experiment once. Attempts at one idea are merged into the best measured (else the newest) of
// them with `times` set; accepted ones are never merged away.
[[nodiscard]] std::vector<LedgerEntry> recall(const Memory&);
// Two wordings of one idea: four fifths of their words and all of their numbers are shared. Case and order do not
// count.
[[nodiscard]] bool same_idea(std::string_view a, std::string_view b);

}  // namespace hone
