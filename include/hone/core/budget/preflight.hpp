// What a night will cost, before the first request is sent.
#pragma once

#include <optional>
#include <string>

#include "hone/core/base/units.hpp"
#include "hone/core/config/spec.hpp"

namespace hone {

struct Preflight {
  std::string backend;
  std::optional<MicroDollars> typical;     // of one experiment; empty = unknown price
  std::optional<MicroDollars> worst;       // of one experiment, its retries included
  std::optional<std::int64_t> affordable;  // experiments that --max-cost buys
  std::optional<std::int64_t> in_time;     // experiments that fit into --budget, when their length is known
  std::optional<MicroDollars> total;       // at the typical price, for what the limits allow
};

struct PreflightInput {
  std::string backend;
  std::optional<MicroDollars> typical, worst;
  LimitsSpec limits;
  Seconds experiment{};  // how long one takes; 0 = not known yet
  std::uint32_t slots = 1;
};

[[nodiscard]] Preflight preflight(const PreflightInput&);
// "openai:gpt-5: about $0.021 an experiment (at most $0.34); the budget buys 240 experiments, $5.04 in all"
[[nodiscard]] std::string render_preflight(const Preflight&);
[[nodiscard]] std::string render_dollars(MicroDollars);

}  // namespace hone
