// Price tables as text: litellm's JSON (reference 4.2) and a small CSV for what a user wants to override.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/codec/replies_json.hpp"
#include "hone/core/base/digest.hpp"
#include "hone/core/base/text.hpp"
#include "hone/core/budget/prices.hpp"

namespace hone {
namespace {

using foreign::Json;
using foreign::member;

std::optional<double> price_of(const Json& row, const std::string& name) {
  const auto price = foreign::number_of(member(row, name));
  return price && *price >= 0 && *price < 1 ? price : std::nullopt;  // USD per token: a dollar is a unit error
}

PriceTier tier_of(const Json& row, const std::string& suffix) {
  PriceTier tier{.in = price_of(row, "input_cost_per_token" + suffix),
                 .out = price_of(row, "output_cost_per_token" + suffix),
                 .cache_read = price_of(row, "cache_read_input_token_cost" + suffix),
                 .cache_write_5m = price_of(row, "cache_creation_input_token_cost" + suffix),
                 .cache_write_1h = price_of(row, "cache_creation_input_token_cost_above_1hr" + suffix),
                 .out_reasoning = price_of(row, "output_cost_per_reasoning_token" + suffix)};
  if (!tier.cache_read)
    tier.cache_read = price_of(row, "input_cost_per_token_cache_hit" + suffix);  // older DeepSeek rows
  return tier;
}

std::optional<Tokens> limit_of(const Json& row, std::string_view name) {
  const auto count = foreign::count_of(member(row, name));
  return count ? std::optional(Tokens{*count}) : std::nullopt;
}

// Every threshold that occurs in the row: "_above_200k_tokens".
void add_tiers(ModelPrice& price, const Json& row) {
  for (const auto& [key, value] : row.items()) {
    const auto at = key.find("_above_");
    if (at == std::string::npos || !key.ends_with("k_tokens") || !key.starts_with("input_cost_per_token_above"))
      continue;
    const auto thousands = parse_number(std::string_view(key).substr(at + 7, key.size() - at - 15));
    if (!thousands || *thousands <= 0 || *thousands > 1e6) continue;
    price.above.emplace_back(Tokens{static_cast<std::int64_t>(*thousands * 1000)}, tier_of(row, key.substr(at)));
  }
  std::sort(price.above.begin(), price.above.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
}

PriceTable read_json(const Json& object) {
  PriceTable table;
  for (const auto& [model, row] : object.items()) {
    if (!row.is_object() || model == "sample_spec") continue;
    if (model == "_hone") {
      table.date = foreign::text_of(member(row, "date"));
      continue;
    }
    ModelPrice price{.base = tier_of(row, ""),
                     .above = {},
                     .max_input = limit_of(row, "max_input_tokens"),
                     .max_output = limit_of(row, "max_output_tokens"),
                     .retires = foreign::text_of(member(row, "deprecation_date"))};
    if (!price.max_output) price.max_output = limit_of(row, "max_tokens");
    add_tiers(price, row);
    if (price.base.in || price.base.out) table.models.emplace(model, std::move(price));
  }
  return table;
}

std::string_view cell(const std::vector<std::string_view>& columns, const std::vector<std::string_view>& cells,
                      std::string_view name) {
  for (std::size_t i = 0; i < columns.size() && i < cells.size(); ++i) {
    if (trim(columns[i]) == name) return trim(cells[i]);
  }
  return {};
}

Result<PriceTable> read_csv(std::string_view text, const std::string& name) {
  PriceTable table;
  std::vector<std::string_view> columns;
  std::size_t number = 0;
  for (const std::string_view line : lines(text)) {
    ++number;
    if (trim(line).empty() || trim(line).starts_with('#')) continue;
    const auto cells = split(line, ',');
    if (columns.empty()) {
      columns = cells;
      if (cell(columns, columns, "model_name").empty() || cell(columns, columns, "input_price").empty()) {
        return fail(Reaction::fix_input, fmt::format("{}: neither litellm JSON nor a CSV whose first line names "
                                                     "model_name, input_price, output_price",
                                                     name));
      }
      continue;
    }
    const auto price = [&](std::string_view column) -> std::optional<double> {
      const auto value = parse_number(cell(columns, cells, column));
      return value && *value >= 0 ? std::optional(*value / 1e6) : std::nullopt;
    };
    ModelPrice row;
    row.base = {.in = price("input_price"),
                .out = price("output_price"),
                .cache_read = price("cache_read_price"),
                .cache_write_5m = price("cache_write_price"),
                .cache_write_1h = {},
                .out_reasoning = {}};
    if (!row.base.in || !row.base.out || cell(columns, cells, "model_name").empty()) {
      return fail(Reaction::fix_input, fmt::format("{} line {}: a row needs a model name and two prices, in USD per "
                                                   "million tokens",
                                                   name, number));
    }
    if (const auto threshold = parse_number(cell(columns, cells, "tier_threshold"))) {
      row.above.push_back({Tokens{static_cast<std::int64_t>(*threshold)},
                           {.in = price("tier_input_price"),
                            .out = price("tier_output_price"),
                            .cache_read = {},
                            .cache_write_5m = {},
                            .cache_write_1h = {},
                            .out_reasoning = {}}});
    }
    table.models[std::string(cell(columns, cells, "model_name"))] = std::move(row);
  }
  return table;
}

}  // namespace

Result<PriceTable> parse_prices(std::string_view text, std::string name) {
  PriceTable table;
  if (trim(text).starts_with('{')) {
    const auto object = foreign::parse_json(text);
    if (!object) return fail(Reaction::fix_input, fmt::format("{}: not valid JSON (or a model is in it twice)", name));
    table = read_json(*object);
  } else {
    table = HONE_TRY(read_csv(text, name));
  }
  if (table.models.empty()) return fail(Reaction::fix_input, fmt::format("{}: holds no price at all", name));
  table.name = std::move(name);
  table.digest = text_id(text).value;
  return table;
}

}  // namespace hone
