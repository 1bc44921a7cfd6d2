#include "adapters/proposers/replay.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hone {

std::string ReplayProposer::render(const Brief&) const {
  return fmt::format("replay sends no request: it proposes the {} stored replies of run {} again.\n", replies_.size(),
                     run_);
}

ProposeResult ReplayProposer::propose(const Brief& brief, const Stop&) {
  const auto done = std::count_if(brief.ledger.begin(), brief.ledger.end(),
                                  [&](const LedgerEntry& entry) { return entry.backend == name(); });
  const std::lock_guard lock(mutex_);
  next_ = std::max(next_, static_cast<std::size_t>(done));
  if (next_ >= replies_.size()) {
    return fail(Reaction::drop_backend,
                fmt::format("exhausted: all {} replies of run {} have been proposed again", replies_.size(), run_));
  }
  const StoredReply& stored = replies_[next_++];
  Proposal proposal;
  proposal.idea = stored.idea;
  proposal.prompt = fmt::format("replay of run {}, reply {}", run_, next_);
  proposal.reply = stored.reply;
  proposal.cost = MicroDollars{0};
  proposal.cost_source = CostSource::free;
  proposal.backend = name();
  return proposal;
}

}  // namespace hone
