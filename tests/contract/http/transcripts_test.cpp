// Tables 6.6 (transcripts) and 5.2 (what to do about a failure) of the reference llm-backends.md, row by row, over a
// real socket: whole, byte by byte, and in pieces of seven. The name of a row begins with its number here:
//   T1..T37 = the transcripts of 6.6 in their order there; D1..D13 = the lines of 5.2 in their order.
// The edit catalogue, 6.5, has its row numbers in tests/unit/edit (search_replace_test, formats_test, reply_form_test).

#include "contract/http/model_scene.hpp"
#include "fakes/gzip.hpp"

using namespace hone;
using namespace hone::scene;

namespace {

struct Row {
  std::string name, profile;
  std::vector<std::string> replies;  // raw bytes, one a connection; the last one is repeated
  std::string expect;                // the reply's text, or "rest", "drop", "truncated", "refused", "error", "overflow"
  std::size_t attempts = 1;
};

std::string told(const ProposeResult& result) {
  if (!result) {
    switch (result.error().error.reaction) {
      case Reaction::retry:
        return "rest";
      case Reaction::drop_backend:
        return "drop";
      default:
        return "stopped: " + result.error().error.message;
    }
  }
  switch (result->finish) {
    case Finish::complete:
    case Finish::tool_use:
      return result->reply;
    case Finish::truncated:
      return "truncated";
    case Finish::refused:
      return "refused";
    case Finish::context_overflow:
      return "overflow";
    default:
      return "error";
  }
}

Script in_sevens(const std::string& bytes) {
  Script script;
  for (std::size_t at = 0; at < bytes.size(); at += 7) script.push_back(send(bytes.substr(at, 7)));
  return script;
}

void check_row(const Row& row) {
  for (int way = 0; way < 3; ++way) {
    std::vector<Script> scripts;
    std::size_t longest = 0;
    for (const std::string& bytes : row.replies) {
      longest = std::max(longest, bytes.size());
      scripts.push_back(way == 0 ? Script{send(bytes)} : way == 1 ? Script{bytewise(bytes)} : in_sevens(bytes));
    }
    if (way > 0 && longest > 20'000) break;
    INFO(row.name << ", way " << way);
    const ScriptedServer server(std::move(scripts));
    ModelSettings settings = settings_for(row.profile, server.url(row.profile == "gemini" ? "" : "/v1"));
    settings.timers = {{5}, {5}, {5}, {20}};
    const auto result = propose(settings);
    CHECK(told(result) == row.expect);
    CHECK((result ? result->attempts : result.error().attempts).size() == row.attempts);
    check_no_key(result);
  }
}

const std::string json_head = head(200, "application/json", "Connection: close\r\n\r\n");
std::string sse(std::string_view events) {
  return sse_head() + std::string(events);
}
std::string event(std::string_view json) {
  return "data: " + std::string(json) + "\n\n";
}
const std::string idea = R"({"choices":[{"index":0,"delta":{"content":"idea"}}]})";
const std::string stop = R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})";
const std::string whole = R"({"choices":[{"index":0,"message":{"content":"idea"},"finish_reason":"stop"}]})";
const std::string done = "data: [DONE]\n\n";
const std::string ok = sse(event(idea) + event(stop) + done);

std::string with_ends(std::string text, std::string_view end) {
  std::string result;
  for (const char c : text) result += c == '\n' ? std::string(end) : std::string(1, c);
  return result;
}

std::string failed(int status, std::string_view body = "{}", std::string_view more = "") {
  return json_reply(status, body, more);
}

std::string call(int index, std::string_view arguments, std::string_view name = "") {
  return event(fmt::format(
      R"({{"choices":[{{"index":0,"delta":{{"tool_calls":[{{"index":{},"function":{{{}"arguments":"{}"}}}}]}}}}]}})",
      index, name.empty() ? std::string() : fmt::format(R"("name":"{}",)", name), arguments));
}
std::string fenced(std::string_view json) {  // as a call is written into the answer
  return "```json\n" + std::string(json) + "\n```\n";
}
const std::string called = event(R"({"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]})") + done;

std::string anthropic(std::string_view middle) {
  return sse(event(R"({"type":"message_start","message":{"usage":{"input_tokens":5,"output_tokens":1}}})") +
             std::string(middle) + event(R"({"type":"message_stop"})"));
}
const std::string anthropic_text =
    event(R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"idea"}})");
const std::string anthropic_end =
    event(R"({"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":9}})");

std::vector<Row> stream_rows() {
  return {
      {"T2 keep-alive, then data",
       "deepseek",
       {sse(": keep-alive\n\n: keep-alive\n\n" + event(idea) + event(stop))},
       "idea"},
      {"T3 CRLF line ends", "openai", {sse(with_ends(event(idea) + event(stop) + done, "\r\n"))}, "idea"},
      {"T3 CR line ends", "openai", {sse(with_ends(event(idea) + event(stop) + done, "\r"))}, "idea"},
      {"T3 LF line ends", "openai", {ok}, "idea"},
      {"T4 a character and a data line split over reads",
       "openai",
       {sse(event("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\xE2\x82\xAC\xF0\x9F\x98\x80\"}}]}") +
            event(stop))},
       "\xE2\x82\xAC\xF0\x9F\x98\x80"},
      {"T5 several data lines in one event",
       "openai",
       {sse("data: {\"choices\":[{\"index\":0,\ndata: \"delta\":{\"content\":\"idea\"}}]}\n\n" + event(stop))},
       "idea"},
      {"T6 data without a space", "openai", {sse("data:" + idea + "\n\ndata:" + stop + "\n\ndata:[DONE]\n\n")}, "idea"},
      {"T7 no blank line at the end", "openai", {sse(event(idea) + "data: " + stop)}, "idea"},
      {"T7 half an event at the end", "openai", {sse(event(idea) + "data: " + stop.substr(0, 40)), ok}, "idea", 2},
      {"T8 usage with empty choices",
       "openai",
       {sse(event(idea) + event(stop) + event(R"({"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2}})") +
            done)},
       "idea"},
      {"T9 usage null everywhere",
       "openai",
       {sse(event(R"({"choices":[{"index":0,"delta":{"content":"idea"}}],"usage":null})") +
            event(R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null})") + done)},
       "idea"},
      {"T10 no [DONE]", "openai", {sse(event(idea) + event(stop))}, "idea"},
      {"T11 an error in the stream, then a good one",
       "openai",
       {sse(event(idea) + event(R"({"error":{"message":"overloaded","code":503}})")), ok},
       "idea",
       2},
      {"T12 200 with an error body, then a good one",
       "openrouter",
       {failed(200, R"({"error":{"message":"bad upstream","code":502}})"), ok},
       "idea",
       2},
      {"T18 blank lines before the JSON", "deepseek", {json_head + "\n\n\n\n" + whole}, "idea"},
      {"T19 length and nothing in it, twice",
       "openai",
       {sse(event(R"({"choices":[{"index":0,"delta":{"content":""},"finish_reason":"length"}]})") + done)},
       "truncated",
       2},
      {"T20 a refusal field",
       "openai",
       {sse(event(R"({"choices":[{"index":0,"delta":{"refusal":"I cannot"}}]})") + event(stop) + done)},
       "refused"},
      {"T21 arguments in five pieces",
       "openai",
       {sse(call(0, R"({\"pa)", "edit") + call(0, R"(th\":)") + call(0, R"(\"a.py)") + call(0, R"(\"})") + call(0, "") +
            called)},
       fenced(R"({"arguments":{"path":"a.py"},"name":"edit"})")},
      {"T22 two calls interleaved",
       "openai",
       {sse(call(0, R"({\"a\")", "one") + call(1, R"({\"b\")", "two") + call(0, ":1}") + call(1, ":2}") + called)},
       fenced(R"({"arguments":{"a":1},"name":"one"})") + fenced(R"({"arguments":{"b":2},"name":"two"})")},
      {"T23 the end without a finish, twice", "openai", {sse(event(idea))}, "truncated", 2},
      {"T24 ping", "anthropic", {anthropic(event(R"({"type":"ping"})") + anthropic_text + anthropic_end)}, "idea"},
      {"T25 an unknown event",
       "anthropic",
       {anthropic("event: novelty\n" + event(R"({"type":"novelty","x":[1]})") + anthropic_text + anthropic_end)},
       "idea"},
      {"T27 an empty end_turn", "anthropic", {anthropic(anthropic_end)}, ""},
      {"T28 a blocked prompt",
       "gemini",
       {sse(event(R"({"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":9}})"))},
       "refused"},
      {"T29 an error inside an array",
       "gemini",
       {failed(503, R"([{"error":{"code":503,"message":"The model is overloaded","status":"UNAVAILABLE"}}])"),
        sse(event(R"({"candidates":[{"content":{"parts":[{"text":"idea"}]},"finishReason":"STOP"}]})"))},
       "idea",
       2},
      {"T30 thoughts are no answer",
       "gemini",
       {sse(event(R"({"candidates":[{"content":{"parts":[{"text":"hm","thought":true},{"text":"idea"}]},)"
                  R"("finishReason":"STOP"}]})"))},
       "idea"},
      {"T31 no parts", "gemini", {sse(event(R"({"candidates":[{"content":{},"finishReason":"STOP"}]})"))}, ""},
      {"T32 an error that is a string", "ollama", {failed(404, R"({"error":"model 'm' not found"})")}, "drop"},
      {"T33 gzip that nobody asked for",
       "openai",
       {head(200, "text/event-stream", "Content-Encoding: gzip\r\nConnection: close\r\n\r\n") +
        gzip(event(idea) + event(stop) + done)},
       "idea"},
      {"T34 chunks and trailers",
       "openai",
       {head(200, "application/json", "Transfer-Encoding: chunked\r\nTrailer: X-End\r\n\r\n") +
        fmt::format("{:x}\r\n{}\r\n{:x};x=1\r\n{}\r\n0\r\nX-End: 1\r\n\r\n", 20, whole.substr(0, 20), whole.size() - 20,
                    whole.substr(20))},
       "idea"},
      {"T35 closed before its Content-Length, twice",
       "openai",
       {head(200, "application/json", "Content-Length: 5000\r\n\r\n") + whole},
       "truncated",
       2},
      {"T36 a line of ten megabytes, then a good one",
       "openai",
       {sse(event("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + std::string(10 << 20, 'x') + "\"}}]}"))},
       "truncated",
       2},
      {"T37 a redirect",
       "openai",
       {head(307, "text/html", "Location: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n")},
       "drop"},
  };
}

// Lines of 5.2, and the replies of 6.6 that are their input.
std::vector<Row> decision_rows() {
  std::vector<Row> rows;
  for (const int status : {408, 409, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529, 498})
    rows.push_back({fmt::format("D1, T15 {}, then a good one", status), "openai", {failed(status), ok}, "idea", 2});
  for (const std::string more : {"Retry-After: 0.02\r\n", "retry-after-ms: 20\r\n", "Retry-After: 0\r\n", "",
                                 "Retry-After: soon\r\n", "Retry-After: -7\r\n"})
    rows.push_back({"D2, T13 429 with " + more, "openai", {failed(429, "{}", more), ok}, "idea", 2});
  rows.push_back({"D2 429 that says when in words",
                  "openai",
                  {failed(429, R"({"error":{"message":"Please try again in 20ms."}})"), ok},
                  "idea",
                  2});
  rows.push_back(
      {"D2 429 with RetryInfo",
       "gemini",
       {failed(429, R"({"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[{"retryDelay":"0.02s"}]}})"),
        sse(event(R"({"candidates":[{"content":{"parts":[{"text":"idea"}]},"finishReason":"STOP"}]})"))},
       "idea",
       2});
  const std::string quota = R"({"error":{"code":"insufficient_quota","message":"You exceeded your current quota"}})";
  rows.push_back({"D3, T14 no quota", "openai", {failed(429, quota)}, "drop"});
  rows.push_back(
      {"D3 402", "openrouter", {failed(402, R"({"error":{"code":402,"message":"Insufficient credits"}})")}, "drop"});
  rows.push_back(
      {"D3 a limit of 0",
       "gemini",
       {failed(
           429,
           R"([{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[{"violations":[{"quotaId":"PerDay","quotaValue":"0"}]}]}}])")},
       "drop"});
  rows.push_back({"D4, T13 a delay of hours", "openai", {failed(429, "{}", "Retry-After: 7200\r\n")}, "rest"});
  rows.push_back({"D4, T13 an absurd delay", "openai", {failed(429, "{}", "Retry-After: 99999999999\r\n")}, "rest"});
  rows.push_back({"D4, T13 a date far away",
                  "openai",
                  {failed(429, "{}", "Retry-After: Fri, 31 Dec 2100 23:59:59 GMT\r\n")},
                  "rest"});
  for (const int status : {401, 403, 404})
    rows.push_back({fmt::format("D5 {}", status), "openai", {failed(status, R"({"error":{"message":"no"}})")}, "drop"});
  rows.push_back({"D5 403 by moderation",
                  "openrouter",
                  {failed(403, R"({"error":{"code":403,"message":"x","metadata":{"reasons":["y"]}}})")},
                  "refused"});
  rows.push_back(
      {"D6 an unwanted parameter, left out",
       "openai",
       {failed(400,
               R"({"error":{"code":"unsupported_parameter","param":"max_completion_tokens","message":"unsupported"}})"),
        ok},
       "idea",
       2});
  const std::string too_long = R"({"error":{"message":"This model's maximum context length is 100 tokens"}})";
  rows.push_back({"D7 overflow, shrunk", "vllm", {failed(400, too_long), ok}, "idea", 2});
  rows.push_back({"D7 overflow, twice", "vllm", {failed(400, too_long)}, "overflow", 2});
  rows.push_back({"D7, T17 413 with HTML", "anthropic", {failed(413, "<html><h1>413</h1></html>")}, "overflow", 2});
  rows.push_back({"D8 another 400", "openai", {failed(400, R"({"error":{"message":"bad"}})")}, "error"});
  rows.push_back({"D8 another 422", "deepseek", {failed(422, R"({"error":{"message":"bad"}})")}, "error"});
  rows.push_back(
      {"D9 truncated, asked once more",
       "openai",
       {sse(event(R"({"choices":[{"index":0,"delta":{"content":"lo"},"finish_reason":"length"}]})") + done), ok},
       "idea",
       2});
  rows.push_back({"D10 refused, not asked again",
                  "openai",
                  {sse(event(R"({"choices":[{"index":0,"delta":{},"finish_reason":"content_filter"}]})") + done), ok},
                  "refused"});
  rows.push_back({"D11 broken after payload, billed anew", "openai", {sse(event(idea)), ok}, "idea", 2});
  rows.push_back(
      {"D13, T16 503 with HTML, then a good one", "openai", {failed(503, "<html>busy</html>"), ok}, "idea", 2});
  for (const std::string body : {"<!DOCTYPE html><p>hi", "", R"({"error":{"message":"x"}})"})
    rows.push_back({"D13 200 with " + body, "openai", {failed(200, body), ok}, "idea", 2});
  return rows;
}

}  // namespace

TEST_CASE("every transcript of the reference comes to its end, however its bytes arrive", "[model]") {
  for (const Row& row : stream_rows()) check_row(row);
}

TEST_CASE("every line of the decision table is what a real server is answered with", "[model]") {
  for (const Row& row : decision_rows()) check_row(row);
}

TEST_CASE("T1 comments and then silence: the first-payload timer rings", "[model]") {
  const ScriptedServer server({{send(sse_head() + ": wait\n\n: wait\n\n"), hang()}});
  ModelSettings settings = settings_for("openai", server.url("/v1"));
  settings.timers.first_payload = {0.1};
  CHECK(told(propose(settings)) == "rest");
}

TEST_CASE("T26 usage is cumulative: the last word counts", "[model]") {
  const auto result = answer(
      "anthropic",
      {{send(anthropic(anthropic_text + event(R"({"type":"message_delta","delta":{},"usage":{"output_tokens":4}})") +
                       anthropic_end))}});
  REQUIRE(result);
  CHECK(result->usage.out_total.value == 9);
  CHECK(result->usage.in_uncached.value == 5);
}

TEST_CASE("D12 after the total deadline nothing is asked again", "[model]") {
  const ScriptedServer server({{hang()}});
  ModelSettings settings = settings_for("openai", server.url("/v1"));
  settings.timers = {{5}, {5}, {5}, {0.2}};
  const auto result = propose(settings);
  CHECK(told(result) == "truncated");
  CHECK(server.requests().size() == 1);
}
