#include "hone/core/budget/prices.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "hone/core/budget/preflight.hpp"
#include "hone/core/codec/replies.hpp"

using namespace hone;

namespace {

PriceTable table(std::string_view text) {
  auto result = parse_prices(text, "test");
  REQUIRE(result);
  return *result;
}

ModelPrice plain(double in, double out) {
  ModelPrice price;
  price.base.in = in / 1e6;
  price.base.out = out / 1e6;
  return price;
}

std::int64_t cost(const Usage& usage, const ModelPrice& price) {
  const auto result = cost_of(usage, price);
  REQUIRE(result);
  return result->value;
}

constexpr std::string_view litellm = R"({
  "sample_spec": {"input_cost_per_token": 0.1},
  "m": {"input_cost_per_token": 1e-06, "output_cost_per_token": "4e-06", "cache_read_input_token_cost": 1e-07,
        "cache_creation_input_token_cost": 1.25e-06, "cache_creation_input_token_cost_above_1hr": 2e-06,
        "input_cost_per_token_above_200k_tokens": 2e-06, "output_cost_per_token_above_200k_tokens": 8e-06,
        "max_input_tokens": 1000000, "max_output_tokens": "64000"},
  "vision-only": {"mode": "image_generation"},
  "half": {"input_cost_per_token": 1e-06}
})";

}  // namespace

TEST_CASE("litellm's table is read: strings, exponents, tiers, caches, limits", "[prices]") {
  const PriceTable prices = table(litellm);
  CHECK(prices.models.size() == 2);
  const ModelPrice m = *find_price(prices, "m");
  CHECK(*m.base.out == 4e-6);
  CHECK(*m.base.cache_write_1h == 2e-6);
  REQUIRE(m.above.size() == 1);
  CHECK(m.above[0].first.value == 200000);
  CHECK(m.max_output->value == 64000);
  CHECK(prices.digest.size() == 64);
}

TEST_CASE("a small CSV is a table too, per million tokens", "[prices]") {
  const PriceTable prices = table(
      "# mine\nmodel_name,provider,input_price,output_price,tier_threshold,tier_input_price,tier_output_price\n"
      "gpt-x,me,2,8,100000,4,16\nlocal,me,0,0,,,\n");
  CHECK(cost({.in_uncached = {1000},
              .cache_read = {},
              .cache_write_5m = {},
              .cache_write_1h = {},
              .out_total = {1000},
              .out_reasoning = {}},
             *find_price(prices, "gpt-x")) == 10000);
  CHECK(cost({.in_uncached = {200000},
              .cache_read = {},
              .cache_write_5m = {},
              .cache_write_1h = {},
              .out_total = {1000},
              .out_reasoning = {}},
             *find_price(prices, "gpt-x")) == 816000);
  CHECK(cost({.in_uncached = {200000},
              .cache_read = {},
              .cache_write_5m = {},
              .cache_write_1h = {},
              .out_total = {1},
              .out_reasoning = {}},
             *find_price(prices, "local")) == 0);
}

TEST_CASE("tables that are none say so", "[prices]") {
  for (const char* text :
       {"", "{}", "{", "[1]", "hello", "a,b\n1,2\n", "model_name,input_price,output_price\nx,-1,2\n",
        "model_name,input_price,output_price\n,1,2\n", "{\"m\":{\"input_cost_per_token\":1},\"m\":{}}"}) {
    INFO(text);
    CHECK_FALSE(parse_prices(text, "test"));
  }
}

TEST_CASE("a model is found by id, without provider, without date, and by nothing else", "[prices]") {
  PriceTable prices;
  prices.models["gpt-5"] = plain(1, 2);
  prices.models["openai/special"] = plain(3, 4);
  CHECK(find_price(prices, "gpt-5"));
  CHECK(find_price(prices, "openai/gpt-5"));
  CHECK(find_price(prices, "openrouter/openai/gpt-5"));
  CHECK(find_price(prices, "gpt-5-2025-08-07"));
  CHECK(find_price(prices, "gpt-5-20250807"));
  CHECK(find_price(prices, "gpt-5-latest"));
  CHECK(find_price(prices, "x/openai/special"));
  CHECK_FALSE(find_price(prices, "gpt-5-nano"));
  CHECK_FALSE(find_price(prices, "gpt-5-nano-20250807"));
  CHECK_FALSE(find_price(prices, "gpt"));
  CHECK_FALSE(find_price(prices, ""));
}

TEST_CASE("every family's formula, by hand", "[prices]") {
  const ModelPrice price = *find_price(table(litellm), "m");
  const auto bill = [&](Wire wire, std::string_view body) { return cost(parse_reply(wire, body).usage, price); };
  // (1000 - 600 - 100) * 1 + 600 * 0.1 + 100 * 1.25 + 50 * 4
  CHECK(
      bill(
          Wire::openai_chat,
          R"({"choices":[],"usage":{"prompt_tokens":1000,"completion_tokens":50,"total_tokens":1050,"prompt_tokens_details":{"cached_tokens":600,"cache_write_tokens":100},"completion_tokens_details":{"reasoning_tokens":40}}})") ==
      300 + 60 + 125 + 200);
  // input excludes the cache: 300 + 600 * 0.1 + 100 * 1.25 + 10 * 2 + 50 * 4
  CHECK(
      bill(
          Wire::anthropic,
          R"({"type":"message","stop_reason":"end_turn","usage":{"input_tokens":300,"output_tokens":50,"cache_read_input_tokens":600,"cache_creation_input_tokens":110,"cache_creation":{"ephemeral_5m_input_tokens":100,"ephemeral_1h_input_tokens":10}}})") ==
      300 + 60 + 125 + 20 + 200);
  // (1000 - 600) + 600 * 0.1 + (20 + 30) * 4
  CHECK(
      bill(
          Wire::gemini,
          R"({"candidates":[{}],"usageMetadata":{"promptTokenCount":1000,"cachedContentTokenCount":600,"candidatesTokenCount":20,"thoughtsTokenCount":30}})") ==
      400 + 60 + 200);
  // DeepSeek: miss 400 + hit 600 * 0.1 + 50 * 4
  CHECK(
      bill(
          Wire::openai_chat,
          R"({"choices":[],"usage":{"prompt_tokens":1000,"completion_tokens":50,"prompt_cache_hit_tokens":600,"prompt_cache_miss_tokens":400}})") ==
      400 + 60 + 200);
  // hidden reasoning: (total - prompt) * out
  CHECK(bill(Wire::openai_chat,
             R"({"choices":[],"usage":{"prompt_tokens":1000,"completion_tokens":50,"total_tokens":1150}})") ==
        1000 + 150 * 4);
}

TEST_CASE("the tier is chosen by the whole prompt and applied to all of it", "[prices]") {
  const ModelPrice price = *find_price(table(litellm), "m");
  const Usage at{.in_uncached = {100000},
                 .cache_read = {100000},
                 .cache_write_5m = {},
                 .cache_write_1h = {},
                 .out_total = {10},
                 .out_reasoning = {}};
  Usage beyond = at;
  beyond.in_uncached.value += 1;
  CHECK(cost(at, price) == 100000 + 10000 + 40);
  CHECK(cost(beyond, price) == 200002 + 10000 + 80);  // the tier has no cache price of its own: the base's
}

TEST_CASE("what is unknown is never 0, and money is rounded up", "[prices]") {
  CHECK_FALSE(cost_of({.in_uncached = {1},
                       .cache_read = {},
                       .cache_write_5m = {},
                       .cache_write_1h = {},
                       .out_total = {1},
                       .out_reasoning = {}},
                      *find_price(table(litellm), "half")));
  CHECK(cost({.in_uncached = {1},
              .cache_read = {},
              .cache_write_5m = {},
              .cache_write_1h = {},
              .out_total = {},
              .out_reasoning = {}},
             plain(0.01, 1)) == 1);
  const Usage cached{.in_uncached = {},
                     .cache_read = {1000},
                     .cache_write_5m = {1000},
                     .cache_write_1h = {1000},
                     .out_total = {},
                     .out_reasoning = {}};
  CHECK(cost(cached, plain(1, 1)) == 3000);  // no cache price: the full one
  Usage broken = cached;
  broken.cache_read = {-50};
  CHECK(cost(broken, plain(1, 1)) == 2000);
}

TEST_CASE("no request can cost more than its worst case", "[prices]") {
  const ModelPrice price = *find_price(table(litellm), "m");
  const std::int64_t most = most_of_request({1000}, {500}, price)->value;
  for (const std::int64_t cached : {0, 400, 1000}) {
    for (const std::int64_t out : {0, 499, 500}) {
      CHECK(cost({.in_uncached = {1000 - cached},
                  .cache_read = {cached},
                  .cache_write_5m = {},
                  .cache_write_1h = {},
                  .out_total = {out},
                  .out_reasoning = {out / 2}},
                 price) <= most);
      CHECK(cost({.in_uncached = {1000 - cached},
                  .cache_read = {},
                  .cache_write_5m = {cached},
                  .cache_write_1h = {},
                  .out_total = {out},
                  .out_reasoning = {}},
                 price) <= most);
    }
  }
  CHECK_FALSE(most_of_request({1000}, {500}, *find_price(table(litellm), "half")));
}

TEST_CASE("the price table that is shipped is dated and can be read", "[prices]") {
  std::ifstream file(HONE_SOURCE_DIR "/configs/prices.json");
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const PriceTable prices = table(text);
  CHECK(prices.date == "2026-10-26");
  CHECK(prices.models.size() > 40);
  CHECK(find_price(prices, "claude-sonnet-4-5-20250929"));
  CHECK(*find_price(prices, "gpt-5")->base.out == 1e-5);
}

TEST_CASE("the preflight line tells price, count and total, or that it cannot", "[prices]") {
  PreflightInput input{.backend = "openai:gpt-5",
                       .typical = MicroDollars{21000},
                       .worst = MicroDollars{340000},
                       .limits = {},
                       .experiment = {},
                       .slots = 1};
  input.limits.max_cost = MicroDollars{5'040'000};
  CHECK(render_preflight(preflight(input)) ==
        "openai:gpt-5: about $0.021 an experiment (at most $0.340); the money buys 240 experiments; $5.04 in all");
  input.experiment = {360};
  input.limits.budget = {3600};
  CHECK(preflight(input).total->value == 210000);
  input.typical.reset();
  CHECK(render_preflight(preflight(input)) ==
        "openai:gpt-5: at most $0.340 an experiment; the money buys at least 14 experiments; the time allows 10; at "
        "most $3.40 in all");
  input.worst.reset();
  CHECK(render_preflight(preflight(input)).find("unknown") != std::string::npos);
  CHECK_FALSE(preflight(input).total);
}
