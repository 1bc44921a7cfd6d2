#include "hone/core/budget/retry.hpp"

#include <catch2/catch.hpp>

using namespace hone;

namespace {

constexpr UnixTime now{1'790'000'000};

FailedRequest http(int status, std::string_view body = "", Headers headers = {}) {
  return {.end = TransferEnd::complete,
          .status = status,
          .headers = std::move(headers),
          .error = parse_service_error(body),
          .sent = true,
          .payload = true,
          .trouble = "",
          .now = now};
}
FailedRequest lost(TransferEnd end, bool sent = false, bool payload = false) {
  return {.end = end,
          .status = 0,
          .headers = {},
          .error = {},
          .sent = sent,
          .payload = payload,
          .trouble = "trouble",
          .now = now};
}
RetryDecision ask(const FailedRequest& failure, RetryState state = {}) {
  Random random(1);
  return decide(failure, state, {}, random);
}
std::optional<Seconds> delay(Headers headers, std::string_view body = "") {
  return asked_delay(http(429, body, std::move(headers)));
}
double seconds(const std::optional<Seconds>& wait) {
  return wait ? wait->value : -1;
}

}  // namespace

TEST_CASE("Retry-After is read in every shape", "[retry]") {
  CHECK(seconds(delay({{"retry-after", "7"}})) == 7);
  CHECK(seconds(delay({{"retry-after", " 1.5 "}})) == 1.5);
  CHECK(seconds(delay({{"retry-after-ms", "250"}, {"retry-after", "7"}})) == 0.25);
  CHECK(seconds(delay({{"date", "Tue, 22 Sep 2026 10:00:00 GMT"}, {"retry-after", "Tue, 22 Sep 2026 10:01:30 GMT"}})) ==
        90);
  CHECK(seconds(delay({{"retry-after", "1000000000"}})) == 1e9);
  CHECK(seconds(delay({}, R"({"error":{"message":"Please try again in 41.7s. See"}})")) == 41.7);
  CHECK(seconds(delay({}, R"({"error":{"message":"Try again in 1m30s."}})")) == 90);
  CHECK(seconds(delay({}, R"({"error":{"details":[{"retryDelay":"46s"}]}})")) == 46);
  CHECK(seconds(delay({{"x-ratelimit-remaining-requests", "3"},
                       {"x-ratelimit-reset-requests", "1s"},
                       {"x-ratelimit-remaining-tokens", "0"},
                       {"x-ratelimit-reset-tokens", "6m0s"}})) == 360);
  CHECK(seconds(delay({{"anthropic-ratelimit-requests-remaining", "0"},
                       {"date", "Tue, 22 Sep 2026 10:00:00 GMT"},
                       {"anthropic-ratelimit-requests-reset", "2026-09-22T10:00:20Z"}})) == 20);
}

TEST_CASE("a Retry-After that is no time to come counts as absent", "[retry]") {
  for (const char* text : {"", "0", "-5", "soon", "nan", "inf", "1e999", "Mon, 99 Foo 2026 10:00:00 GMT",
                           "Tue, 22 Sep 2015 10:00:00 GMT"}) {
    INFO(text);
    CHECK_FALSE(delay({{"retry-after", text}}));
  }
  CHECK_FALSE(delay({}));
}

TEST_CASE("durations and dates", "[retry]") {
  CHECK(seconds(parse_wait("120ms")) == 0.12);
  CHECK(seconds(parse_wait("1h2m3.5s")) == 3723.5);
  CHECK_FALSE(parse_wait("5"));
  CHECK_FALSE(parse_wait("s"));
  CHECK_FALSE(parse_wait("5 apples"));
  CHECK(parse_date("Thu, 01 Jan 1970 00:01:00 GMT")->value == 60);
  CHECK(parse_date("2026-11-23T00:00:00Z")->value == 1'795'392'000);
  CHECK_FALSE(parse_date("2026-13-23T00:00:00Z"));
}

TEST_CASE("what will mend by waiting is waited for, with a backoff that doubles and jitters", "[retry]") {
  for (const int status : {408, 409, 500, 502, 503, 504, 520, 524, 529, 498, 429}) {
    INFO(status);
    const RetryDecision decision = ask(http(status));
    CHECK(decision.verb == RetryVerb::wait);
    CHECK(decision.delay.value > 0);
    CHECK(decision.delay.value <= 1);
  }
  RetryState fourth;
  fourth.attempt = 4;
  CHECK(ask(http(503), fourth).delay.value <= 8);
  CHECK(ask(http(503), fourth).delay.value >= 0.8);
  for (const TransferEnd end :
       {TransferEnd::unresolved, TransferEnd::unreachable, TransferEnd::tls, TransferEnd::connect_timeout}) {
    CHECK(ask(lost(end)).verb == RetryVerb::wait);
  }
}

TEST_CASE("after five attempts the service rests, longer with every round, never beyond five minutes", "[retry]") {
  RetryState state;
  state.attempt = 5;
  for (const double expected : {60.0, 120.0, 240.0, 300.0, 300.0}) {
    const RetryDecision decision = ask(lost(TransferEnd::unreachable), state);
    CHECK(decision.verb == RetryVerb::rest);
    CHECK(decision.delay.value == expected);
    ++state.outages;
  }
}

TEST_CASE("a wait that was asked for is kept; a long one is the loop's", "[retry]") {
  const RetryDecision soon = ask(http(429, "", {{"retry-after", "20"}}));
  CHECK(soon.verb == RetryVerb::wait);
  CHECK(soon.delay.value >= 20);
  CHECK(soon.delay.value <= 22);
  const RetryDecision late = ask(http(429, "", {{"retry-after", "1800"}}));
  CHECK(late.verb == RetryVerb::rest);
  CHECK(late.delay.value == 1800);
  CHECK(ask(http(429, "", {{"retry-after", "1000000000"}})).delay.value == 6 * 3600);
  RetryState short_time;
  short_time.left = {10};
  CHECK(ask(http(429, "", {{"retry-after", "20"}}), short_time).verb == RetryVerb::rest);
  CHECK(ask(http(503, "", {{"x-should-retry", "false"}})).verb == RetryVerb::rest);
}

TEST_CASE("no money and no permission end the backend at once, by name", "[retry]") {
  const auto verb = [](int status, std::string_view body, Headers headers = {}) {
    return ask(http(status, body, std::move(headers))).verb;
  };
  CHECK(verb(429, R"({"error":{"code":"insufficient_quota","message":"You exceeded your current quota"}})") ==
        RetryVerb::drop_backend);
  CHECK(
      verb(429,
           R"({"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[{"violations":[{"quotaValue":"0"}]}]}})") ==
      RetryVerb::drop_backend);
  CHECK(verb(429, R"({"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"per minute"}})") == RetryVerb::wait);
  CHECK(verb(402, R"({"error":{"message":"Insufficient Balance"}})") == RetryVerb::drop_backend);
  CHECK(verb(402, "", {{"retry-after", "3"}}) == RetryVerb::wait);
  for (const int status : {401, 403, 404, 301, 302, 307, 405}) CHECK(verb(status, "") == RetryVerb::drop_backend);
  CHECK(verb(403, R"({"error":{"code":403,"message":"flagged","metadata":{"reasons":["x"]}}})") == RetryVerb::refuse);
  // An empty account that comes as a plain 400, and one that only its words give away.
  CHECK(verb(400,
             R"({"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low )"
             R"(to access the Anthropic API. Please go to Plans & Billing"}})") == RetryVerb::drop_backend);
  CHECK(verb(429, R"({"error":{"message":"You exceeded your current quota, please check your plan"}})") ==
        RetryVerb::drop_backend);
  CHECK(ask(http(401, R"({"error":{"code":"invalid_api_key","message":"Incorrect API key"}})"))
            .reason.find("invalid_api_key") != std::string::npos);
}

TEST_CASE("an ordinary rate limit that speaks of billing is still a rate limit", "[retry]") {
  const auto verb = [](std::string_view body, Headers headers = {}) {
    return ask(http(429, body, std::move(headers))).verb;
  };
  CHECK(
      verb(R"({"error":{"message":"Rate limit reached for gpt-4 on requests per min. Limit: 3 / min. Please try again )"
           R"(in 20s. Please add a payment method: https://platform.openai.com/account/billing","type":"requests",)"
           R"("code":"rate_limit_exceeded"}})") == RetryVerb::wait);
  CHECK(
      verb(R"({"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing )"
           R"(details. Please retry in 46.2s.","status":"RESOURCE_EXHAUSTED","details":[{"violations":[{"quotaId":)"
           R"("GenerateRequestsPerMinutePerProjectPerModel-FreeTier","quotaValue":"15"}]},{"retryDelay":"46s"}]}})") ==
      RetryVerb::wait);
  CHECK(verb(R"({"error":{"message":"billing is not enabled on this tier, slow down"}})", {{"retry-after", "2"}}) ==
        RetryVerb::wait);
}

TEST_CASE("an error inside a 200 is what it would have been outside", "[retry]") {
  const auto verb = [](std::string_view body) { return ask(http(200, body)).verb; };
  CHECK(verb(R"({"type":"error","error":{"type":"overloaded_error","message":"x"}})") == RetryVerb::wait);
  CHECK(verb(R"({"error":{"code":429,"message":"slow down"}})") == RetryVerb::wait);
  CHECK(verb(R"({"error":{"code":"insufficient_quota","message":"no"}})") == RetryVerb::drop_backend);
  CHECK(verb(R"({"error":{"code":401,"message":"no"}})") == RetryVerb::drop_backend);
  CHECK(verb(R"({"error":{"message":"who knows"}})") == RetryVerb::wait);
  CHECK(verb("<html>hello</html>") == RetryVerb::wait);
  CHECK(verb("") == RetryVerb::wait);
}

TEST_CASE("a parameter that is not wanted is dropped, if it is one of ours", "[retry]") {
  RetryState state;
  state.sent = {"max_completion_tokens", "temperature", "stream_options"};
  const RetryDecision named =
      ask(http(400, R"({"error":{"code":"unsupported_value","param":"temperature","message":"only 1"}})"), state);
  CHECK(named.verb == RetryVerb::drop_parameter);
  CHECK(named.parameter == "temperature");
  const RetryDecision nested = ask(
      http(400, R"({"error":{"code":"unsupported_parameter","param":"stream_options.include_usage","message":"no"}})"),
      state);
  CHECK(nested.parameter == "stream_options");
  CHECK(
      ask(http(
              422,
              R"({"detail":[{"type":"extra_forbidden","loc":["body","stream_options"],"msg":"Extra inputs are not permitted"}]})"),
          state)
          .parameter == "stream_options");
  CHECK(ask(http(400, R"({"error":{"code":"unsupported_parameter","param":"messages","message":"no"}})"), state).verb ==
        RetryVerb::fail_proposal);
  CHECK(ask(http(400, R"({"error":{"message":"temperature is hot"}})"), state).verb == RetryVerb::fail_proposal);
}

TEST_CASE("a prompt that does not fit is made smaller once", "[retry]") {
  for (const char* message :
       {"prompt is too long: 210000 tokens > 200000 maximum", "This model's maximum context length is 8192 tokens",
        "Your input exceeds the context window of this model", "The input token count (1) exceeds the maximum number",
        "Please reduce the length of the messages or completion",
        "the request exceeds the available context size, try increasing it"}) {
    INFO(message);
    const FailedRequest failure = http(400, "{\"error\":{\"message\":\"" + std::string(message) + "\"}}");
    CHECK(ask(failure).verb == RetryVerb::shrink);
    RetryState again;
    again.shrunk = true;
    CHECK(ask(failure, again).verb == RetryVerb::fail_proposal);
  }
  CHECK(ask(http(413, "<html>too large</html>")).verb == RetryVerb::shrink);
  CHECK(ask(http(400, R"({"error":{"code":"context_length_exceeded","message":""}})")).verb == RetryVerb::shrink);
}

TEST_CASE("what may have been billed is not repeated blindly", "[retry]") {
  CHECK(ask(lost(TransferEnd::total_timeout, true)).verb == RetryVerb::fail_proposal);
  CHECK(ask(lost(TransferEnd::too_large, true, true)).verb == RetryVerb::fail_proposal);
  RetryState once;
  once.billed = 1;
  RetryState twice;
  twice.billed = 2;
  CHECK(ask(lost(TransferEnd::cut, true, true), once).verb == RetryVerb::wait);
  CHECK(ask(lost(TransferEnd::cut, true, true), twice).verb == RetryVerb::fail_proposal);
  CHECK(ask(lost(TransferEnd::idle_timeout, true, true), twice).verb == RetryVerb::fail_proposal);
  CHECK(ask(lost(TransferEnd::first_payload_timeout, true), twice).verb == RetryVerb::rest);
  CHECK(ask(lost(TransferEnd::cancelled)).verb == RetryVerb::cancel);
}
