// Servers that no table lists: they drip, never end, lie about lengths and kinds, or count what cannot be.
#include "contract/http/model_scene.hpp"
#include "fakes/gzip.hpp"

using namespace hone;
using namespace hone::scene;

namespace {

// One byte every few milliseconds, longer than any timer of these tests.
Script drip(std::string start, std::string_view text, int milliseconds = 20) {
  Script script{send(std::move(start))};
  for (std::size_t i = 0; i < 400; ++i) {
    script.push_back(send(std::string(1, text[i % text.size()])));
    script.push_back(pause(milliseconds));
  }
  return script;
}

std::string event(std::string_view json) {
  return "data: " + std::string(json) + "\n\n";
}
const std::string idea = R"({"choices":[{"index":0,"delta":{"content":"idea"}}]})";
const std::string stop = R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})";
const std::string json_head = head(200, "application/json", "Connection: close\r\n\r\n");

// A reply in one JSON object with this message and whatever follows `choices`.
std::string object(std::string_view message, std::string_view more = "", std::string_view finish = R"("stop")") {
  return fmt::format(R"({{"choices":[{{"index":0,"message":{},"finish_reason":{}}}]{}}})", message, finish, more);
}
std::string usage(std::string_view in, std::string_view out) {
  return fmt::format(R"(,"usage":{{"prompt_tokens":{},"completion_tokens":{}}})", in, out);
}

}  // namespace

TEST_CASE("a server that drips is hung up on by the timers", "[model]") {
  const auto dripped = [](const Script& script, std::string_view profile = "openai") {
    const ScriptedServer server({script});
    ModelSettings settings = settings_for(profile, server.url("/v1"));
    settings.timers = {{1}, {0.15}, {0.15}, {0.6}};
    settings.retry.attempts = 1;
    const auto result = propose(settings);
    CHECK((!result || result->finish == Finish::truncated));
    if (!result) CHECK(result.error().error.reaction == Reaction::retry);
  };
  dripped(drip("HTTP/1.1 200 OK\r\nX-Slow: ", "y"));                 // its head
  dripped(drip("", "HTTP/1.1 200 OK\r\n"));                          // even that
  dripped(drip(sse_head() + "data: {\"choices\":[{\"x\":\"", "z"));  // an event that never ends
  dripped(drip(sse_head() + event(idea) + "data: ", "z"));           // and one after a good one
  dripped(drip(json_head + "{\"choices\":[{\"x\":\"", "z"));         // a body
  dripped(drip(sse_head(), ": still here\n\n", 5));                  // comments
  dripped(drip(head(503, "text/html", "\r\n"), "<p>", 5));           // a page that says that it is busy
}

TEST_CASE("a reply without an end is cut off by its size", "[model]") {
  const auto flooded = [](std::string start, const std::string& again) {
    Script script{send(std::move(start))};
    for (int i = 0; i < 600; ++i) script.push_back(send(again));
    const ScriptedServer server({script});
    ModelSettings settings = settings_for("openai", server.url("/v1"));
    settings.timers = {{5}, {5}, {5}, {20}};
    settings.retry.attempts = 1;
    const auto result = propose(settings);
    CHECK((!result || result->finish == Finish::truncated));
  };
  const std::string piece(128 << 10, 'x');
  flooded(sse_head() + "data: {\"choices\":[{\"x\":\"", piece);
  flooded(json_head + "{\"x\":\"", piece);
  flooded(head(200, "text/event-stream", "Transfer-Encoding: chunked\r\n\r\n") + "7fffffff\r\n", piece);
  flooded("HTTP/1.1 200 OK\r\n", "X-More: " + std::string(8000, 'y') + "\r\n");
  flooded("", "HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n");
}

TEST_CASE("heads that lie are no reply", "[model]") {
  const std::string body = object(R"({"content":"idea"})");
  for (const std::string& bytes :
       std::vector<std::string>{"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n" + body,
                                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n" + body,
                                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n" + body,
                                "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nConnection: close\r\n\r\n" + body,
                                "HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n",
                                "HTTP/9.9 200 OK\r\n\r\n" + body, "SSH-2.0-OpenSSH_9.2\r\n", std::string(64, '\0')}) {
    INFO(bytes.substr(0, 60));
    const ScriptedServer server({{send(bytes)}});
    ModelSettings settings = settings_for("openai", server.url("/v1"));
    settings.timers = {{5}, {5}, {5}, {20}};
    settings.retry.attempts = 2;
    const auto result = propose(settings);
    if (result) CHECK(result->finish != Finish::complete);
    if (!result) CHECK(result.error().error.reaction != Reaction::fix_input);
  }
}

TEST_CASE("odd JSON is read for what it says, or not at all", "[model]") {
  const auto read = [](const std::string& body) {
    const ScriptedServer server({{send(json_head + body)}});
    ModelSettings settings = settings_for("openai", server.url("/v1"));
    settings.timers = {{5}, {5}, {5}, {20}};
    return propose(settings);
  };
  const auto parts =
      read(object(R"({"content":[{"type":"text","text":"id"},{"type":"image"},{"type":"text","text":"ea"}]})"));
  REQUIRE(parts);
  CHECK(parts->reply == "idea");
  CHECK(parts->finish == Finish::complete);
  const auto open = read(object(R"({"content":"idea"})", "", "null"));
  REQUIRE(open);
  CHECK(open->finish == Finish::truncated);
  const auto none = read(R"({"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}})");
  REQUIRE(none);
  CHECK(none->finish == Finish::truncated);
  for (const std::string& bad : std::vector<std::string>{
           object(R"({"content":"idea"})", usage("NaN", "1")), object(R"({"content":"idea"})", usage("Infinity", "1")),
           object(R"({"content":"idea"})", ",\"x\":" + std::string(5000, '[') + std::string(5000, ']')),
           object(R"({"content":"idea"})") + "}", object("{'content':'idea'}"), "\"idea\"", "[]", "true"}) {
    INFO(bad.substr(0, 80));
    const auto result = read(bad);
    if (result) CHECK(result->finish != Finish::complete);
    if (!result) CHECK(result.error().error.reaction == Reaction::retry);
  }
}

TEST_CASE("counters that cannot be are told and not believed", "[model]") {
  const auto counted = [](std::string_view in, std::string_view out) {
    return answer("openai", {{send(json_head + object(R"({"content":"idea"})", usage(in, out)))}});
  };
  const auto honest = counted("100", "10");
  REQUIRE(honest);
  CHECK(honest->cost->value == 200);
  for (const auto& [in, out] : std::vector<std::pair<std::string, std::string>>{
           {"9000000000000000", "1"}, {"10", "9000000000000000"}, {"1e15", "1e15"}, {"-1", "-1"}, {"10", "\"\""}}) {
    INFO(in << " " << out);
    const auto lying = counted(in, out);
    REQUIRE(lying);
    CHECK(lying->reply == "idea");
    CHECK(lying->cost->value > 0);
    CHECK(lying->cost->value < 20'000);  // what the request can have cost at its worst
    CHECK(lying->attempts.at(0).note.find("estimated") != std::string::npos);
  }
}

TEST_CASE("a login page, in any status, is named as what it is", "[model]") {
  for (const int status : {200, 401, 403, 404}) {
    const auto result = answer("openai", {{send(head(status, "text/html", "Connection: close\r\n\r\n") +
                                                "<!DOCTYPE html><html><title>Sign in</title></html>")}});
    INFO(status);
    REQUIRE_FALSE(result);
    CHECK(result.error().error.message.find(status == 200 ? "--base-url" : fmt::format("HTTP {}", status)) !=
          std::string::npos);
  }
}

TEST_CASE("streams with a mark before them, old line ends, and two ends are one reply", "[model]") {
  for (const std::string& body : std::vector<std::string>{
           "\xEF\xBB\xBF" + event(idea) + event(stop), event(idea) + event(stop) + "data: [DONE]\n\ndata: [DONE]\n\n",
           ": c\r" + std::string("data: ") + idea + "\r\rdata: " + stop + "\r\r",
           "retry: 1\nid: 7\nevent: x\n" + event(idea) + event(stop), "\n\n\n" + event(idea) + "\n\n" + event(stop),
           event(idea) + event(stop) + event(idea)}) {
    INFO(body);
    const auto result = answer("openai", {{bytewise(sse_head() + body)}});
    REQUIRE(result);
    CHECK(result->finish == Finish::complete);
    if (body.find("[DONE]") != std::string::npos) CHECK(result->reply == "idea");
  }
}

TEST_CASE("lengths, packings and codes that do not fit what comes are seen through", "[model]") {
  const std::string whole = object(R"({"content":"idea"})");
  const std::string stream = event(idea) + event(stop) + "data: [DONE]\n\n";
  const auto head_of = [](int status, std::string_view type, const std::string& more) {
    return fmt::format("HTTP/1.1 {} X\r\nContent-Type: {}\r\n{}\r\n", status, type, more);
  };
  const auto length = [](std::size_t n) { return fmt::format("Content-Length: {}\r\n", n); };
  struct Lie {
    std::string name, bytes;
    bool good;
  };
  for (const Lie& lie : std::vector<Lie>{
           {"too short for an object", head_of(200, "application/json", length(whole.size() - 9)) + whole, false},
           {"too long for an object", head_of(200, "application/json", length(whole.size() + 9)) + whole, false},
           {"too short for a stream", head_of(200, "text/event-stream", length(idea.size() + 8)) + stream, false},
           {"too long for a stream that came to its end", head_of(200, "text/event-stream", length(9999)) + stream,
            true},
           {"more behind the length", head_of(200, "application/json", length(whole.size())) + whole + "EVIL", true},
           {"plain bytes called gzip",
            head_of(200, "application/json", "Content-Encoding: gzip\r\n" + length(whole.size())) + whole, false},
           {"half of a gzip", json_reply(200, gzip(whole).substr(0, 40), "Content-Encoding: gzip\r\n"), false},
           {"gzip twice", json_reply(200, gzip(gzip(whole)), "Content-Encoding: gzip, gzip\r\n"), true},
           {"a stream in gzip",
            head_of(200, "text/event-stream", "Content-Encoding: gzip\r\n" + length(gzip(stream).size())) +
                gzip(stream),
            true},
           {"201", head_of(201, "application/json", length(whole.size())) + whole, true},
           {"206, a part",
            head_of(206, "application/json", length(whole.size() / 2)) + whole.substr(0, whole.size() / 2), false},
           {"a head and no more", head_of(200, "application/json", length(5)), false},
           {"lines of JSON, as a native API has them",
            head_of(200, "application/x-ndjson", "Connection: close\r\n") +
                "{\"message\":{\"content\":\"idea\"},\"done\":false}\n{\"done\":true}\n",
            false},
           {"302 to plain http", head_of(302, "text/html", "Location: http://127.0.0.1:1/\r\n" + length(0)), false},
           {"304", head_of(304, "application/json", ""), false}}) {
    INFO(lie.name);
    const ScriptedServer server({{send(lie.bytes)}});
    ModelSettings settings = settings_for("openai", server.url("/v1"));
    settings.timers = {{5}, {5}, {5}, {20}};
    settings.retry.attempts = 2;
    const auto result = propose(settings);
    CHECK((result && result->finish == Finish::complete) == lie.good);
    if (result && lie.good) CHECK(result->reply == "idea");
    if (!result) CHECK_FALSE(result.error().error.message.empty());
    check_no_key(result);
  }
}

TEST_CASE("streams that contradict themselves are believed where they say the worse", "[model]") {
  const auto read = [](const std::string& body) { return answer("openai", {{send(sse_head() + body)}}); };
  const std::string cut = R"({"choices":[{"index":0,"delta":{},"finish_reason":"length"}]})";
  const std::string filtered = R"({"choices":[{"index":0,"delta":{},"finish_reason":"content_filter"}]})";
  const std::string broke = R"({"choices":[{"index":0,"delta":{},"finish_reason":"error"}]})";
  for (const std::string& body : {event(idea) + event(cut) + event(stop), event(idea) + event(filtered) + event(stop),
                                  event(idea) + event(broke) + event(stop), event(idea) + event(stop) + event(cut),
                                  event(idea) + "event: error\ndata: {\"message\":\"overloaded\"}\n\n" + event(stop)}) {
    INFO(body);
    const auto result = read(body);
    CHECK((!result || result->finish != Finish::complete));
  }
  const std::string once_more =
      R"({"choices":[{"index":0,"message":{"role":"assistant","content":"idea"},"finish_reason":"stop"}]})";
  const auto twice = read(event(idea) + event(once_more) + "data: [DONE]\n\n");
  REQUIRE(twice);
  CHECK(twice->finish == Finish::complete);
  CHECK(twice->reply == "idea");
  const auto said =
      read(event(R"({"choices":[{"index":0,"delta":{"role":"assistant","content":null}}]})") + event(idea) +
           event(R"({"choices":null,"usage":null})") + event(R"({"object":"ping"})") + event(stop));
  REQUIRE(said);
  CHECK(said->reply == "idea");
}

TEST_CASE("somebody else's page ends a backend that never worked, and is waited out where it has", "[model]") {
  const std::string page = "<!DOCTYPE html><title>Sign in</title>";
  for (const int code : {302, 401, 403, 404}) {
    INFO(code);
    const std::string bytes = json_reply(code, page, code == 302 ? "Location: http://127.0.0.1:1/\r\n" : "");
    const auto first = answer("openai", {{send(bytes)}});
    REQUIRE_FALSE(first);
    CHECK(first.error().error.reaction == Reaction::drop_backend);
    const ScriptedServer server({good(), {send(bytes)}, good(), status(401, R"({"error":{"message":"no such key"}})")});
    RealWorld real;
    const auto proposer = make_model_proposer(settings_for("openai", server.url("/v1")), real.world());
    CHECK(proposer->propose(small_brief(), never));
    const auto again = proposer->propose(small_brief(), never);
    REQUIRE(again);
    CHECK(again->finish == Finish::complete);
    CHECK(again->attempts.size() == 2);
    const auto revoked = proposer->propose(small_brief(), never);  // in the service's own words
    REQUIRE_FALSE(revoked);
    CHECK(revoked.error().error.reaction == Reaction::drop_backend);
  }
}
