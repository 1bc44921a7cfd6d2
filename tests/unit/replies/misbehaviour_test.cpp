// Streams as no table lists them. What is whole is taken, what may be missing a piece is never called complete.
#include <catch2/catch.hpp>

#include "hone/core/codec/replies.hpp"

using namespace hone;

namespace {

ModelReply stream(Wire wire, std::string_view bytes, std::size_t piece) {
  ReplyStream reply(wire);
  for (std::size_t at = 0; at < bytes.size() && !reply.ended(); at += piece) (void)reply.feed(bytes.substr(at, piece));
  return reply.finish(true);
}
std::string chunk(std::string_view delta, std::string_view finish = "null") {
  return "data: {\"choices\":[{\"index\":0,\"delta\":" + std::string(delta) +
         ",\"finish_reason\":" + std::string(finish) + "}]}\n\n";
}
std::string text(std::string_view words) {
  return chunk("{\"content\":\"" + std::string(words) + "\"}");
}
const std::string stop = chunk("{}", "\"stop\"");

// The same end however the bytes arrive.
template <class Check>
void in_all_pieces(Wire wire, const std::string& bytes, Check check) {
  for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{17}, bytes.size()}) {
    INFO("pieces of " << piece << ":\n" << bytes);
    check(stream(wire, bytes, piece));
  }
}

}  // namespace

TEST_CASE("chat: what follows [DONE] is no part of the reply, in the same piece or in the next", "[replies]") {
  in_all_pieces(Wire::openai_chat, text("good") + stop + "data: [DONE]\n\n" + text("EVIL") + chunk("{}", "\"length\""),
                [](const ModelReply& reply) {
                  CHECK(reply.text == "good");
                  CHECK(reply.finish == Finish::complete);
                });
}

TEST_CASE("terminal events may come twice", "[replies]") {
  in_all_pieces(Wire::openai_chat, text("good") + stop + stop + "data: [DONE]\n\ndata: [DONE]\n\n",
                [](const ModelReply& reply) {
                  CHECK(reply.text == "good");
                  CHECK(reply.finish == Finish::complete);
                });
  const std::string end = "data: {\"type\":\"message_stop\"}\n\n";
  in_all_pieces(
      Wire::anthropic,
      "data: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":5,\"output_tokens\":1}}}\n\n"
      "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"good\"}}"
      "\n\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},"
      "\"usage\":{\"output_tokens\":9}}\n\n" +
          end + end +
          "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\","
          "\"text\":\"EVIL\"}}\n\n",
      [](const ModelReply& reply) {
        CHECK(reply.text == "good");
        CHECK(reply.usage.out_total.value == 9);
        CHECK(reply.finish == Finish::complete);
      });
  const std::string done =
      "data: {\"type\":\"response.completed\",\"response\":{\"status\":\"completed\",\"output\":[{\"type\":\"message\","
      "\"content\":[{\"type\":\"output_text\",\"text\":\"good\"}]}]}}\n\n";
  in_all_pieces(Wire::openai_responses, done + done, [](const ModelReply& reply) { CHECK(reply.text == "good"); });
}

TEST_CASE("an event in the middle that cannot be read makes the reply cut, not shorter", "[replies]") {
  for (const std::string broken : {"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"two\n\n",
                                   "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\xC3\"}}]}\n\n"}) {
    in_all_pieces(Wire::openai_chat, text("one ") + broken + text(" three") + stop + "data: [DONE]\n\n",
                  [](const ModelReply& reply) {
                    CHECK(reply.finish == Finish::truncated);
                    CHECK(reply.finish_word.empty());  // not the output limit: asking for less would not help
                    CHECK_FALSE(reply.warnings.empty());
                  });
  }
  // Words that proxies send to keep a connection open are not JSON and nothing is lost with them.
  in_all_pieces(Wire::openai_chat, text("one") + "data: ping\n\ndata:\n\n" + stop,
                [](const ModelReply& reply) { CHECK(reply.finish == Finish::complete); });
}

TEST_CASE("characters and escapes cut anywhere come out whole", "[replies]") {
  in_all_pieces(Wire::openai_chat, text("\xE2\x82\xAC \\u20ac \\ud83d\\ude00 \\n \xF0\x9F\x98\x80") + stop,
                [](const ModelReply& reply) {
                  CHECK(reply.text == "\xE2\x82\xAC \xE2\x82\xAC \xF0\x9F\x98\x80 \n \xF0\x9F\x98\x80");
                });
}

TEST_CASE("of several alternatives only the first is the answer", "[replies]") {
  in_all_pieces(Wire::openai_chat,
                "data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"B\"}},{\"index\":0,\"delta\":{\"content\":"
                "\"A\"}}]}\n\ndata: {\"choices\":[{\"index\":1,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n" +
                    stop,
                [](const ModelReply& reply) { CHECK(reply.text == "A"); });
  // Finished is what the first one is, not what another one is.
  in_all_pieces(Wire::openai_chat,
                text("half") + "data: {\"choices\":[{\"index\":1,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n",
                [](const ModelReply& reply) { CHECK(reply.finish == Finish::truncated); });
  CHECK(parse_reply(Wire::openai_chat, R"({"choices":[{"message":{"content":"A"},"finish_reason":"stop"},)"
                                       R"({"message":{"content":"B"},"finish_reason":"stop"}]})")
            .text == "A");
  CHECK(parse_reply(Wire::gemini, R"({"candidates":[{"index":1,"content":{"parts":[{"text":"B"}]},"finishReason":)"
                                  R"("STOP"},{"index":0,"content":{"parts":[{"text":"A"}]},"finishReason":"STOP"}]})")
            .text == "A");
}

TEST_CASE("usage may come late, twice, wrong or negative", "[replies]") {
  const auto usage = [](std::string_view in, std::string_view out) {
    return "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":" + std::string(in) +
           ",\"completion_tokens\":" + std::string(out) + "}}\n\n";
  };
  in_all_pieces(Wire::openai_chat, usage("10", "1") + text("x") + stop + usage("10", "7") + "data: [DONE]\n\n",
                [](const ModelReply& reply) {
                  CHECK(reply.usage_known);
                  CHECK(reply.usage.out_total.value == 7);
                });
  for (const char* bad : {"-5", "1e400", "\"many\"", "null", "[]"}) {
    in_all_pieces(Wire::openai_chat, text("x") + stop + usage("10", bad), [](const ModelReply& reply) {
      CHECK_FALSE(reply.usage_known);  // unknown, not 0
      CHECK(reply.usage.out_total.value == 0);
    });
  }
}

TEST_CASE("refusal pieces make a refusal, whatever the finish word says", "[replies]") {
  in_all_pieces(Wire::openai_chat,
                text("Well. ") + chunk("{\"refusal\":\"I can\"}") + chunk("{\"refusal\":\"not\"}") + stop,
                [](const ModelReply& reply) { CHECK(reply.finish == Finish::refused); });
  in_all_pieces(Wire::openai_chat, chunk("{\"content\":\"x\",\"refusal\":\"\"}") + chunk("{\"refusal\":null}") + stop,
                [](const ModelReply& reply) { CHECK(reply.finish == Finish::complete); });
}

TEST_CASE("no choices at all is no answer", "[replies]") {
  CHECK(parse_reply(Wire::openai_chat, R"({"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}})").finish ==
        Finish::truncated);
  CHECK(parse_reply(Wire::openai_chat, R"({"choices":null})").finish == Finish::error);
  CHECK(parse_reply(Wire::openai_chat, R"({"choices":[null,7,"x",[]]})").finish == Finish::truncated);
  CHECK(parse_reply(Wire::gemini, R"({"candidates":[null]})").finish != Finish::complete);
}

TEST_CASE("a byte order mark before a reply is no part of it", "[replies]") {
  in_all_pieces(Wire::openai_chat, "\xEF\xBB\xBF" + text("x") + stop, [](const ModelReply& reply) {
    CHECK(reply.text == "x");
    CHECK(reply.finish == Finish::complete);
  });
  const std::string plain = "\xEF\xBB\xBF{\"choices\":[{\"message\":{\"content\":\"x\"},\"finish_reason\":\"stop\"}]}";
  ReplyStream reply(Wire::openai_chat);
  (void)reply.feed(plain);
  CHECK(reply.finish(true).finish == Finish::complete);
}

TEST_CASE("anthropic: the end without message_stop is a cut, not the output limit", "[replies]") {
  in_all_pieces(Wire::anthropic,
                "data: {\"type\":\"message_start\",\"message\":{}}\n\ndata: {\"type\":\"message_delta\",\"delta\":"
                "{\"stop_reason\":\"end_turn\"}}\n\n",
                [](const ModelReply& reply) {
                  CHECK(reply.finish == Finish::truncated);
                  CHECK(reply.finish_word.empty());
                });
}
