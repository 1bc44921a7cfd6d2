#include "adapters/proposers/model_proposer.hpp"

#include <catch2/catch.hpp>
#include <thread>

#include "adapters/proposers/model_address.hpp"
#include "contract/http/model_scene.hpp"

using namespace hone;
using namespace hone::scene;

TEST_CASE("a streamed reply becomes a proposal with its cost", "[model]") {
  const ScriptedServer server({{bytewise(sse_head() + ": hi\r\n\r\n" + chat_stream("idea"))}});
  const auto result = propose(settings_for("openai", server.url("/v1")));
  REQUIRE(result);
  CHECK(result->reply == "idea");
  CHECK(result->finish == Finish::complete);
  CHECK(result->cost->value == 200);
  CHECK(result->cost_source == CostSource::table);
  CHECK(result->attempts.size() == 1);
  const std::string sent = server.requests().at(0);
  CHECK(sent.starts_with("POST /v1/chat/completions "));
  CHECK(sent.find("Authorization: Bearer " + key) != std::string::npos);
  CHECK(sent.ends_with(result->prompt));
}

TEST_CASE("every service is asked at its path, with its own key header", "[model]") {
  const auto sent = [](std::string_view profile, const std::string& base) {
    const ScriptedServer server({status(404)});
    (void)propose(settings_for(profile, server.url(base)));
    return server.requests().at(0);
  };
  CHECK(sent("anthropic", "").starts_with("POST /v1/messages "));
  CHECK(sent("anthropic", "/v1/").starts_with("POST /v1/messages "));
  CHECK(sent("anthropic", "").find("x-api-key: " + key) != std::string::npos);
  CHECK(sent("anthropic", "").find("cache_control") != std::string::npos);
  CHECK(sent("gemini", "").starts_with("POST /v1beta/models/m:streamGenerateContent?alt=sse "));
  CHECK(sent("gemini", "").find("x-goog-api-key: " + key) != std::string::npos);
  CHECK(sent("openai-responses", "/v1").starts_with("POST /v1/responses "));
  CHECK(sent("ollama", "/v1").find("\"max_tokens\":1000") != std::string::npos);
}

TEST_CASE("short troubles are waited out and told as attempts, unbilled", "[model]") {
  const auto result = answer(
      "openai", {status(429, "{}", "Retry-After: 0.05\r\n"), status(503, "<html>"), status(529), {reset()}, good()});
  REQUIRE(result);
  CHECK(result->reply == "idea");
  REQUIRE(result->attempts.size() == 5);
  CHECK(result->attempts[0].http_status == 429);
  CHECK(result->attempts[0].note.find("waited") != std::string::npos);
}

TEST_CASE("a stream that is cut starts anew, from empty, and both are billed", "[model]") {
  const Script cut{send(sse_head() + "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"half\"}}]}\n\n")};
  const auto result = answer("openai", {cut, good("whole")});
  REQUIRE(result);
  CHECK(result->reply == "whole");
  CHECK(result->attempts.size() == 2);
  CHECK(result->cost->value > 10000);  // the cut one at its worst: 1000 tokens of output
  const auto twice = answer("openai", {cut});
  REQUIRE(twice);
  CHECK(twice->finish == Finish::truncated);
  CHECK(twice->attempts.size() == 2);
}

TEST_CASE("a reply at its output limit is asked once more, for less", "[model]") {
  const ScriptedServer server({{send(sse_head() + chat_stream("long", "length"))}, good("short")});
  const auto result = propose(settings_for("openai", server.url("/v1")));
  REQUIRE(result);
  CHECK(result->reply == "short");
  CHECK(server.requests().at(1).find("cut off at the output limit") != std::string::npos);
  CHECK(server.requests().at(1).find("\"max_completion_tokens\":2000") != std::string::npos);
  CHECK(answer("openai", {{send(sse_head() + chat_stream("long", "length"))}})->finish == Finish::truncated);
}

TEST_CASE("a refusal is told and not repeated", "[model]") {
  const ScriptedServer server({{send(sse_head() + chat_stream("no", "content_filter"))}});
  CHECK(propose(settings_for("openai", server.url("/v1")))->finish == Finish::refused);
  CHECK(server.requests().size() == 1);
}

TEST_CASE("an unwanted parameter is dropped once and remembered", "[model]") {
  const std::string no =
      R"({"error":{"code":"unsupported_parameter","param":"max_completion_tokens","message":"unsupported"}})";
  const ScriptedServer server({status(400, no), good(), good()});
  RealWorld real;
  const auto proposer = make_model_proposer(settings_for("openai", server.url("/v1")), real.world());
  REQUIRE(proposer->propose(small_brief(), never));
  REQUIRE(proposer->propose(small_brief(2), never));
  CHECK(server.requests().at(1).find("\"max_tokens\":1000") != std::string::npos);
  CHECK(server.requests().at(2).find("max_completion_tokens") == std::string::npos);
}

TEST_CASE("no quota, no key and no such model drop the backend by name", "[model]") {
  for (const auto& [code, body] : std::vector<std::pair<int, std::string>>{
           {429, R"({"error":{"code":"insufficient_quota","message":"You exceeded"}})"},
           {401, R"({"error":{"code":"invalid_api_key","message":"Incorrect key sk-test-0123456789-abcdef"}})"},
           {404, R"({"error":"model not found"})"},
           {302, ""}}) {
    const ScriptedServer server({status(code, body)});
    const auto result = propose(settings_for("openai", server.url("/v1")));
    INFO(code);
    REQUIRE_FALSE(result);
    CHECK(result.error().error.reaction == Reaction::drop_backend);
    CHECK(result.error().error.message.find("openai:m") == 0);
    CHECK(server.requests().size() == 1);
    CHECK(result.error().cost == MicroDollars{0});
    check_no_key(result);
  }
}

TEST_CASE("an outage becomes a rest, and the lane stays closed for all who share it", "[model]") {
  const ScriptedServer server({status(503)});
  RealWorld real;
  const auto one = make_model_proposer(settings_for("openai", server.url("/v1")), real.world());
  const auto two = make_model_proposer(settings_for("openai-responses", server.url("/v1")), real.world());
  const auto result = one->propose(small_brief(), never);
  REQUIRE_FALSE(result);
  CHECK(result.error().error.reaction == Reaction::retry);
  CHECK(result.error().retry_after == Seconds{30});
  CHECK(result.error().attempts.size() == 5);
  const auto other = two->propose(small_brief(), never);
  REQUIRE_FALSE(other);
  CHECK(other.error().error.reaction == Reaction::retry);
  CHECK(server.requests().size() == 5);
}

TEST_CASE("a wait of hours is told and not slept", "[model]") {
  const auto result = answer("openai", {status(429, "{}", "Retry-After: 7200\r\n")});
  REQUIRE_FALSE(result);
  CHECK(result.error().retry_after == Seconds{7200});
}

TEST_CASE("three refused requests in a row end the backend, two do not", "[model]") {
  const ScriptedServer server({status(400, R"({"error":{"message":"bad request"}})")});
  RealWorld real;
  const auto proposer = make_model_proposer(settings_for("openai", server.url("/v1")), real.world());
  for (int i = 0; i < 2; ++i) CHECK(proposer->propose(small_brief(), never)->finish == Finish::error);
  const auto third = proposer->propose(small_brief(), never);
  REQUIRE_FALSE(third);
  CHECK(third.error().error.reaction == Reaction::drop_backend);
}

TEST_CASE("the transcripts of all services come to the same end, byte by byte", "[model]") {
  const auto finish = [](std::string_view profile, std::string bytes) {
    const auto result = answer(profile, {{bytewise(sse_head() + bytes)}});
    REQUIRE(result);
    CHECK(result->reply == "idea");
    return result->finish;
  };
  CHECK(finish("anthropic",
               "event: message_start\ndata: "
               "{\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":5,\"output_tokens\":1}}}\n\n"
               "event: ping\ndata: {\"type\":\"ping\"}\n\nevent: content_block_delta\ndata: "
               "{\"type\":\"content_block_delta\",\"index\":0,"
               "\"delta\":{\"type\":\"text_delta\",\"text\":\"idea\"}}\n\nevent: message_delta\ndata: "
               "{\"type\":\"message_delta\","
               "\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":9}}\n\nevent: "
               "message_stop\ndata: {\"type\":\"message_stop\"}\n\n") == Finish::complete);
  CHECK(finish("gemini",
               "data: "
               "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"idea\"}]},\"finishReason\":\"STOP\"}],"
               "\"usageMetadata\":{\"promptTokenCount\":5,"
               "\"candidatesTokenCount\":2}}\r\n\r\n") == Finish::complete);
  CHECK(
      finish("openai-responses",
             "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"idea\"}\n\n"
             "event: response.completed\ndata: "
             "{\"type\":\"response.completed\",\"response\":{\"status\":\"completed\",\"output\":[],"
             "\"usage\":{\"input_tokens\":5,\"output_tokens\":2}}}\n\n") == Finish::complete);
}

TEST_CASE("what the service echoes of the key is redacted, even in base64", "[model]") {
  const auto plain = answer("openai", {good("my key is " + key)});
  REQUIRE(plain);
  CHECK(plain->reply == "my key is [secret]");
  check_no_key(plain);
  const auto echoed =
      answer("openai", {status(400, R"({"error":{"message":"c2stdGVzdC0wMTIzNDU2Nzg5LWFiY2RlZg=="}})")});
  REQUIRE(echoed);
  CHECK(echoed->attempts[0].note.find("c2stdGVzdC0w") == std::string::npos);
}

TEST_CASE("pings keep no dead stream alive, and a finished one needs no [DONE]", "[model]") {
  Script pings{send(sse_head())};
  for (int i = 0; i < 100; ++i) {
    pings.push_back(send(": keep-alive\n\n"));
    pings.push_back(pause(20));
  }
  ModelSettings settings;
  const ScriptedServer silent({pings});
  settings = settings_for("openai", silent.url("/v1"));
  settings.timers.first_payload = {0.1};
  const auto dead = propose(settings);
  REQUIRE_FALSE(dead);
  CHECK(dead.error().error.reaction == Reaction::retry);
  CHECK(dead.error().attempts.size() == 2);  // both may be on the bill, so it is not tried a third time
  CHECK(dead.error().cost->value > 20000);

  std::string whole = chat_stream("idea");
  whole.resize(whole.find("data: [DONE]"));
  CHECK(answer("openai", {{send(sse_head() + whole), hang()}})->finish == Finish::complete);
}

TEST_CASE("200 with an error, with HTML or with nothing is no proposal", "[model]") {
  for (const std::string body : {R"({"error":{"message":"upstream","code":502}})", "<html>hello</html>", ""}) {
    const auto result = answer("openrouter", {status(200, body)});
    REQUIRE_FALSE(result);
    CHECK(result.error().error.reaction == Reaction::retry);
    CHECK(result.error().cost == MicroDollars{0});
  }
  const auto blank =
      answer("deepseek", {{send(head(200, "application/json", "Connection: close\r\n\r\n") + "\n\n\n" +
                                R"({"choices":[{"message":{"content":"idea"},"finish_reason":"stop"}]})")}});
  REQUIRE(blank);
  CHECK(blank->reply == "idea");
  CHECK(blank->attempts[0].note.find("estimated") != std::string::npos);
}

TEST_CASE("servers that misbehave in ways of their own are understood or told, never half believed", "[model]") {
  const auto login =
      answer("openai",
             {{send(head(200, "text/html", "Connection: close\r\n\r\n") + "<!DOCTYPE html><title>Sign in</title>")}});
  REQUIRE_FALSE(login);
  CHECK(login.error().error.message.find("Sign in") != std::string::npos);
  CHECK(login.error().error.message.find("--base-url") != std::string::npos);
  // A stream under the wrong type, by HTTP/1.0 and without a length, after a 1xx, with an answer after its end.
  const std::string bytes = chat_stream("idea") + chat_stream("EVIL");
  for (const std::string start :
       {"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n", "HTTP/1.0 200 OK\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\nHTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"}) {
    const auto result = answer("openai", {{send(start + bytes)}});
    REQUIRE(result);
    CHECK(result->reply == "idea");
    CHECK(result->finish == Finish::complete);
    CHECK(result->usage.out_total.value == 10);
  }
  // A piece in the middle that cannot be read: asked again, never patched in with a hole.
  const std::string whole = chat_stream("idea");
  const auto mended =
      answer("openai",
             {{send(sse_head() + "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"on\n\n" + whole)}, good()});
  REQUIRE(mended);
  CHECK(mended->reply == "idea");
  CHECK(mended->attempts.size() == 2);
}

TEST_CASE("a Stop ends a wait at once", "[model]") {
  const ScriptedServer server({status(429, "{}", "Retry-After: 60\r\n")});
  ModelSettings settings = settings_for("openai", server.url("/v1"));
  settings.retry.most_wait = {300};
  settings.timers.total = {600};
  HandStop stop;
  std::thread raiser([&] {
    while (server.requests().empty()) std::this_thread::yield();
    stop.raise();
  });
  const auto result = propose(settings, stop);
  raiser.join();
  REQUIRE_FALSE(result);
  CHECK(result.error().error.reaction == Reaction::cancelled);
}

TEST_CASE("unknown prices are unknown, own machines are free, a told cost wins", "[model]") {
  const ScriptedServer server({good()});
  ModelSettings settings = settings_for("openai", server.url("/v1"));
  settings.price.reset();
  RealWorld real;
  const auto unknown = make_model_proposer(settings, real.world());
  CHECK_FALSE(unknown->worst_case(small_brief()));
  const auto result = unknown->propose(small_brief(), never);
  CHECK_FALSE(result->cost);
  CHECK(result->cost_source == CostSource::none);
  ModelSettings local = settings_for("vllm", server.url("/v1"));
  CHECK(make_model_proposer(local, real.world())->worst_case(small_brief()) == MicroDollars{0});
  CHECK(propose(local)->cost_source == CostSource::free);
  const auto told = answer(
      "openrouter",
      {{send(json_reply(
          200,
          R"({"choices":[{"message":{"content":"x"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"cost":0.5}})"))}});
  CHECK(told->cost->value == 500000);
  CHECK(told->cost_source == CostSource::provider);
}

TEST_CASE("a credential in a target is not sent", "[model]") {
  const ScriptedServer server({good()});
  RealWorld real;
  Brief brief = small_brief();
  brief.targets[0].text += "token = 'ghp_" + std::string("16C7e42F292c6912E7710c") + "838347Ae178B4a'\n";
  const auto result =
      make_model_proposer(settings_for("openai", server.url("/v1")), real.world())->propose(brief, never);
  REQUIRE_FALSE(result);
  CHECK(result.error().error.reaction == Reaction::fix_input);
  CHECK(result.error().error.message.find("a.py") != std::string::npos);
  CHECK(result.error().error.message.find("16C7e42F") == std::string::npos);
  CHECK(server.requests().empty());
}

TEST_CASE("render shows the request as it would be sent, without the key", "[model]") {
  RealWorld real;
  const std::string text =
      make_model_proposer(settings_for("anthropic", "https://api.example.com"), real.world())->render(small_brief());
  CHECK(text.starts_with("POST https://api.example.com/v1/messages\n"));
  CHECK(text.find("x-api-key: [secret]") != std::string::npos);
  CHECK(text.find(key) == std::string::npos);
}

TEST_CASE("a service is reached by what costs nothing, with the key and the name of the model", "[model]") {
  const auto ask = [](std::string_view profile, std::vector<Script> scripts, std::string* request = nullptr) {
    const ScriptedServer server(std::move(scripts));
    RealWorld real;
    auto found = ask_for_models(settings_for(profile, server.url("/v1")), *real.http, never);
    REQUIRE(found);
    if (request != nullptr && !server.requests().empty()) *request = server.requests()[0];
    CHECK((found->address + found->key + found->trouble).find(key) == std::string::npos);
    return *found;
  };
  std::string request;
  CHECK(ask("openai", {status(200, R"({"data":[{"id":"m"}]})")}, &request).lists_model);
  CHECK(request.starts_with("GET /v1/models "));
  CHECK(request.find("Bearer " + key) != std::string::npos);
  CHECK(ask("gemini", {status(200, R"({"models":[{"name":"models/m"}]})")}, &request).lists_model);
  CHECK_FALSE(ask("openai", {status(200, R"({"data":[{"id":"other"}]})")}).lists_model);
  CHECK(ask("anthropic", {status(200, R"({"data":[{"id":"m"}]})")}, &request).lists_model);
  CHECK(request.starts_with("GET /v1/models "));
  CHECK(ask("openai", {status(401)}).status == 401);
  CHECK(ask("vllm", {status(404)}).status == 404);
  RealWorld real;
  const auto away = ask_for_models(settings_for("openai", "http://127.0.0.1:1/v1"), *real.http, never);
  REQUIRE(away);
  CHECK(away->status == 0);
  CHECK_FALSE(away->trouble.empty());
}
