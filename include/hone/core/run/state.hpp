// Everything the loop knows, as a value: a fold over the journal and nothing else. One thread owns it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "hone/core/base/ids.hpp"
#include "hone/core/base/units.hpp"
#include "hone/core/config/spec.hpp"
#include "hone/core/measure/acceptance.hpp"
#include "hone/core/measure/curves.hpp"
#include "hone/core/memory/memory.hpp"
#include "hone/core/run/canary.hpp"
#include "hone/core/run/event.hpp"
#include "hone/core/run/experiment.hpp"

namespace hone {

struct Champion {
  CommitId commit;
  TreeId tree;
  ExperimentId experiment;  // 0 = the baseline
  std::optional<double> value;
  std::int64_t lines = 0;  // added minus removed, since the baseline
};

// A folder that holds one tree at a time; three belong to every slot.
struct Workspace {
  SlotId slot;
  TreeId tree;
  bool prepared = false;    // checked out, built and checked
  bool fresh = false;       // from an empty folder
  bool busy = false;        // an effect works in it
  bool champion = false;    // holds (or is getting) the champion
  ExperimentId experiment;  // or this experiment's candidate
  [[nodiscard]] bool free() const { return !champion && !busy && experiment.value == 0; }
};

struct Slot {
  ExperimentId racing;  // 0 = none
  bool timing = false;  // a Measure is in flight
};

struct Backend {
  bool dropped = false;
  std::string why;
  Seconds rest_until{};
  std::optional<MicroDollars> worst_case;
};

struct InFlight {
  EffectKind kind = EffectKind::propose;
  ExperimentId experiment;
  MicroDollars reserve{};
  std::uint32_t backend = 0;
  std::optional<WorkspaceId> workspace;
  std::optional<SlotId> slot;
  Seconds began{};
};

// Spent is never less than what was really paid: an intent without an end counts at its worst case.
struct Money {
  MicroDollars spent{};
  MicroDollars reserved{};
  Tokens tokens{};
};

struct FinalWordWork {
  bool wanted = false;
  std::vector<Sample> samples;  // baseline, champion, champion, baseline, ...
};

struct State {
  RunSpec spec;
  std::string version;
  std::vector<std::string> target_paths, context_paths;
  CommitId base;
  TreeId base_tree;
  Champion champion;
  std::optional<double> baseline_value;
  Means baseline_means;                       // guards are judged against these
  std::map<std::string, Distance> distances;  // of the champion from them, by guard
  std::string score;                          // the name under which the baseline printed it, and so the metric's
  bool private_channel = false;               // the baseline's metric came over it
  bool holdout_tried = false;                 // its command gives a value on the unchanged code
  std::string holdout_trouble;                // or why it gave none
  std::set<std::string> usual;                // sealed files that the baseline's own commands write to, and the targets
  std::string champion_changes;               // what the champion's runs wrote to beyond that
  std::map<ExperimentId, Experiment> active;
  std::map<EffectId, InFlight> in_flight;
  std::vector<Workspace> workspaces;  // index = WorkspaceId
  std::vector<Slot> slots;            // index = SlotId
  std::vector<Backend> backends;
  Acceptance acceptance;
  std::unordered_set<std::uint64_t> seen_trees;  // first 64 bits of every candidate tree's id
  Memory memory;                                 // of finished attempts, bounded
  std::vector<std::string> told;
  std::string machine;                             // one line, of this session
  std::vector<Artifact> artifacts;                 // of the champion's last valid run, as champion or as candidate
  std::unordered_set<std::uint64_t> seen_changes;  // patch_key on a champion, hashed: the same change again
  std::map<std::string, ExperimentId> won;         // by the words of win_key(): nothing may take a keep back
  TextId last_failure;
  std::string last_failure_title;
  Money money;
  bool overlap = true;
  std::optional<Seconds> until;
  std::int64_t begun = 0;  // experiments
  std::int64_t finished = 0;
  std::int64_t kept = 0;
  std::int64_t since_keep = 0;
  std::int64_t champion_failures = 0;  // in a row, while calibrating
  std::int64_t void_races = 0;         // in a row: the champion gave no value, twice running
  std::int64_t idle_refusals = 0;      // backend failures in a row without a proposal
  EffectId next_effect{1};
  Seconds now{};
  Mean metric_wall;                   // of one metric run
  std::optional<EndReason> stopping;  // no new work; what is in flight is being ended
  std::string stopping_note;
  CanaryWatch canary;
  Curves curves;
  FinalWordWork final_work;
  std::optional<event::FinalWord> final_word;
  std::optional<EndReason> ended;
};

inline constexpr std::uint32_t workspaces_per_slot = 3;
// A champion run that gives no value is repeated once; the second time in a row the race is void.
inline constexpr std::int64_t void_after_failures = 2;

// May this backend be asked without breaking a limit, at the worst case of all that is in flight or `planned`?
[[nodiscard]] bool affordable(const State&, std::uint32_t backend, MicroDollars planned = {});
// Does it learn from a complaint? Blind ones do not.
[[nodiscard]] bool listens(const BackendSpec&);
// Will a failed attempt be given back to its backend, or to another while that rests, instead of ending?
[[nodiscard]] bool wants_repair(const State&, const Experiment&);
[[nodiscard]] std::vector<std::string> usual_paths(const State&);  // that commands may write to
[[nodiscard]] bool needs_prepare(const State&);                    // is there a build or check command?
[[nodiscard]] bool calibrated(const State&);                       // may candidates be raced?
// As the user gave it; when the user gave no name, with the one that the baseline printed: a candidate must not choose.
[[nodiscard]] MetricSpec metric_of(const State&);
[[nodiscard]] std::optional<WorkspaceId> champion_workspace(const State&, SlotId);  // prepared and up to date
[[nodiscard]] std::optional<WorkspaceId> free_workspace(const State&, SlotId);
[[nodiscard]] bool timing(const State&);  // in any slot
[[nodiscard]] std::uint64_t tree_key(const TreeId&);

}  // namespace hone
