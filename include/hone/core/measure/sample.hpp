// One execution of a command and what was measured while it ran.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hone/core/base/ids.hpp"
#include "hone/core/base/units.hpp"

namespace hone {

enum class ExitKind {
  exited,     // by itself; see exit_code
  signalled,  // killed by a signal that hone did not send; see exit_code
  timed_out,  // hone killed the whole tree at the limit
  out_of_memory,
  output_limit,
  disk_limit,    // it wrote more than it may: see ProcessLimits::disk
  cancelled,     // the run is ending
  not_started,   // the command could not be started at all
  stopped_early  // hone killed the whole tree because Command::watch said so
};

// What the kernel says about one finished process tree. Wall is CLOCK_MONOTONIC; CPU and peak memory
// come from wait4 and cover every descendant that was reaped.
struct ProcessReport {
  ExitKind exit = ExitKind::exited;
  int exit_code = 0;  // exit status, or the signal number
  Seconds wall{};
  Seconds cpu{};
  Bytes peak_memory{};
  std::optional<std::uint64_t> instructions;  // user-space, when perf counters are there
  std::string output;                         // stdout, bounded: head and tail
  std::string error_output;                   // stderr, bounded
  std::int64_t output_bytes = 0;              // how much there really was, both streams
  std::uint32_t leftovers = 0;                // processes that outlived the main one and were killed
  bool suspended = false;                     // the machine slept meanwhile (BOOTTIME ran ahead)
  std::string nonce;                          // of the private channel; "" = the command had none
  std::string channel;                        // what came back on it, bounded
  std::string stopped;                        // what Command::watch said; "" = nothing
};

[[nodiscard]] inline bool succeeded(const ProcessReport& report) {
  return report.exit == ExitKind::exited && report.exit_code == 0;
}

struct NamedValue {
  std::string name;
  double value = 0;
  friend bool operator==(const NamedValue&, const NamedValue&) = default;
};

// Which tree a sample ran on.
enum class Role { champion, candidate, baseline };

// Why a sample was taken; only `confirm` samples of a race may decide it (see statistics.md).
enum class Phase { baseline, calibrate, screen, confirm, holdout, final_word, guard, clean, canary };

// How the metric reached hone, from the least to the most trustworthy (reference/security.md 2.2).
enum class Source {
  printed,  // a line on stdout, or a number that hone took itself
  channel,  // records with the secret of the run
  judge     // the same, from an evaluator that had started the candidate as a process of its own
};

// A file that the metric command left in $HONE_ARTIFACTS (a profile, a curve, per-case times), bounded.
struct Artifact {
  std::string name;
  TextId text;
  friend bool operator==(const Artifact&, const Artifact&) = default;
};

// One timed execution of the metric command.
struct Sample {
  Role role = Role::candidate;
  Phase phase = Phase::confirm;
  ExitKind exit = ExitKind::exited;
  int exit_code = 0;
  std::optional<double> value;     // the primary metric; empty = invalid, see `invalid`
  std::string invalid;             // one sentence: why there is no value
  std::vector<NamedValue> values;  // every printed metric
  Seconds wall{};
  Seconds cpu{};
  Bytes peak_memory{};
  std::optional<std::uint64_t> instructions;
  std::uint64_t seed = 0;  // HONE_SEED it ran with
  TextId output;           // head and tail of what it printed, in the journal
  std::vector<Artifact> artifacts;
  Source source = Source::printed;
  std::vector<std::string> changed;  // sealed files that it wrote to, or made and that the judge would read
};

}  // namespace hone
