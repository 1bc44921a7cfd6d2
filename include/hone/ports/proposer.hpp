// Something that answers a brief: a model behind HTTP, an agent CLI, a command, blind mutation, a replay.
#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "hone/core/base/result.hpp"
#include "hone/core/prompt/brief.hpp"
#include "hone/core/run/proposal.hpp"
#include "hone/ports/stop.hpp"

namespace hone {

// The service failed. What was tried may still have been billed, so it is told even then.
struct ProposeError {
  ProposeError() = default;
  ProposeError(Error why) : error(std::move(why)) {}  // implicit: `return fail(Reaction::x, "...")` is enough
  Error error;
  std::optional<Seconds> retry_after;  // Reaction::retry: how long this backend should rest
  std::vector<Attempt> attempts;
  std::optional<MicroDollars> cost{MicroDollars{}};  // of all attempts; empty = unknown
  std::string prompt;                                // as sent, keys removed; "" = nothing was sent
};

template <class T>
class [[nodiscard]] ProposeResultOf : public tl::expected<T, ProposeError> {
 public:
  using Base = tl::expected<T, ProposeError>;
  using Base::Base;
};
using ProposeResult = ProposeResultOf<Proposal>;

class Proposer {
 public:
  virtual ~Proposer() = default;
  [[nodiscard]] virtual std::string name() const = 0;
  // The most one propose() can cost, its retries included; empty = unknown price.
  [[nodiscard]] virtual std::optional<MicroDollars> worst_case(const Brief&) const = 0;
  // Exactly the bytes that would be sent, keys removed.
  [[nodiscard]] virtual std::string render(const Brief&) const = 0;
  // Blocks. A refusal or a cut reply is a Proposal with that finish; a ProposeError is the service failing, with
  // its reaction. Thread-safe. Reaction::drop_backend with "exhausted" in front: nothing new to propose.
  [[nodiscard]] virtual ProposeResult propose(const Brief&, const Stop&) = 0;
};

}  // namespace hone
