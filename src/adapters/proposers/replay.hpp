// Proposes again, in order, what another run proposed: the same night on another machine, metric or gate.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "hone/ports/proposer.hpp"

namespace hone {

struct StoredReply {
  std::string idea;
  std::string reply;
};

class ReplayProposer final : public Proposer {
 public:
  // `replies`: of the run called `run`, in the order of its experiments.
  ReplayProposer(std::string run, std::vector<StoredReply> replies)
      : run_(std::move(run)), replies_(std::move(replies)) {}

  [[nodiscard]] std::string name() const override { return "replay:" + run_; }
  [[nodiscard]] std::optional<MicroDollars> worst_case(const Brief&) const override { return MicroDollars{0}; }
  [[nodiscard]] std::string render(const Brief&) const override;
  // After a resume it goes on behind the attempts that the ledger already holds from this backend.
  [[nodiscard]] ProposeResult propose(const Brief&, const Stop&) override;

 private:
  std::string run_;
  std::vector<StoredReply> replies_;
  std::mutex mutex_;
  std::size_t next_ = 0;
};

}  // namespace hone
