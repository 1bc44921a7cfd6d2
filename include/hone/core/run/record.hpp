// The story of one experiment as people read it: `log`, `show`, the report and the journal's derived
// tables are made from it. A fold over that experiment's events.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hone/core/base/ids.hpp"
#include "hone/core/base/units.hpp"
#include "hone/core/edit/edit.hpp"
#include "hone/core/measure/sample.hpp"
#include "hone/core/measure/verdict.hpp"
#include "hone/core/run/event.hpp"
#include "hone/core/run/outcome.hpp"
#include "hone/core/run/proposal.hpp"

namespace hone {

struct Record {
  ExperimentId id;
  std::optional<Outcome> outcome;  // empty while it runs
  std::string reason;
  std::string idea;
  std::string backend;
  std::optional<EditFormat> format;  // of its last reply that held an edit
  CommitId parent;
  CommitId commit;  // kept ones
  TreeId tree;
  TreeId parent_tree;
  std::vector<std::string> tags;
  std::vector<std::string> paths;
  std::int64_t lines_added = 0, lines_removed = 0;
  std::optional<Verdict> verdict;
  std::vector<GuardResult> guards;
  std::optional<double> value;     // candidate's primary metric: the verdict's, else the mean of its samples
  std::vector<NamedValue> values;  // candidate's means: printed metrics, wall, cpu, peak-memory
  std::int64_t sample_count = 0;
  Usage usage;
  std::optional<MicroDollars> cost;  // of all attempts; empty = unknown
  Finish finish = Finish::complete;
  Seconds began{}, ended{};  // run time
  Seconds proposing{}, building{}, measuring{};
  UnixTime date{};               // when it ended
  TextId prompt, reply, output;  // output: of the last failing or last timed command
  std::uint32_t repairs = 0;
  std::string doubt;  // of a keep: why it is suspect after all
  // What the fold itself needs to go on from a stored record.
  bool cost_known = true;                  // false: `cost` stays empty
  std::uint32_t proposals = 0;             // replies that came
  std::int64_t valid_samples = 0;          // that `value` is the mean of
  std::vector<std::int64_t> value_counts;  // how many runs each of `values` is the mean of
};

// Applies one event of this experiment. `bodies` of other experiments must not be passed.
void fold_record(Record&, const Event&);

}  // namespace hone
