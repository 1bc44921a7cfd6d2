// Everything a run is asked to do, resolved: flags, hone.toml and defaults are already merged.
// It is journalled in the first event, so a resumed run never depends on a file that changed.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hone/core/base/direction.hpp"
#include "hone/core/base/units.hpp"

namespace hone {

enum class Measure { printed, wall, cpu, instructions, peak_memory };  // --measure; printed = stdout

struct MetricSpec {
  std::string command;  // given to /bin/sh -c
  Direction goal = Direction::minimise;
  Measure measure = Measure::printed;
  std::string match;        // ECMAScript regex with one capture group; "" = not used
  bool match_last = false;  // several matches: last wins (default: invalid when they differ)
  std::string name;         // primary among printed metrics; "" = the first
};

// A second metric that must not get worse than a limit. Relative limits are against the baseline.
struct GuardSpec {
  std::string name;  // printed metric, or wall, cpu, peak-memory, lines
  enum class Bound { at_most, at_least } bound = Bound::at_most;
  double limit = 0;  // 0.05 for +5 %; an absolute value when `relative` is false
  bool relative = true;
  std::string text;  // as the user wrote it, for messages
};

enum class AcceptRule { gate, margin, greedy };

// What kind of number the metric gives; automatic: the calibration decides.
enum class MetricMode { automatic, noisy, deterministic, expensive };

struct AcceptSpec {
  AcceptRule rule = AcceptRule::gate;
  std::int64_t pairs = 5;            // margin: interleaved pairs an experiment
  double margin = 0.01;              // margin: the mean pair gain must exceed this (relative)
  std::optional<double> min_effect;  // smaller true gains are not wanted (relative)
  double false_rate = 0.10;          // gate: q of LORD, share of keeps allowed to be false
  MetricMode mode = MetricMode::automatic;
  std::optional<double> noise_prior;  // gate, very expensive metrics: spread of one run (relative), known beforehand
  double prior_weight = 10;           // degrees of freedom that it counts for
  bool smaller_wins_tie = false;      // gate, deterministic metrics: equal and fewer lines is better
  bool early_stop = true;             // gate: a run that prints its metric by steps may be stopped: see foresight.hpp
};

struct LimitsSpec {
  Seconds budget{8 * 3600.0};
  std::optional<UnixTime> until;  // wall-clock moment the night must end
  std::optional<std::int64_t> max_experiments;
  std::optional<MicroDollars> max_cost;
  std::optional<Tokens> max_tokens;
  std::optional<std::int64_t> max_no_gain;  // experiments in a row without a keep
  Seconds timeout{600};                     // one metric, build or check command
};

struct BackendSpec {
  std::string kind;   // mutate, openai, openai-responses, anthropic, gemini, command, agent, replay
  std::string model;  // what stood behind the colon: a model, a command, an agent or a run
  double weight = 1;
  std::string base_url;  // "" = the service's own
};

enum class SandboxLevel { automatic, bwrap, none };

struct RunSpec {
  std::string name;                  // the run, e.g. "quiet-otter"; also the branch hone/<name>
  std::string branch;                // full branch name without refs/heads/
  std::vector<std::string> targets;  // globs or paths a patch may change
  MetricSpec metric;
  std::string build;    // "" = none
  std::string check;    // "" = none
  std::string holdout;  // "" = none
  std::vector<GuardSpec> guards;
  AcceptSpec accept;
  LimitsSpec limits;
  std::vector<BackendSpec> backends;
  std::vector<std::string> context;   // globs of read-only files shown to the model
  std::string instructions;           // text of the program.md, not its path
  std::vector<std::string> carry;     // ignored paths linked into every workspace
  std::vector<std::string> pass_env;  // names of environment variables commands may see
  std::uint32_t slots = 1;
  std::uint32_t proposers = 2;
  SandboxLevel sandbox = SandboxLevel::automatic;
  std::uint64_t seed = 1;
  std::int64_t repairs = 2;                  // follow-ups a malformed, unbuildable or failing reply may get
  std::int64_t final_pairs = 10;             // pairs of the final word; 0 = none
  std::int64_t canary = 100;                 // experiments between two rounds of canaries; 0 = none
  std::string sensitivity;                   // command that makes the targets worse, for doctor and canaries; "" = none
  bool anyway = false;                       // go on although doctor says that the metric is not ready
  std::map<std::string, std::string> extra;  // keys that later floors define: --set a.b=value
};

}  // namespace hone
