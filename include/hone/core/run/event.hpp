// The journal's vocabulary. State is a fold over these and nothing else. An event never changes its
// meaning: a new need is a new event or a new field with a default.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "hone/core/base/ids.hpp"
#include "hone/core/base/result.hpp"
#include "hone/core/base/units.hpp"
#include "hone/core/config/spec.hpp"
#include "hone/core/edit/edit.hpp"
#include "hone/core/measure/sample.hpp"
#include "hone/core/measure/verdict.hpp"
#include "hone/core/run/accepted.hpp"
#include "hone/core/run/effect.hpp"
#include "hone/core/run/outcome.hpp"
#include "hone/core/run/proposal.hpp"

namespace hone {

// Why a run ended; the report says which.
enum class EndReason {
  budget,
  until,
  experiments,
  cost,
  tokens,
  no_gain,
  stopped,
  interrupted,
  exhausted,  // the backends have nothing new to propose
  baseline_failed,
  ref_moved,
  no_backend,
  environment,
  evaluator_insensitive,  // a canary won: see canary.hpp
  evaluator_changed       // the champion's own runs write to sealed files, which the baseline's did not
};

}  // namespace hone

namespace hone::event {

struct RunStarted {
  RunSpec spec;
  CommitId base;
  TreeId base_tree;
  std::vector<std::string> target_paths;  // the globs, resolved in the base tree
  std::vector<std::string> context_paths;
  std::string version;  // hone's own
};
// The first thing every process that runs the loop writes: start and each resume.
struct SessionOpened {
  std::int64_t pid = 0;
  std::string host;
  std::string machine;                                  // CPU model, cores, kernel: one line
  bool overlap = true;                                  // are there CPUs for other work while slots time commands?
  std::vector<std::optional<MicroDollars>> worst_case;  // [backend]: the most one request costs; empty = unknown
  std::optional<Seconds> until;                         // spec.limits.until as run time, from this session's clock
  std::string protection;                               // what the sandbox was proven to be, in one line
};
struct LimitsChanged {
  LimitsSpec limits;
  bool anyway = false;  // go on although a canary has won
};

// Intent, before the effect starts. `what` is for people; resume counts intents without an end.
struct Began {
  EffectId effect;
  EffectKind kind = EffectKind::propose;
  MicroDollars reserve{};  // worst case of a Propose; settled by its end
  bool priced = false;     // the reserve is a real bound: the price is known
  std::uint32_t backend = 0;
  std::optional<WorkspaceId> workspace;
  std::optional<SlotId> slot;
  std::optional<TreeId> tree;  // Prepare: what is checked out; Propose, Assemble: the parent's tree
  bool fresh = false;          // Prepare: from an empty folder
  std::optional<Phase> phase;  // Measure
  CommitId parent;             // Propose, Assemble: the champion it was made for
};

// Ends of effects; each carries its EffectId.
struct Proposed {
  EffectId effect;
  Proposal proposal;
  TextId prompt;
  TextId reply;
};
struct ProposeFailed {
  EffectId effect;
  Error error;
  std::optional<MicroDollars> cost;
  std::vector<Attempt> attempts;
  std::optional<Seconds> retry_at;  // run time before which this backend should rest
};
struct Assembled {
  EffectId effect;
  TreeId tree;
  std::string idea;
  EditFormat format = EditFormat::search_replace;
  std::vector<std::string> tags;
  std::vector<std::string> paths;  // that changed
  std::int64_t lines_added = 0;
  std::int64_t lines_removed = 0;
  std::string key;         // patch_key() of the change, a space, its win_key(): see core/edit/screen
  std::string revert;      // its revert_key()
  bool seed_only = false;  // nothing but a seed changed
  std::string odd;         // what find_odd_code() says of the change; "" = nothing
};
struct AssembleRefused {
  EffectId effect;
  Rejection rejection;
};
struct Prepared {
  EffectId effect;
  std::string failed;  // "", "build" or "check"
  ExitKind exit = ExitKind::exited;
  int exit_code = 0;
  Seconds build_wall{}, check_wall{};
  TextId output;
  std::vector<std::string> changed;  // sealed files that the commands wrote to, or made and that the judge would read
};
struct Measured {
  EffectId effect;
  std::vector<Sample> samples;
};
struct Advanced {
  EffectId effect;
  CommitId commit;
};
struct EffectFailed {
  EffectId effect;
  Error error;
};  // the environment failed, not the candidate

// Verdicts and ends of experiments. Exactly one Finished each.
struct Judged {
  CaseFile file;
  Outcome outcome = Outcome::discarded;
  std::string reason;
  UnixTime date;
};
struct Finished {
  Outcome outcome = Outcome::abandoned;
  std::string reason;
};

// A canary is under way; its experiment is numbered by canary_id(). Its effects, Measured and Finished are as any
// experiment's.
struct CanaryBegan {
  bool slow = false;  // false: a patch without effect
  std::string how;
  std::string planted;  // MeasureRun::planted of the candidate
  CommitId parent;
  TreeId parent_tree;
};
// Of a keep: no passed canary stands behind it, and one has won since.
struct Doubted {
  std::string reason;
};

// From outside.
struct Told {
  std::string text;
};
struct StopAsked {
  bool at_once = false;
  std::string by;
};

// No new work from here on: a limit was reached or something broke. What is in flight is given up.
struct Closing {
  EndReason reason = EndReason::stopped;
  std::string note;
};

struct FinalWord {
  double baseline = 0, champion = 0, effect = 0;
  Interval interval;
  std::int64_t pairs = 0;
  std::string note;
};
struct RunEnded {
  EndReason reason = EndReason::stopped;
  std::string note;
};

}  // namespace hone::event

namespace hone {

using EventBody =
    std::variant<event::RunStarted, event::SessionOpened, event::LimitsChanged, event::Began, event::Proposed,
                 event::ProposeFailed, event::Assembled, event::AssembleRefused, event::Prepared, event::Measured,
                 event::Advanced, event::EffectFailed, event::Judged, event::Finished, event::Told, event::StopAsked,
                 event::Closing, event::FinalWord, event::RunEnded, event::CanaryBegan, event::Doubted>;

struct Event {
  std::uint64_t sequence = 0;  // from 1, no gaps; given by the journal
  Seconds at{};                // run time
  UnixTime date{};             // for people
  ExperimentId experiment;     // 0 = the run itself
  EventBody body;
};

}  // namespace hone
