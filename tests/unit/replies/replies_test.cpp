#include "hone/core/codec/replies.hpp"

#include <catch2/catch.hpp>

using namespace hone;

namespace {

ModelReply stream(Wire wire, std::string_view bytes, std::size_t piece = 7, bool whole = true) {
  ReplyStream reply(wire);
  for (std::size_t at = 0; at < bytes.size(); at += piece) (void)reply.feed(bytes.substr(at, piece));
  return reply.finish(whole);
}

std::string chunk(std::string_view delta, std::string_view finish = "null") {
  return "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":" +
         std::string(delta) + ",\"finish_reason\":" + std::string(finish) + "}],\"usage\":null}\n\n";
}

std::string whole_chat(std::string_view message, std::string_view finish, std::string_view more = "") {
  return "{\"id\":\"c1\",\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":" + std::string(message) +
         ",\"finish_reason\":" + std::string(finish) + "}]" + std::string(more) + "}";
}

Finish chat_finish(std::string_view message, std::string_view finish) {
  return parse_reply(Wire::openai_chat, whole_chat(message, finish)).finish;
}

}  // namespace

TEST_CASE("chat: a stream becomes text, finish and disjoint counters", "[replies]") {
  const std::string bytes =
      chunk(R"({"role":"assistant","content":""})") + chunk(R"({"content":"Hel"})") + ": ping\n\n" +
      chunk(R"({"content":"lo"})") + chunk("{}", "\"stop\"") +
      "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":20,\"total_tokens\":120,"
      "\"prompt_tokens_details\":{\"cached_tokens\":60,\"cache_write_tokens\":10},\"completion_tokens_details\":{"
      "\"reasoning_tokens\":5}}}\n\n"
      "data: [DONE]\n\n";
  for (const std::size_t piece : {std::size_t{1}, std::size_t{13}, bytes.size()}) {
    const ModelReply reply = stream(Wire::openai_chat, bytes, piece);
    CHECK(reply.text == "Hello");
    CHECK(reply.finish == Finish::complete);
    CHECK(reply.usage_known);
    CHECK(reply.usage.in_uncached.value == 30);
    CHECK(reply.usage.cache_read.value == 60);
    CHECK(reply.usage.cache_write_5m.value == 10);
    CHECK(reply.usage.out_total.value == 20);
    CHECK(reply.usage.out_reasoning.value == 5);
  }
}

TEST_CASE("chat: every finish word has its meaning", "[replies]") {
  const std::string_view text = R"({"content":"x"})";
  CHECK(chat_finish(text, "\"stop\"") == Finish::complete);
  CHECK(chat_finish(text, "\"length\"") == Finish::truncated);
  CHECK(chat_finish(R"({"content":null})", "\"length\"") == Finish::truncated);
  CHECK(chat_finish(text, "\"content_filter\"") == Finish::refused);
  CHECK(chat_finish(R"({"content":null,"refusal":"I cannot"})", "\"stop\"") == Finish::refused);
  CHECK(chat_finish(text, "null") == Finish::truncated);
  CHECK(chat_finish(text, "\"eos\"") == Finish::complete);
  CHECK(chat_finish(R"({"content":""})", "\"eos\"") == Finish::error);
  CHECK(chat_finish(R"({"content":""})", "\"stop\"") == Finish::complete);
}

TEST_CASE("chat: a stream without a finish word is truncated, [DONE] or not", "[replies]") {
  CHECK(stream(Wire::openai_chat, chunk(R"({"content":"half"})")).finish == Finish::truncated);
  CHECK(stream(Wire::openai_chat, chunk(R"({"content":"half"})") + "data: [DONE]\n\n").finish == Finish::truncated);
  CHECK(stream(Wire::openai_chat, chunk(R"({"content":"all"})", "\"stop\"")).finish == Finish::complete);
}

TEST_CASE("chat: a pending event at the end counts only if its JSON parses", "[replies]") {
  std::string last = chunk(R"({"content":"x"})", "\"stop\"");
  last.resize(last.size() - 2);
  CHECK(stream(Wire::openai_chat, last).finish == Finish::complete);
  last.resize(last.size() - 3);
  CHECK(stream(Wire::openai_chat, last).finish != Finish::complete);
}

TEST_CASE("chat: an error in the stream is an error and no patch", "[replies]") {
  const ModelReply reply =
      stream(Wire::openai_chat,
             chunk(R"({"content":"half"})") + "data: {\"error\":{\"message\":\"overloaded\",\"code\":529}}\n\n");
  REQUIRE(reply.error);
  CHECK(reply.error->status == 529);
  CHECK(reply.finish == Finish::error);
  CHECK(stream(Wire::openai_chat, "data: {\"x_groq\":{\"error\":\"gone\"}}\n\n").error);
}

TEST_CASE("chat: tool calls are joined by index, cut into pieces and interleaved", "[replies]") {
  std::string bytes = chunk(R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"edit","arguments":""}}]})") +
                      chunk(R"({"tool_calls":[{"index":1,"id":"b","function":{"name":"edit","arguments":"{\"p\""}}]})");
  for (const char* piece : {R"({\"pa)", R"(th\":)", R"(\"a.py\")", "}"}) {
    bytes += chunk(std::string(R"({"tool_calls":[{"index":0,"function":{"arguments":")") + piece + "\"}}]}");
  }
  bytes += chunk(R"({"tool_calls":[{"index":1,"function":{"arguments":":2}"}}]})") + chunk("{}", "\"tool_calls\"");
  const ModelReply reply = stream(Wire::openai_chat, bytes);
  REQUIRE(reply.tool_calls.size() == 2);
  CHECK(reply.tool_calls[0].arguments == R"({"path":"a.py"})");
  CHECK(reply.tool_calls[1].arguments == R"({"p":2})");
  CHECK(reply.finish == Finish::tool_use);
  CHECK(render_answer(reply).find(R"("arguments":{"path":"a.py"})") != std::string::npos);
}

TEST_CASE("a tool call whose arguments are no JSON is not complete", "[replies]") {
  CHECK(chat_finish(R"({"content":null,"tool_calls":[{"function":{"name":"edit","arguments":"{\"path\":"}}]})",
                    "\"tool_calls\"") == Finish::truncated);
}

TEST_CASE("chat: usage in every dialect", "[replies]") {
  const auto usage = [](std::string_view json) {
    return parse_reply(Wire::openai_chat,
                       whole_chat(R"({"content":"x"})", "\"stop\"", ",\"usage\":" + std::string(json)));
  };
  const ModelReply deepseek = usage(
      R"({"prompt_tokens":100,"completion_tokens":5,"total_tokens":105,"prompt_cache_hit_tokens":64,"prompt_cache_miss_tokens":36})");
  CHECK(deepseek.usage.in_uncached.value == 36);
  CHECK(deepseek.usage.cache_read.value == 64);
  CHECK(usage(R"({"prompt_tokens":100,"completion_tokens":5,"total_tokens":305})").usage.out_total.value == 205);
  CHECK(usage(R"({"prompt_tokens":100,"completion_tokens":5,"total_tokens":105})").usage.out_total.value == 5);
  const ModelReply router = usage(
      R"({"prompt_tokens":1,"completion_tokens":1,"cost":0.0123,"is_byok":true,"cost_details":{"upstream_inference_cost":0.5}})");
  REQUIRE(router.cost);
  CHECK(router.cost->value == 512300);
  CHECK_FALSE(usage("null").usage_known);
  CHECK_FALSE(usage(R"({"prompt_tokens":"many"})").usage_known);
  const ModelReply lying =
      usage(R"({"prompt_tokens":10,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":60}})");
  CHECK(lying.usage.in_uncached.value == 0);
  CHECK_FALSE(lying.warnings.empty());
  const ModelReply moonshot = parse_reply(
      Wire::openai_chat,
      R"({"choices":[{"message":{"content":"x"},"finish_reason":"stop","usage":{"prompt_tokens":3,"completion_tokens":4}}]})");
  CHECK(moonshot.usage.out_total.value == 4);
}

TEST_CASE("chat: reasoning stays apart from the answer", "[replies]") {
  const auto reply = [](std::string_view message) {
    return parse_reply(Wire::openai_chat, whole_chat(message, "\"stop\""));
  };
  const ModelReply copies = reply(R"({"content":"a","reasoning_content":"r","reasoning":"r"})");
  CHECK(copies.reasoning == "r");
  const ModelReply tagged = reply(R"({"content":"\n<think>draft</think>\nanswer"})");
  CHECK(tagged.text == "answer");
  CHECK(tagged.reasoning == "draft");
  CHECK(reply(R"({"content":"<think>never ends"})").text.empty());
}

TEST_CASE("chat: a server that answers a stream request in one piece is understood", "[replies]") {
  const std::string body = "\n\n" + whole_chat(R"({"content":"x"})", "\"stop\"");
  CHECK(stream(Wire::openai_chat, body).finish == Finish::complete);
  CHECK(stream(Wire::openai_chat, body, 7, false).finish == Finish::truncated);
}

TEST_CASE("responses: deltas, then the terminal event with the whole", "[replies]") {
  const std::string begin =
      "event: response.created\ndata: "
      "{\"type\":\"response.created\",\"response\":{\"id\":\"r1\",\"status\":\"in_progress\",\"output\":[]}}\n\n"
      "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"Hel\"}\n\n"
      "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"lo\"}\n\n";
  const auto done = [](std::string_view status, std::string_view more) {
    return "event: response." + std::string(status) + "\ndata: {\"type\":\"response." + std::string(status) +
           "\",\"response\":{\"id\":\"r1\",\"status\":\"" + std::string(status) + "\"" + std::string(more) + "}}\n\n";
  };
  const ModelReply whole = stream(
      Wire::openai_responses,
      begin +
          done(
              "completed",
              R"(,"output":[{"type":"reasoning","summary":[{"text":"why"}]},{"type":"message","content":[{"type":"output_text","text":"Hello!"}]}],"usage":{"input_tokens":50,"input_tokens_details":{"cached_tokens":20},"output_tokens":9,"output_tokens_details":{"reasoning_tokens":4}})"));
  CHECK(whole.text == "Hello!");
  CHECK(whole.reasoning == "why");
  CHECK(whole.finish == Finish::complete);
  CHECK(whole.usage.in_uncached.value == 30);
  CHECK(whole.usage.out_reasoning.value == 4);
  CHECK(stream(Wire::openai_responses, begin).finish == Finish::truncated);
  CHECK(stream(Wire::openai_responses, begin).text == "Hello");
  CHECK(stream(Wire::openai_responses,
               begin + done("incomplete", R"(,"incomplete_details":{"reason":"max_output_tokens"})"))
            .finish == Finish::truncated);
  CHECK(
      stream(Wire::openai_responses, begin + done("incomplete", R"(,"incomplete_details":{"reason":"content_filter"})"))
          .finish == Finish::refused);
  const ModelReply failed = stream(
      Wire::openai_responses, begin + done("failed", R"(,"error":{"code":"rate_limit_exceeded","message":"slow"})"));
  CHECK(failed.finish == Finish::error);
  CHECK(failed.error->code == "rate_limit_exceeded");
  CHECK(stream(Wire::openai_responses,
               begin + "event: error\ndata: {\"type\":\"error\",\"code\":\"server_error\",\"message\":\"x\"}\n\n")
            .error->code == "server_error");
}

TEST_CASE("responses: refusals, function calls and patch calls in one piece", "[replies]") {
  const auto reply = [](std::string_view output) {
    return parse_reply(Wire::openai_responses,
                       R"({"object":"response","status":"completed","output":[)" + std::string(output) + "]}");
  };
  CHECK(reply(R"({"type":"message","content":[{"type":"refusal","refusal":"no"}]})").finish == Finish::refused);
  const ModelReply call = reply(R"({"type":"function_call","name":"edit","arguments":"{\"a\":1}"})");
  CHECK(call.finish == Finish::tool_use);
  const ModelReply patch =
      reply(R"({"type":"apply_patch_call","operation":{"type":"update_file","path":"a.py","diff":"@@\n-a\n+b"}})");
  CHECK(render_answer(patch).find("*** Update File: a.py") != std::string::npos);
}

TEST_CASE("anthropic: ping, unknown events, cumulative usage and the terminal event", "[replies]") {
  const std::string begin =
      "event: message_start\ndata: "
      "{\"type\":\"message_start\",\"message\":{\"id\":\"m1\",\"type\":\"message\",\"content\":[],\"stop_reason\":null,"
      "\"usage\":{\"input_tokens\":10,\"cache_read_input_tokens\":500,\"cache_creation_input_tokens\":30,"
      "\"cache_creation\":{\"ephemeral_5m_input_tokens\":20,\"ephemeral_1h_input_tokens\":10},\"output_tokens\":1}}}"
      "\n\n"
      "event: ping\ndata: {\"type\":\"ping\"}\n\n"
      "event: novelty\ndata: {\"type\":\"novelty\",\"x\":[1]}\n\n"
      "event: content_block_start\ndata: "
      "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"thinking\",\"thinking\":\"\"}}\n\n"
      "event: content_block_delta\ndata: "
      "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\"hm\"}}\n\n"
      "event: content_block_start\ndata: "
      "{\"type\":\"content_block_start\",\"index\":1,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n"
      "event: content_block_delta\ndata: "
      "{\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"text_delta\",\"text\":\"Hello\"}}\n\n";
  const auto delta = [](std::string_view reason) {
    return "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"" +
           std::string(reason) + "\"},\"usage\":{\"output_tokens\":42}}\n\n";
  };
  const std::string stop = "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
  const ModelReply reply = stream(Wire::anthropic, begin + delta("end_turn") + stop);
  CHECK(reply.text == "Hello");
  CHECK(reply.reasoning == "hm");
  CHECK(reply.finish == Finish::complete);
  CHECK(reply.usage.in_uncached.value == 10);
  CHECK(reply.usage.cache_read.value == 500);
  CHECK(reply.usage.cache_write_5m.value == 20);
  CHECK(reply.usage.cache_write_1h.value == 10);
  CHECK(reply.usage.out_total.value == 42);
  CHECK(stream(Wire::anthropic, begin + delta("end_turn")).finish == Finish::truncated);
  CHECK(stream(Wire::anthropic, begin).finish == Finish::truncated);
  CHECK(stream(Wire::anthropic, begin + delta("max_tokens") + stop).finish == Finish::truncated);
  CHECK(stream(Wire::anthropic, begin + delta("model_context_window_exceeded") + stop).finish == Finish::truncated);
  CHECK(stream(Wire::anthropic, begin + delta("refusal") + stop).finish == Finish::refused);
  CHECK(stream(Wire::anthropic, begin + delta("pause_turn") + stop).finish == Finish::paused);
  const ModelReply overloaded =
      stream(Wire::anthropic,
             begin +
                 "event: error\ndata: "
                 "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n");
  CHECK(overloaded.finish == Finish::error);
  CHECK(overloaded.error->type == "overloaded_error");
}

TEST_CASE("anthropic: pings are no payload, and an empty end_turn is complete and empty", "[replies]") {
  ReplyStream pings(Wire::anthropic);
  CHECK_FALSE(pings.feed("event: ping\ndata: {\"type\":\"ping\"}\n\n"));
  CHECK_FALSE(pings.feed(": comment\n\n"));
  CHECK(pings.feed("data: {\"type\":\"content_block_stop\",\"index\":0}\n\n"));
  const ModelReply empty = parse_reply(
      Wire::anthropic,
      R"({"type":"message","content":[],"stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":0}})");
  CHECK(empty.finish == Finish::complete);
  CHECK(empty.text.empty());
}

TEST_CASE("gemini: thoughts are no answer, usage is the last, EOF ends the stream", "[replies]") {
  const std::string first =
      R"(data: {"candidates":[{"content":{"parts":[{"text":"hm","thought":true},{"text":"Hel"}]}}],"usageMetadata":{"promptTokenCount":10}})"
      "\r\n\r\n";
  const std::string last =
      R"(data: {"candidates":[{"content":{"parts":[{"text":"lo"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":100,"cachedContentTokenCount":40,"candidatesTokenCount":7,"thoughtsTokenCount":30}})"
      "\r\n\r\n";
  const ModelReply reply = stream(Wire::gemini, first + last);
  CHECK(reply.text == "Hello");
  CHECK(reply.reasoning == "hm");
  CHECK(reply.finish == Finish::complete);
  CHECK(reply.usage.in_uncached.value == 60);
  CHECK(reply.usage.out_total.value == 37);
  CHECK(stream(Wire::gemini, first).finish == Finish::truncated);
  CHECK(parse_reply(Wire::gemini, R"({"promptFeedback":{"blockReason":"SAFETY"}})").finish == Finish::refused);
  CHECK(parse_reply(Wire::gemini, R"({"candidates":[{"finishReason":"RECITATION"}]})").finish == Finish::refused);
  CHECK(parse_reply(Wire::gemini, R"({"candidates":[{"finishReason":"MALFORMED_FUNCTION_CALL"}]})").finish ==
        Finish::error);
  CHECK(parse_reply(Wire::gemini, R"({"candidates":[{"content":{},"finishReason":"STOP"}]})").text.empty());
  CHECK(
      parse_reply(Wire::gemini, R"({"candidates":[{"content":{"parts":[{"text":"x"}]},"finishReason":"MAX_TOKENS"}]})")
          .finish == Finish::truncated);
}

TEST_CASE("errors are found in every shape", "[replies]") {
  const auto gemini = parse_service_error(
      R"([{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"quota","details":[{"@type":"RetryInfo","retryDelay":"46s"},{"violations":[{"quotaId":"RequestsPerDayPerProject","quotaValue":"50"}]}]}}])");
  REQUIRE(gemini);
  CHECK(gemini->status == 429);
  CHECK(gemini->retry_delay->value == 46);
  CHECK(gemini->hard_limit);
  CHECK(parse_service_error(R"({"error":"model not found"})")->message == "model not found");
  CHECK(parse_service_error(R"({"detail":"Not Found"})")->message == "Not Found");
  CHECK(parse_service_error(R"({"object":"error","message":"bad","type":"BadRequestError","code":400})")->status ==
        400);
  CHECK(parse_service_error(
            R"({"error":{"code":403,"message":"flagged","metadata":{"reasons":["x"],"flagged_input":"y"}}})")
            ->moderated);
  CHECK_FALSE(parse_service_error("<html>Bad Gateway</html>"));
  CHECK_FALSE(parse_service_error(""));
  CHECK_FALSE(parse_service_error(R"({"choices":[]})"));
}

TEST_CASE("bytes that are no reply are an error for every wire format, and never a crash", "[replies]") {
  const std::string deep = std::string(100000, '[') + std::string(100000, ']');
  for (const Wire wire : {Wire::openai_chat, Wire::openai_responses, Wire::anthropic, Wire::gemini}) {
    for (const std::string& body :
         {std::string(), std::string("<html>502</html>"), std::string("null"), std::string("[]"), std::string("{}"),
          deep, std::string("{\"choices\":7}"), std::string("{\"choices\":[7,null,\"x\"]}").substr(0, 20),
          std::string(64, '\0'), std::string("{\"a\":1,\"a\":2}"), std::string("{\"candidates\":{}}"),
          std::string("{\"type\":[]}"), std::string("\xff\xfe{}")}) {
      INFO(render_wire(wire) << " " << body.substr(0, 40));
      CHECK(parse_reply(wire, body).finish == Finish::error);
      CHECK(stream(wire, body).finish == Finish::error);
      CHECK(stream(wire, "data: " + body + "\n\n").finish == Finish::error);
    }
  }
}

TEST_CASE("half a surrogate pair becomes a replacement character", "[replies]") {
  const ModelReply reply =
      parse_reply(Wire::openai_chat, whole_chat(R"({"content":"a\ud83d b \ud83d\ude00 \\ud83d"})", "\"stop\""));
  CHECK(reply.text == "a\xEF\xBF\xBD b \xF0\x9F\x98\x80 \\ud83d");
}
