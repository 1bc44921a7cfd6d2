// The offline backend: blind search over literals. Free, instant, no network.
#pragma once

#include <mutex>
#include <set>
#include <string>

#include "hone/ports/proposer.hpp"

namespace hone {

class MutateProposer final : public Proposer {
 public:
  [[nodiscard]] std::string name() const override { return "mutate"; }
  [[nodiscard]] std::optional<MicroDollars> worst_case(const Brief&) const override { return MicroDollars{0}; }
  // Nothing is sent anywhere: the list of what would be turned.
  [[nodiscard]] std::string render(const Brief&) const override;
  [[nodiscard]] ProposeResult propose(const Brief&, const Stop&) override;

 private:
  std::mutex mutex_;
  std::set<std::string> seen_;  // every proposal of this process, and what the ledger told at the first call
};

}  // namespace hone
