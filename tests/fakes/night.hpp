// A night made up from a seed, for views: records, a summary that agrees with them, samples and diffs of
// single experiments. Nothing here is measured.
#pragma once

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "hone/core/base/random.hpp"
#include "hone/core/run/record.hpp"
#include "hone/core/run/summary.hpp"
#include "hone/views/tables.hpp"

namespace hone::fakes {

struct Night {
  Summary summary;
  RunSpec spec;
  std::vector<Record> records;
};

inline const char* night_idea(std::uint64_t i) {
  static constexpr std::array<const char*, 16> ideas = {
      "cache the class of each byte in a 256-entry table",
      "skip runs of blanks eight bytes at a time",
      "reserve the token vector from the input length",
      "branchless digit loop",
      "mark the cold error path as unlikely",
      "replace std::string by string_view in the scanner",
      "unroll the escape scan by four",
      "store token kinds in one byte",
      "hoist the bounds check out of the number loop",
      "use memchr to find the closing quote",
      "intern keys in a small open-addressing table",
      "compile-time perfect hash for keywords",
      "prefetch the next cache line while scanning strings",
      "switch on the byte instead of chained ifs",
      "keep depth in a register, not in the struct",
      "UTF-8: validate \u201Cin place\u201D \u2014 \u65E5\u672C\u8A9E keys too"};
  return ideas[i % ideas.size()];
}

inline std::string hex(Random& random, std::size_t digits) {
  std::string text;
  while (text.size() < digits) text += "0123456789abcdef"[random.below(16)];
  return text;
}

inline double noise(Random& random) {
  double sum = 0;
  for (int i = 0; i < 12; ++i) sum += random.uniform();
  return sum - 6;
}

inline Outcome draw_outcome(Random& random, bool can_keep) {
  const double u = random.uniform();
  if (u < 0.10) return can_keep ? Outcome::kept : Outcome::discarded;
  if (u < 0.62) return Outcome::discarded;
  if (u < 0.68) return Outcome::duplicate;
  if (u < 0.71) return Outcome::noop;
  if (u < 0.78) return Outcome::malformed;
  if (u < 0.80) return Outcome::denied;
  if (u < 0.87) return Outcome::build_failed;
  if (u < 0.91) return Outcome::check_failed;
  if (u < 0.93) return Outcome::crashed;
  if (u < 0.95) return Outcome::timeout;
  if (u < 0.96) return Outcome::guard;
  if (u < 0.965) return Outcome::suspect;
  if (u < 0.985) return Outcome::undecided;
  return Outcome::stale;
}

inline std::string reason_for(Outcome outcome) {
  switch (outcome) {
    case Outcome::duplicate:
      return "the same tree was measured in an earlier experiment";
    case Outcome::noop:
      return "the edit changes nothing";
    case Outcome::malformed:
      return "E_NOMATCH: block 2 does not occur in src/scan.cpp; copy the lines exactly";
    case Outcome::denied:
      return "bench/judge.py is not a target";
    case Outcome::build_failed:
      return "error: 'kTable' was not declared in this scope";
    case Outcome::check_failed:
      return "--check left with status 1";
    case Outcome::crashed:
      return "killed by SIGSEGV";
    case Outcome::timeout:
      return "no end after 10m00s";
    case Outcome::guard:
      return "peak-memory +31.0 % over the baseline, limit +5 %";
    case Outcome::suspect:
      return "25x better than anything before: the output no longer depends on the input";
    case Outcome::stale:
      return "made for an older champion and no longer fits";
    default:
      return "";
  }
}

inline bool has_samples(Outcome o) {
  return o == Outcome::kept || o == Outcome::discarded || o == Outcome::guard || o == Outcome::suspect ||
         o == Outcome::undecided;
}

inline void judge_record(Record& record, Random& random, double champion) {
  const Outcome outcome = *record.outcome;
  const double effect = outcome == Outcome::kept      ? 0.006 + 0.02 * random.uniform()
                        : outcome == Outcome::suspect ? 0.96
                                                      : -0.01 + 0.012 * noise(random);
  const double half = 0.004 + 0.003 * random.uniform();
  Verdict verdict;
  verdict.decision = outcome == Outcome::kept        ? Decision::accepted
                     : outcome == Outcome::undecided ? Decision::undecided
                                                     : Decision::rejected;
  verdict.before = champion;
  verdict.after = champion * (1 - effect);
  verdict.effect = effect;
  verdict.interval = {effect - half, effect + half};
  verdict.samples = static_cast<std::int64_t>(4 + random.below(20));
  verdict.alpha = 0.012;
  verdict.rule = "gate";
  verdict.reason = outcome == Outcome::kept ? "the evidence against no gain passed its bound" : "no gain seen";
  record.verdict = verdict;
  record.value = verdict.after;
  record.sample_count = verdict.samples;
  record.values = {
      {"wall", verdict.after}, {"cpu", verdict.after * 0.98}, {"peak-memory", 48e6 * (1 + 0.02 * noise(random))}};
  record.guards = {{"peak-memory", outcome != Outcome::guard, 48e6, record.values[2].value, ""}};
  if (outcome == Outcome::guard) record.values[2].value = 63e6;
  record.output = TextId{"o"};
}

inline Record make_record(std::uint64_t id, Random& random, double champion, Seconds at) {
  Record record;
  record.id = ExperimentId{id};
  record.outcome = draw_outcome(random, champion > 0.72);
  record.reason = reason_for(*record.outcome);
  record.idea = *record.outcome == Outcome::malformed ? "" : night_idea(random.next() >> 20);
  record.backend = random.uniform() < 0.6 ? "openai:gpt-5-mini" : random.coin() ? "anthropic:claude-haiku" : "mutate";
  record.parent = CommitId{hex(random, 40)};
  record.parent_tree = TreeId{hex(random, 40)};
  record.tree = TreeId{hex(random, 40)};
  record.paths = {"src/scan.cpp"};
  record.lines_added = static_cast<std::int64_t>(1 + random.below(30));
  record.lines_removed = static_cast<std::int64_t>(random.below(20));
  if (has_samples(*record.outcome)) judge_record(record, random, champion);
  if (*record.outcome == Outcome::kept) record.commit = CommitId{hex(random, 40)};
  record.cost = record.backend == "mutate" ? MicroDollars{0}
                                           : MicroDollars{static_cast<std::int64_t>(4000 + random.below(40000))};
  record.usage.in_uncached = Tokens{static_cast<std::int64_t>(900 + random.below(4000))};
  record.usage.cache_read = Tokens{12000};
  record.usage.out_total = Tokens{static_cast<std::int64_t>(300 + random.below(2500))};
  record.proposing = Seconds{6 + 30 * random.uniform()};
  record.building = Seconds{4 + random.uniform()};
  record.measuring = Seconds{static_cast<double>(2 * record.sample_count) * 1.3};
  record.began = at;
  record.ended = at + Seconds{record.building.value + record.measuring.value + 8};
  record.date = UnixTime{1'790'000'000 + static_cast<std::int64_t>(record.ended.value)};
  return record;
}

inline void count(Summary& summary, const Record& record) {
  ++summary.experiments;
  ++summary.finished;
  ++summary.since_keep;
  ++summary.outcomes[static_cast<std::size_t>(*record.outcome)];
  summary.spent += record.cost.value_or(MicroDollars{});
  summary.samples += 2 * record.sample_count;
  summary.proposing += record.proposing;
  summary.building += record.building;
  summary.measuring += record.measuring;
  summary.usage.in_uncached += record.usage.in_uncached;
  summary.usage.cache_read += record.usage.cache_read;
  summary.usage.out_total += record.usage.out_total;
  summary.now = record.ended;
  summary.date = record.date;
  if (*record.outcome != Outcome::kept) return;
  summary.since_keep = 0;
  summary.champion = record.id;
  summary.champion_commit = record.commit;
  summary.champion_value = record.value;
}

// A finished night of `n` experiments that made a tokenizer faster.
inline Night make_night(std::uint64_t n, std::uint64_t seed) {
  Night night;
  Summary& summary = night.summary;
  summary.name = "quiet-otter";
  summary.branch = "hone/quiet-otter";
  summary.version = "0.1.0";
  summary.machine = "8-core Example CPU, Linux 6.1";
  summary.metric_name = "wall";
  summary.measure = Measure::wall;
  summary.sandbox = SandboxLevel::bwrap;
  summary.base = CommitId{"5f0c1e2d3a4b5c6d7e8f90123456789abcdef012"};
  summary.baseline_value = summary.champion_value = 1.3124;
  summary.started = UnixTime{1'790'000'000};
  summary.sessions = 1;
  summary.budget = Seconds{8 * 3600.0};
  night.spec.name = summary.name;
  night.spec.targets = {"src/scan.cpp"};
  night.spec.metric.command = "./build/bench corpus.json";
  night.spec.metric.measure = Measure::wall;
  night.spec.build = "make -s bench";
  night.spec.check = "./build/oracle --quick";
  night.spec.guards = {{"peak-memory", GuardSpec::Bound::at_most, 0.05, true, "peak-memory<=+5%"}};
  Random random = derive(seed, 1);
  Seconds at{20};
  for (std::uint64_t id = 1; id <= n; ++id) {
    night.records.push_back(make_record(id, random, *summary.champion_value, at));
    count(summary, night.records.back());
    at = night.records.back().ended;
  }
  summary.slot_idle = summary.now - summary.measuring;
  summary.ended = EndReason::budget;
  summary.doing = "ended: the time budget is used up";
  const double gain = improvement(Direction::minimise, *summary.baseline_value, *summary.champion_value);
  summary.final_word =
      event::FinalWord{1.3131, 1.3131 * (1 - gain + 0.002), gain - 0.002, {gain - 0.009, gain + 0.005}, 10, ""};
  return night;
}

inline Exhibit make_exhibit(const Night& night, const Record& record) {
  Exhibit exhibit{record, {}, {}, {}};
  exhibit.diff =
      "diff --git a/src/scan.cpp b/src/scan.cpp\n--- a/src/scan.cpp\n+++ b/src/scan.cpp\n@@ -41,7 +41,7 @@ Token "
      "next()\n"
      "   const char* end = at + size;\n-  while (at < end && is_blank(*at)) ++at;\n"
      "+  while (at < end && kClass[(unsigned char)*at] == Blank) ++at;\n   switch (*at) {\n";
  Random random = derive(night.spec.seed, record.id.value, 7);
  for (std::int64_t i = 0; record.verdict && i < record.verdict->samples; ++i) {
    for (int side = 0; side < 2; ++side) {
      const bool candidate = (side == 0) == (i % 2 == 1);  // A B B A
      Sample sample;
      sample.role = candidate ? Role::candidate : Role::champion;
      sample.value = (candidate ? record.verdict->after : record.verdict->before) * (1 + 0.006 * noise(random));
      sample.wall = Seconds{*sample.value};
      sample.cpu = Seconds{*sample.value * 0.98};
      sample.peak_memory = Bytes{48'000'000};
      exhibit.samples.push_back(sample);
    }
  }
  if (record.outcome == Outcome::build_failed) {
    exhibit.output =
        "src/scan.cpp:44:31: error: 'kTable' was not declared in this scope\n   44 |   while (kTable[*at])\n";
  } else if (record.output.value != "") {
    exhibit.output = "tokens 1048576\nchecksum 8d1c0f2a\n";
  }
  return exhibit;
}

}  // namespace hone::fakes
