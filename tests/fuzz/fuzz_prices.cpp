// Any table that is read gives prices and costs that are finite and not below zero.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "hone/core/budget/prices.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto table = hone::parse_prices(bytes, "fuzz");
  if (!table) return 0;
  const hone::Usage usage{.in_uncached = {1'000'000},
                          .cache_read = {500},
                          .cache_write_5m = {20},
                          .cache_write_1h = {7},
                          .out_total = {90'000},
                          .out_reasoning = {80'000}};
  for (const auto& [model, price] : table->models) {
    const auto found = hone::find_price(*table, model);
    if (!found) std::abort();
    const auto cost = hone::cost_of(usage, *found);
    if (cost && cost->value < 0) std::abort();
    (void)hone::most_of_request({1000}, {1000}, *found);
  }
  (void)hone::find_price(*table, bytes.substr(0, 64));
  return 0;
}
