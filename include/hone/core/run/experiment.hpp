// One attempt on its way: what a fold of its events knows of it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hone/core/base/ids.hpp"
#include "hone/core/base/units.hpp"
#include "hone/core/measure/acceptance.hpp"
#include "hone/core/run/event.hpp"

namespace hone {

// Where an experiment is. Stages in which an effect is in flight are told by Experiment::in_flight.
enum class Stage {
  asking,      // a proposer is, or will be, asked
  assembling,  // there is a reply to patch in
  queued,      // a candidate tree waits for a workspace
  ready,       // prepared in a workspace; waits for the slot
  racing,      // owns the slot
  holdout,     // won its race; the hold-out is measured
  advancing    // judged as accepted; the branch is being moved
};

// How an attempt failed, until consequences() decides between a repair and the end.
struct Failure {
  Outcome outcome = Outcome::malformed;
  std::string reason;
  bool repairable = false;  // the same backend may be asked again with this reason
  TextId output;
};

// Mean of a named value over samples, and the least of them.
struct Mean {
  double sum = 0;
  std::int64_t count = 0;
  double squares = 0;
  double least = 0;
  [[nodiscard]] double value() const { return count == 0 ? 0 : sum / static_cast<double>(count); }
  // Square of its standard error; 0 with fewer than two values.
  [[nodiscard]] double error_squared() const {
    const double n = static_cast<double>(count);
    return count < 2 ? 0 : std::max(0.0, squares - sum * sum / n) / (n * (n - 1));
  }
};
using Means = std::map<std::string, Mean>;

// How far the champion's level of a guarded value lies from the baseline's, summed over the keeps. Each step is a mean
// of differences between runs that stood side by side, so a machine that became slower since the baseline was measured
// does not look like a worse candidate. The variance is that of the estimate, and grows with every keep.
struct Distance {
  double mean = 0;
  double variance = 0;
};

struct Experiment {
  ExperimentId id;
  Stage stage = Stage::asking;
  std::optional<EffectId> in_flight;
  CommitId parent;
  TreeId parent_tree;
  std::uint32_t backend = 0;
  TextId reply;
  std::string idea;
  TreeId tree;
  std::vector<std::string> paths;
  std::int64_t lines = 0;   // added minus removed
  std::string key;          // of its change: event::Assembled::key
  std::string odd;          // code in it that is for a person to read: see find_odd_code(); "" = none
  bool reanchored = false;  // re-applied to a newer champion
  std::optional<WorkspaceId> workspace;
  std::optional<SlotId> slot;  // while racing or later
  std::optional<Race> race;
  Means means;                                             // of the candidate's samples, by name
  Means champion_means;                                    // and of the champion's in the same race
  std::map<std::string, std::vector<double>> guard_pairs;  // candidate - champion, one a fresh pair, by guard; <= 24
  std::int64_t guard_series = 0;                           // pairs made for guards alone
  bool clean = false;                // its workspace was made anew from an empty folder after the race
  std::vector<Sample> confirmation;  // pairs that ran there: champion, candidate, ...
  std::vector<Sample> holdout;       // pairs: champion, candidate, ...
  std::optional<Failure> failure;
  std::string complaint;    // what the repair in progress was asked to mend
  TextId complaint_output;  // and what its command printed, if it was one that failed
  TextId previous_reply;
  std::optional<event::Judged> judged;
  Source source = Source::judge;  // the least trustworthy way in which a sample of this race came
  std::int64_t repairs = 0;
  std::int64_t crashes = 0;            // intents that a dead session left without an end
  std::int64_t champion_failures = 0;  // champion runs in a row of this race that gave no value
  std::string champion_trouble;        // why the last one gave none
  Seconds proposing{};                 // time its proposal took
  std::vector<Artifact> artifacts;     // of its last valid run
  std::vector<Curve> curves;           // of its first runs that printed steps
};

}  // namespace hone
