#include "hone/core/budget/prices.hpp"

#include <algorithm>
#include <cmath>

namespace hone {
namespace {

// "-20250929", "-2025-09-29" or "-latest" at the end.
std::string_view without_date(std::string_view model) {
  if (model.ends_with("-latest")) return model.substr(0, model.size() - 7);
  const auto shape = [&](std::string_view pattern) {
    if (model.size() <= pattern.size()) return false;
    const std::string_view tail = model.substr(model.size() - pattern.size());
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      if (pattern[i] == '0' ? tail[i] < '0' || tail[i] > '9' : tail[i] != pattern[i]) return false;
    }
    return true;
  };
  for (const std::string_view pattern : {"-00000000", "-0000-00-00"}) {
    if (shape(pattern)) return model.substr(0, model.size() - pattern.size());
  }
  return model;
}

const PriceTier& tier_for(const ModelPrice& price, std::int64_t prompt) {
  const PriceTier* tier = &price.base;
  for (const auto& [threshold, above] : price.above) {
    if (prompt > threshold.value) tier = &above;
  }
  return *tier;
}

// A tier states only what differs; the rest is the base's.
PriceTier filled(const PriceTier& tier, const PriceTier& base) {
  PriceTier result;
  result.in = tier.in ? tier.in : base.in;
  result.out = tier.out ? tier.out : base.out;
  result.cache_read = tier.cache_read ? tier.cache_read : base.cache_read ? base.cache_read : result.in;
  result.cache_write_5m = tier.cache_write_5m   ? tier.cache_write_5m
                          : base.cache_write_5m ? base.cache_write_5m
                                                : result.in;
  result.cache_write_1h = tier.cache_write_1h   ? tier.cache_write_1h
                          : base.cache_write_1h ? base.cache_write_1h
                                                : result.cache_write_5m;
  result.out_reasoning = tier.out_reasoning ? tier.out_reasoning : base.out_reasoning ? base.out_reasoning : result.out;
  return result;
}

}  // namespace

PriceTable merge_prices(PriceTable under, const PriceTable& over) {
  for (const auto& [model, price] : over.models) under.models[model] = price;
  under.name = under.name.empty() ? over.name : over.name + " over " + under.name;
  under.digest = over.digest + under.digest;
  if (!over.date.empty()) under.date = over.date;
  return under;
}

std::optional<ModelPrice> find_price(const PriceTable& table, std::string_view model) {
  const auto by_name = [&](std::string_view name) -> const ModelPrice* {
    const auto found = table.models.find(std::string(name));
    return found == table.models.end() ? nullptr : &found->second;
  };
  std::string_view name = model;
  for (;;) {  // the exact id, then a provider part less each time
    if (const ModelPrice* price = by_name(name)) return *price;
    const auto slash = name.find('/');
    if (slash == std::string_view::npos) break;
    name.remove_prefix(slash + 1);
  }
  const std::string_view bare = without_date(name);
  if (const ModelPrice* price = bare == name ? nullptr : by_name(bare)) return *price;
  return std::nullopt;
}

std::optional<MicroDollars> cost_of(const Usage& usage, const ModelPrice& price) {
  const std::int64_t prompt =
      usage.in_uncached.value + usage.cache_read.value + usage.cache_write_5m.value + usage.cache_write_1h.value;
  const PriceTier tier = filled(tier_for(price, prompt), price.base);
  if (!tier.in || !tier.out) return std::nullopt;
  const auto tokens = [](Tokens count) { return static_cast<double>(std::max<std::int64_t>(count.value, 0)); };
  const double thought = std::min(tokens(usage.out_reasoning), tokens(usage.out_total));
  const double usd = tokens(usage.in_uncached) * *tier.in + tokens(usage.cache_read) * *tier.cache_read +
                     tokens(usage.cache_write_5m) * *tier.cache_write_5m +
                     tokens(usage.cache_write_1h) * *tier.cache_write_1h +
                     (tokens(usage.out_total) - thought) * *tier.out + thought * *tier.out_reasoning;
  const double micros = std::ceil(usd * 1e6 - 1e-6);
  return MicroDollars{static_cast<std::int64_t>(std::clamp(micros, 0.0, 9e15))};
}

Usage add_usage(const Usage& a, const Usage& b) {
  return {.in_uncached = a.in_uncached + b.in_uncached,
          .cache_read = a.cache_read + b.cache_read,
          .cache_write_5m = a.cache_write_5m + b.cache_write_5m,
          .cache_write_1h = a.cache_write_1h + b.cache_write_1h,
          .out_total = a.out_total + b.out_total,
          .out_reasoning = a.out_reasoning + b.out_reasoning};
}

Tokens tokens_of_bytes(std::size_t bytes) {
  return {static_cast<std::int64_t>((bytes + 2) / 3)};
}

std::optional<MicroDollars> most_of_request(Tokens prompt, Tokens most_output, const ModelPrice& price) {
  const auto plain = cost_of({.in_uncached = prompt,
                              .cache_read = {},
                              .cache_write_5m = {},
                              .cache_write_1h = {},
                              .out_total = most_output,
                              .out_reasoning = most_output},
                             price);
  const auto written = cost_of({.in_uncached = {},
                                .cache_read = {},
                                .cache_write_5m = prompt,
                                .cache_write_1h = {},
                                .out_total = most_output,
                                .out_reasoning = {}},
                               price);
  if (!plain || !written) return std::nullopt;
  return std::max(*plain, *written);
}

}  // namespace hone
