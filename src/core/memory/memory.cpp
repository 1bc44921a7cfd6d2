#include "hone/core/memory/memory.hpp"

#include <algorithm>
#include <iterator>
#include <set>

namespace hone {
namespace {

constexpr std::size_t most_words = 24;
constexpr std::uint64_t repeat_worth = 200;  // each repetition keeps an idea counted for so many experiments more

using Words = std::vector<std::uint32_t>;

constexpr std::uint32_t number_bit = 1U << 31;  // a word with a digit in it: "block size 32" is not "block size 64"

// Hashes of the words of two letters or more and of all numbers; punctuation is wording, not idea.
Words words_of(std::string_view idea) {
  Words words;
  std::uint32_t hash = 2166136261U;
  std::size_t length = 0;
  bool number = false;
  for (std::size_t i = 0; i <= idea.size(); ++i) {
    const char c = i < idea.size() ? idea[i] : ' ';
    const char small = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const bool digit = small >= '0' && small <= '9';
    const bool point = small == '.' && number && i + 1 < idea.size() && idea[i + 1] >= '0' && idea[i + 1] <= '9';
    if (digit || point || (small >= 'a' && small <= 'z') || static_cast<unsigned char>(small) >= 0x80) {
      number = number || digit;
      hash = (hash ^ static_cast<unsigned char>(small)) * 16777619U;
      ++length;
      continue;
    }
    if ((length >= 2 || number) && words.size() < most_words) {
      words.push_back(number ? hash | number_bit : hash & ~number_bit);
    }
    hash = 2166136261U;
    length = 0;
    number = false;
  }
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

bool same_words(const Words& a, const Words& b) {
  if (a.empty() || b.empty()) return false;
  const auto numbers = [](const Words& words) { return std::lower_bound(words.begin(), words.end(), number_bit); };
  if (!std::equal(numbers(a), a.end(), numbers(b), b.end())) return false;
  Words shared;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(shared));
  return shared.size() * 5 >= (a.size() + b.size() - shared.size()) * 4;
}

bool broke(Outcome outcome) {
  switch (outcome) {
    case Outcome::build_failed:
    case Outcome::check_failed:
    case Outcome::crashed:
    case Outcome::timeout:
    case Outcome::guard:
    case Outcome::suspect:
      return true;
    default:
      return false;
  }
}

bool just_missed(const LedgerEntry& entry) {
  if (entry.outcome == Outcome::kept || broke(entry.outcome) || !entry.effect) return false;
  return *entry.effect > 0 || (entry.high && *entry.high > 0);
}

void push_bounded(std::vector<LedgerEntry>& list, const LedgerEntry& entry, std::size_t bound) {
  list.push_back(entry);
  if (list.size() > bound) list.erase(list.begin());
}

void insert_best(std::vector<LedgerEntry>& list, const LedgerEntry& entry, std::size_t bound) {
  const double effect = entry.effect.value_or(0);
  const auto at =
      std::find_if(list.begin(), list.end(), [&](const LedgerEntry& each) { return each.effect.value_or(0) < effect; });
  list.insert(at, entry);
  if (list.size() > bound) list.pop_back();
}

// One line an idea among the near misses: its best.
void insert_near(std::vector<LedgerEntry>& list, const LedgerEntry& entry, std::size_t bound) {
  const auto same =
      std::find_if(list.begin(), list.end(), [&](const LedgerEntry& each) { return same_idea(each.idea, entry.idea); });
  if (same != list.end()) {
    if (same->effect.value_or(0) >= entry.effect.value_or(0)) return;
    list.erase(same);
  }
  insert_best(list, entry, bound);
}

void count_idea(Memory& memory, const LedgerEntry& entry) {
  Words words = words_of(entry.idea);
  if (words.empty()) return;
  for (TriedIdea& idea : memory.ideas) {
    if (!same_words(idea.words, words)) continue;
    ++idea.times;
    idea.newest = entry;
    return;
  }
  memory.ideas.push_back({std::move(words), 1, entry});
  if (memory.ideas.size() <= memory.bounds.ideas) return;
  const auto worth = [](const TriedIdea& idea) {
    return idea.newest.experiment.value + repeat_worth * static_cast<std::uint64_t>(idea.times);
  };
  memory.ideas.erase(std::min_element(memory.ideas.begin(), memory.ideas.end(),
                                      [&](const TriedIdea& a, const TriedIdea& b) { return worth(a) < worth(b); }));
}

std::vector<LedgerEntry> worn_ideas(const Memory& memory) {
  std::vector<const TriedIdea*> worn;
  for (const TriedIdea& idea : memory.ideas) {
    if (idea.times >= 2) worn.push_back(&idea);
  }
  std::sort(worn.begin(), worn.end(), [](const TriedIdea* a, const TriedIdea* b) {
    return a->times != b->times ? a->times > b->times : a->newest.experiment > b->newest.experiment;
  });
  if (worn.size() > memory.bounds.worn) worn.resize(memory.bounds.worn);
  std::vector<LedgerEntry> result;
  for (const TriedIdea* idea : worn) result.push_back(idea->newest);
  return result;
}

// Among attempts at one idea: the best measured one, else the newest.
bool represents_better(const LedgerEntry& a, const LedgerEntry& b) {
  if (a.effect.has_value() != b.effect.has_value()) return a.effect.has_value();
  if (a.effect && *a.effect != *b.effect) return *a.effect > *b.effect;
  return a.experiment > b.experiment;
}

}  // namespace

void remember(Memory& memory, const LedgerEntry& entry) {
  ++memory.seen;
  ++memory.outcomes[static_cast<std::size_t>(entry.outcome)];
  if (entry.outcome == Outcome::stale || entry.outcome == Outcome::abandoned) return;  // says nothing about the idea
  const MemoryBounds& bounds = memory.bounds;
  push_bounded(memory.recent, entry, bounds.recent);
  if (entry.outcome == Outcome::kept) {
    push_bounded(memory.kept, entry, bounds.kept);
    insert_best(memory.best, entry, bounds.best);
  }
  if (broke(entry.outcome)) push_bounded(memory.failures, entry, bounds.failures);
  if (just_missed(entry)) insert_near(memory.near, entry, bounds.near);
  count_idea(memory, entry);
}

std::vector<LedgerEntry> recall(const Memory& memory) {
  std::vector<LedgerEntry> all;
  std::set<ExperimentId> known;
  const std::vector<LedgerEntry> worn = worn_ideas(memory);
  for (const auto* list : {&memory.kept, &memory.best, &memory.recent, &memory.near, &memory.failures, &worn}) {
    for (const LedgerEntry& entry : *list) {
      if (known.insert(entry.experiment).second) all.push_back(entry);
    }
  }
  std::vector<LedgerEntry> merged;
  std::vector<Words> words_merged;
  for (LedgerEntry& entry : all) {
    Words words = words_of(entry.idea);
    for (const TriedIdea& idea : memory.ideas) {
      if (same_words(idea.words, words)) entry.times = std::max(entry.times, idea.times);
    }
    std::size_t same = 0;
    // An edit that could not be applied says nothing about its idea: it stands for itself and hides no other.
    const auto alone = [](Outcome outcome) { return outcome == Outcome::kept || outcome == Outcome::malformed; };
    while (same < merged.size() &&
           (alone(merged[same].outcome) || alone(entry.outcome) || !same_words(words_merged[same], words))) {
      ++same;
    }
    if (same == merged.size()) {
      merged.push_back(std::move(entry));
      words_merged.push_back(std::move(words));
      continue;
    }
    const std::int64_t times = std::max(entry.times, merged[same].times);
    if (represents_better(entry, merged[same])) merged[same] = std::move(entry);
    merged[same].times = times;
  }
  std::sort(merged.begin(), merged.end(),
            [](const LedgerEntry& a, const LedgerEntry& b) { return a.experiment < b.experiment; });
  return merged;
}

bool same_idea(std::string_view a, std::string_view b) {
  return same_words(words_of(a), words_of(b));
}

}  // namespace hone
