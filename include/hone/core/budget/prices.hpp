// What tokens cost. Tables change most months: they are loaded, dated and hashed, never compiled in as constants.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hone/core/base/result.hpp"
#include "hone/core/base/units.hpp"
#include "hone/core/run/proposal.hpp"

namespace hone {

// USD per token; what is missing falls back to `in` (caches) or `out` (reasoning).
struct PriceTier {
  std::optional<double> in, out, cache_read, cache_write_5m, cache_write_1h, out_reasoning;
};

struct ModelPrice {
  PriceTier base;
  // Chosen by the size of the whole prompt and applied to all its tokens; ascending.
  std::vector<std::pair<Tokens, PriceTier>> above;
  std::optional<Tokens> max_input, max_output;
  std::string retires;  // a date, "" = none known
};

struct PriceTable {
  std::map<std::string, ModelPrice> models;
  std::string name;    // where it came from, for people
  std::string date;    // of the table, "" = unknown
  std::string digest;  // SHA-256 of its text
};

// litellm's JSON object, or a CSV with the columns model_name, input_price, output_price and, if wanted, provider,
// cache_read_price, cache_write_price, tier_threshold, tier_input_price, tier_output_price; prices per million tokens.
[[nodiscard]] Result<PriceTable> parse_prices(std::string_view text, std::string name);
// Rows of `over` win.
[[nodiscard]] PriceTable merge_prices(PriceTable under, const PriceTable& over);

// The exact id, then without leading provider parts, then without a trailing date or "-latest". Nothing else: gpt-5
// must not price gpt-5-nano. Nothing = unknown, which is never 0.
[[nodiscard]] std::optional<ModelPrice> find_price(const PriceTable&, std::string_view model);

// Rounded up to a micro-dollar. Nothing when a price that is needed is unknown.
[[nodiscard]] std::optional<MicroDollars> cost_of(const Usage&, const ModelPrice&);

[[nodiscard]] Usage add_usage(const Usage&, const Usage&);
// Bytes as tokens, the same guess everywhere: 3 bytes a token, rounded up (reference 9).
[[nodiscard]] Tokens tokens_of_bytes(std::size_t bytes);
// The most that one request can cost: its whole prompt uncached (or written to the cache, whichever costs more) and
// the output limit used up.
[[nodiscard]] std::optional<MicroDollars> most_of_request(Tokens prompt, Tokens most_output, const ModelPrice&);

}  // namespace hone
