// What the loop asks the world to do. Effects are values that carry all they need: a worker never reads
// State. Every effect is journalled as begun before it starts and as ended when it is done.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "hone/core/base/ids.hpp"
#include "hone/core/base/units.hpp"
#include "hone/core/measure/acceptance.hpp"
#include "hone/core/measure/foresight.hpp"
#include "hone/core/prompt/brief.hpp"
#include "hone/core/run/accepted.hpp"

namespace hone::effect {

// Ask a proposer. The only effect that costs money; its worst case is reserved in the intent.
struct Propose {
  Brief brief;
  std::uint32_t backend = 0;  // index into RunSpec::backends
  MicroDollars reserve{};
  bool priced = false;  // the reserve is a real bound
};

// Reply -> patch -> candidate tree in the object database. Touches no work tree.
struct Assemble {
  CommitId parent;
  TreeId parent_tree;
  TextId reply;
  std::vector<std::string> targets;
  bool exact_only = false;  // the reply was made for an older champion
};

// Check the tree out in a workspace, build it and run the check there.
struct Prepare {
  WorkspaceId workspace;
  SlotId slot;
  TreeId tree;
  std::string build;
  std::string check;
  Seconds timeout{};
  bool beside_timing = false;             // a timed command may be running: stay on the background CPUs
  bool fresh = false;                     // from an empty folder: clean-checkout work
  std::vector<std::string> usual = {};    // paths that these commands may write to, sealed or not
  bool own = false;                       // of the champion: what else they write to is told and not undone
  std::vector<std::string> collect = {};  // files whose text is wanted afterwards
};

// One series of timed runs, alone in its slot.
struct MeasureRun {
  Role role = Role::candidate;
  WorkspaceId workspace;
  TreeId tree;
  std::string planted = {};  // shell text ahead of the metric command: a canary's slow-down
};
struct Measure {
  SlotId slot;
  std::optional<WorkspaceId> candidate;  // the candidate's workspace, also when this series runs only the champion
  Phase phase = Phase::confirm;
  std::vector<MeasureRun> runs;
  std::uint64_t seed = 0;
  MetricSpec metric;
  bool channel_only = false;  // the baseline reported over the private channel, so only that counts
  bool printed_only = false;  // it did not: whoever does now is not the evaluator
  std::string holdout;        // for Phase::holdout: this command instead of the metric's
  Seconds timeout{};
  std::vector<std::string> usual = {};  // paths that a run may write to, sealed or not
  bool own = false;                     // as in Prepare
  std::optional<StopPlan> stop = {};    // when a candidate's run is not worth its end
};

// A change for a canary. Without a command it has no effect: a comment or an empty line more. Else it is what that
// command makes of the targets, in a workspace.
struct Plant {
  TreeId parent_tree;
  std::vector<std::string> targets;
  std::string command = {};
  std::optional<WorkspaceId> workspace = {};
  Seconds timeout{};
  bool beside_timing = false;
};

// Make the commit and move the branch by compare-and-swap. Only judge() makes an Accepted.
struct Advance {
  Accepted accepted;
};

}  // namespace hone::effect

namespace hone {

using EffectBody =
    std::variant<effect::Propose, effect::Assemble, effect::Prepare, effect::Measure, effect::Advance, effect::Plant>;

struct Effect {
  EffectId id;
  ExperimentId experiment;  // 0 = baseline and champion work
  EffectBody body;
};

enum class EffectKind { propose, assemble, prepare, measure, advance, plant };
[[nodiscard]] EffectKind kind_of(const EffectBody&);

}  // namespace hone
