// The offline backend: blind search over literals. Free, instant, no network.
#pragma once

#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "hone/ports/proposer.hpp"

namespace hone {

class MutateProposer final : public Proposer {
 public:
  MutateProposer() = default;
  // `history`: every attempt of the run so far, oldest first, when a run is resumed; the ledger of a brief is
  // bounded and may have forgotten some.
  explicit MutateProposer(std::vector<LedgerEntry> history) : history_(std::move(history)) {}

  [[nodiscard]] std::string name() const override { return "mutate"; }
  [[nodiscard]] std::optional<MicroDollars> worst_case(const Brief&) const override { return MicroDollars{0}; }
  // Nothing is sent anywhere: the list of what would be turned.
  [[nodiscard]] std::string render(const Brief&) const override;
  [[nodiscard]] ProposeResult propose(const Brief&, const Stop&) override;

 private:
  std::vector<LedgerEntry> history_;
  std::mutex mutex_;
  std::set<std::string> seen_;  // every proposal of this process, and what history or ledger told at the first
};

}  // namespace hone
