// The only ticket to a commit. judge() alone can make one, so unmeasured code cannot become history:
// it does not compile.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hone/core/base/ids.hpp"
#include "hone/core/base/units.hpp"
#include "hone/core/guard/trust.hpp"
#include "hone/core/measure/verdict.hpp"
#include "hone/core/run/outcome.hpp"

namespace hone {

// Everything a repeatable commit is made of: the same draft gives the same id, also after a crash.
struct CommitDraft {
  std::string branch;   // without refs/heads/
  CommitId parent;      // the branch must point here (compare-and-swap)
  TreeId tree;          // the tree that was measured
  std::string message;  // subject, blank line, trailers
  UnixTime date;        // author and committer
};

// What judge() looks at besides the verdict.
struct GuardResult {
  std::string name;
  bool passed = false;
  double baseline = 0;
  double candidate = 0;
  std::string reason;
};
struct CaseFile {
  ExperimentId experiment;
  Verdict verdict;
  std::vector<GuardResult> guards;
  std::optional<Verdict> holdout;  // empty = none was asked for
  std::optional<std::string> suspicion;
  Trust trust = Trust::t0;  // of the numbers above
};

class Accepted {
 public:
  [[nodiscard]] ExperimentId experiment() const { return experiment_; }
  [[nodiscard]] const Verdict& verdict() const { return verdict_; }
  [[nodiscard]] const CommitDraft& draft() const { return draft_; }

 private:
  friend struct Judgement judge(const CaseFile&, const CommitDraft&);
  Accepted(ExperimentId experiment, Verdict verdict, CommitDraft draft)
      : experiment_(experiment), verdict_(std::move(verdict)), draft_(std::move(draft)) {}
  ExperimentId experiment_;
  Verdict verdict_;
  CommitDraft draft_;
};

// Either an Accepted, or the outcome and the sentence that says why not.
struct Judgement {
  std::optional<Accepted> accepted;
  Outcome outcome = Outcome::discarded;
  std::string reason;
};

[[nodiscard]] Judgement judge(const CaseFile&, const CommitDraft&);

}  // namespace hone
