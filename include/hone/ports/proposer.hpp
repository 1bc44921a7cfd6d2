// Something that answers a brief: a model behind HTTP, an agent CLI, a command, blind mutation, a replay.
#pragma once

#include <optional>
#include <string>

#include "hone/core/base/result.hpp"
#include "hone/core/prompt/brief.hpp"
#include "hone/core/run/proposal.hpp"
#include "hone/ports/stop.hpp"

namespace hone {

class Proposer {
 public:
  virtual ~Proposer() = default;
  [[nodiscard]] virtual std::string name() const = 0;
  // The most one propose() can cost; empty = unknown price.
  [[nodiscard]] virtual std::optional<MicroDollars> worst_case(const Brief&) const = 0;
  // Exactly the bytes that would be sent, keys removed.
  [[nodiscard]] virtual std::string render(const Brief&) const = 0;
  // Blocks. A refusal or a cut reply is a Proposal with that finish; an Error is the service failing, with
  // its reaction. Thread-safe. Reaction::drop_backend with "exhausted" in front: nothing new to propose.
  [[nodiscard]] virtual Result<Proposal> propose(const Brief&, const Stop&) = 0;
};

}  // namespace hone
