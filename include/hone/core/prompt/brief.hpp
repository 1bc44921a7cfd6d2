// What a proposer is asked (design section 2). plan() fills everything but the file texts, which
// perform() reads from the champion's tree; render_prompt() turns it into the bytes that are sent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hone/core/base/ids.hpp"
#include "hone/core/base/units.hpp"
#include "hone/core/config/spec.hpp"
#include "hone/core/edit/edit.hpp"
#include "hone/core/measure/sample.hpp"
#include "hone/core/run/outcome.hpp"

namespace hone {

enum class Operator { improve, repair, combine, simplify };

// One line of the ledger of attempts, as a model should see it.
struct LedgerEntry {
  ExperimentId experiment;
  std::string idea;
  Outcome outcome = Outcome::discarded;
  std::optional<double> effect;     // relative improvement, when it was measured
  std::optional<double> low, high;  // 95 % interval of `effect`
  std::string reason;               // why, one sentence
  TextId reply;                     // the full reply, for the last few failures
  std::string backend;
  std::int64_t times = 1;          // attempts at this idea, this one included
  std::vector<std::string> paths;  // files it changed
};

struct Brief {
  ExperimentId experiment;
  CommitId parent;
  TreeId parent_tree;
  Operator operation = Operator::improve;
  std::uint64_t seed = 0;  // derived from the run's seed and the experiment
  MetricSpec metric;
  std::vector<GuardSpec> guards;
  std::optional<double> baseline;  // primary metric of the baseline
  std::optional<double> champion;  // and of the champion
  std::optional<double> noise;     // relative spread of one run, when known
  std::vector<std::string> target_paths;
  std::vector<std::string> context_paths;
  std::string instructions;
  std::vector<LedgerEntry> ledger;  // newest last
  TextId last_failure;              // output of the last failing command
  std::string last_failure_title;
  std::vector<std::string> told;       // `hone tell`, newest last
  std::vector<std::int64_t> outcomes;  // attempts of the run by Outcome's value (Memory::outcomes); empty = unknown
  std::int64_t since_keep = 0;         // finished attempts since the last accepted one
  std::optional<double> min_effect;    // smaller true gains are not wanted (relative)
  std::string machine;                 // CPU, cores, memory, GPU: one line
  std::string build, check;            // the user's commands, "" = none
  Seconds timeout{};                   // of one metric command; 0 = not said
  std::vector<Artifact> champion_artifacts;  // of the champion's last run, by digest
  std::vector<NamedValue> baseline_values;   // one run of the baseline: wall, cpu, peak-memory and what it printed
  std::vector<NamedValue> guard_changes;     // of the champion against the baseline, relative, by guard
  std::vector<LedgerEntry> pending;  // others under way whose idea is known: no result yet, so not in the ledger
  std::optional<Seconds> left;       // of the run
  std::optional<std::int64_t> attempts_left;  // of --max-experiments, this one included
  // A repair: what was wrong with the previous reply to this same brief.
  TextId previous_reply;
  std::string complaint;
  // Filled by perform():
  std::vector<SourceFile> targets;
  std::vector<SourceFile> context;
  std::vector<SourceFile> ledger_replies;  // path = experiment number, text = reply
  std::string last_failure_text;
  std::string previous_reply_text;
  std::vector<SourceFile> artifacts;  // what the champion's benchmark left in $HONE_ARTIFACTS: name, text
  std::vector<std::string> tried;     // hex tree ids already measured are refused anyway; mutate asks
};

}  // namespace hone
