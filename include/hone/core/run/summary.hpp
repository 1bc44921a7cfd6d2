// Where a run stands, in constant space: `hone status`, the live block and the head of the report.
// Money: a reply of unknown cost, and a request whose end was never seen, count at the worst case that was
// reserved for them and clear `cost_known`.
// A fold over all events; the journal keeps the newest one in a row of its own, so that status never reads
// the whole night.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hone/core/base/direction.hpp"
#include "hone/core/base/ids.hpp"
#include "hone/core/base/units.hpp"
#include "hone/core/config/spec.hpp"
#include "hone/core/measure/verdict.hpp"
#include "hone/core/run/event.hpp"
#include "hone/core/run/outcome.hpp"
#include "hone/core/run/record.hpp"

namespace hone {

inline constexpr std::size_t outcome_count = static_cast<std::size_t>(Outcome::abandoned) + 1;

struct Summary {
  std::string name, branch, version, machine;
  std::string metric_name;  // for people: METRIC name, or the measure
  Direction direction = Direction::minimise;
  Measure measure = Measure::printed;  // chooses the unit and the word: faster, lower, smaller
  AcceptRule rule = AcceptRule::gate;
  SandboxLevel sandbox = SandboxLevel::automatic;
  // The trust level by how the metric comes (printed, channel, judge), and the least of the ways that were seen.
  std::vector<Trust> trusts;
  std::optional<Source> source;
  CommitId base, champion_commit;
  ExperimentId champion;                 // 0 = still the baseline
  std::optional<double> baseline_value;  // mean of the baseline's runs
  std::optional<double> champion_value;  // from the verdict of the last keep
  std::array<std::int64_t, outcome_count> outcomes{};
  std::int64_t experiments = 0;  // begun
  std::int64_t finished = 0;
  std::int64_t since_keep = 0;  // finished since the last keep
  MicroDollars spent{};
  MicroDollars reserved{};  // worst case of what is in flight
  bool cost_known = true;
  Usage usage;
  Seconds now{};  // run time of the last event
  Seconds budget{};
  Seconds proposing{}, building{}, measuring{};  // summed over workers and slots
  Seconds slot_idle{};                           // slot-seconds since the baseline in which nothing was timed
  std::int64_t samples = 0;
  UnixTime started{}, date{};
  std::int64_t sessions = 0;
  std::int64_t pid = 0;              // of the last session
  std::optional<EndReason> closing;  // no new work; what is in flight is given up
  std::optional<EndReason> ended;
  std::string end_note;
  std::optional<event::FinalWord> final_word;
  std::int64_t canaries_passed = 0;
  std::string canary_alarm;       // why the evaluator is not to be trusted
  std::int64_t doubted = 0;       // keeps
  std::int64_t holdout_uses = 0;  // would-be keeps that it was asked about; each tells the search a little of it
  std::string doing;              // one line: what it is doing now

  // What the fold itself needs to go on from the stored row; bounded by the number of workers.
  struct InFlight {
    EffectId effect;
    EffectKind kind = EffectKind::propose;
    ExperimentId experiment;
    Seconds began{};
    MicroDollars reserve{};
    bool priced = false;
  };
  struct Keep {  // judged as kept, the branch not moved yet
    ExperimentId experiment;
    double value = 0;
  };
  std::uint32_t slots = 1;
  std::int64_t baseline_runs = 0;  // that `baseline_value` is the mean of
  std::vector<InFlight> in_flight;
  std::vector<Keep> pending_keeps;
};

void fold_summary(Summary&, const Event&);

// Relative improvement of the champion over the baseline by the log of keeps (not re-measured); 0 without keeps.
[[nodiscard]] double logged_gain(const Summary&);
[[nodiscard]] std::string_view render_reason(EndReason);
// Of this run's keeps; empty before the first valid sample.
[[nodiscard]] std::optional<Trust> trust_of(const Summary&);

}  // namespace hone
