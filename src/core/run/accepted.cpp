#include "hone/core/run/accepted.hpp"

#include <fmt/format.h>

namespace hone {

Judgement judge(const CaseFile& file, const CommitDraft& draft) {
  if (file.verdict.decision == Decision::undecided) return {std::nullopt, Outcome::undecided, file.verdict.reason};
  if (file.verdict.decision == Decision::rejected) return {std::nullopt, Outcome::discarded, file.verdict.reason};
  if (file.suspicion) return {std::nullopt, Outcome::suspect, *file.suspicion};
  for (const GuardResult& guard : file.guards) {
    if (!guard.passed) return {std::nullopt, Outcome::guard, guard.reason};
  }
  if (file.holdout && file.holdout->decision != Decision::accepted) {
    return {std::nullopt, Outcome::discarded, fmt::format("hold-out: {}", file.holdout->reason)};
  }
  return {Accepted(file.experiment, file.verdict, draft), Outcome::kept, file.verdict.reason};
}

}  // namespace hone
