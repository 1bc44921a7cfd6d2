// What came back from a proposer: the normal form of every service's reply.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hone/core/base/units.hpp"

namespace hone {

// How a reply ended. Only `complete` (and `tool_use` with arguments that parse) may be patched in.
enum class Finish { complete, truncated, refused, tool_use, context_overflow, paused, error };

// Disjoint counters, except that out_reasoning is a part of out_total.
struct Usage {
  Tokens in_uncached{}, cache_read{}, cache_write_5m{}, cache_write_1h{}, out_total{}, out_reasoning{};
};

enum class CostSource { none, provider, table, free };

// One request that was made, successful or not; every one may have been billed.
struct Attempt {
  int http_status = 0;
  std::string note;  // "429 rate_limit_exceeded, waited 12 s"; never a key
  Seconds took{};
};

struct Proposal {
  std::string idea;       // one line; "" = taken from the reply by the applier
  std::string prompt;     // the request as sent, keys removed; kept by digest
  std::string reply;      // text that holds the edit
  std::string reasoning;  // kept for `hone show`, never parsed for edits
  Finish finish = Finish::complete;
  Usage usage;
  std::optional<MicroDollars> cost;  // empty = unknown, never 0
  CostSource cost_source = CostSource::none;
  std::string backend;  // "mutate", "openai:gpt-5", ...
  std::string request_id;
  std::vector<Attempt> attempts;
  Seconds latency{};
};

}  // namespace hone
