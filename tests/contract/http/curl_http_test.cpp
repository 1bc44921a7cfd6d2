
#include <catch2/catch.hpp>
#include <thread>

#include "adapters/http/curl_http.hpp"
#include "fakes/gzip.hpp"
#include "fakes/scripted_server.hpp"
#include "fakes/stops.hpp"

using namespace hone;
using namespace hone::fakes;

namespace {

const NeverStop never;

HttpRequest request_to(const std::string& url) {
  return {.url = url,
          .headers = {{"Authorization", "Bearer secret-key"}, {"Content-Type", "application/json"}},
          .body = "{\"model\":\"m\"}",
          .timers = {.connect = {2}, .first_payload = {2}, .idle = {2}, .total = {5}},
          .most = {1 << 20}};
}

HttpReply post(const HttpRequest& request, const Http::OnBytes& on_bytes = nullptr, const Stop& stop = never) {
  const auto http = make_curl_http({});
  auto reply = http->post(request, on_bytes, stop);
  REQUIRE(reply);
  return *reply;
}

HttpReply answer(Script script) {
  const ScriptedServer server({std::move(script)});
  return post(request_to(server.url("/v1/chat")));
}

}  // namespace

TEST_CASE("a POST brings status, lower-case headers and the whole body", "[http]") {
  const ScriptedServer server({{send(json_reply(200, "{\"ok\":1}", "X-Request-Id: r1\r\n"))}});
  const HttpReply reply = post(request_to(server.url("/v1/chat")));
  CHECK(reply.status == 200);
  CHECK(reply.body == "{\"ok\":1}");
  CHECK(reply.end == TransferEnd::complete);
  CHECK(reply.sent);
  CHECK(reply.payload);
  CHECK(std::count(reply.headers.begin(), reply.headers.end(),
                   std::pair<std::string, std::string>("x-request-id", "r1")) == 1);
  const std::string sent = server.requests().at(0);
  CHECK(sent.starts_with("POST /v1/chat HTTP/1.1\r\n"));
  CHECK(sent.find("Authorization: Bearer secret-key\r\n") != std::string::npos);
  CHECK(sent.ends_with("\r\n\r\n{\"model\":\"m\"}"));
}

TEST_CASE("plain http leaves this machine never, and a secret in a URL is refused", "[http]") {
  const auto http = make_curl_http({});
  for (const char* url :
       {"http://example.com/v1", "http://127.0.0.1.example.com/", "http://localhost.example.com/v1",
        "http://10.0.0.1/v1", "http://[::ffff:8.8.8.8]/", "ftp://127.0.0.1/", "file:///etc/passwd",
        "gopher://127.0.0.1/", "not a url", "http://127.0.0.1@example.com/", "https://u:p@example.com/"}) {
    INFO(url);
    const auto reply = http->post(request_to(url), nullptr, never);
    REQUIRE_FALSE(reply);
    CHECK(reply.error().reaction == Reaction::fix_input);
    CHECK(reply.error().message.find("secret-key") == std::string::npos);
  }
  CHECK(parse_endpoint("http://localhost:8080/v1")->loopback);
  CHECK(parse_endpoint("http://[::1]:8080/v1")->loopback);
  CHECK(parse_endpoint("http://127.0.0.2/v1")->loopback);
  CHECK_FALSE(parse_endpoint("https://example.com/v1")->loopback);
}

TEST_CASE("a key with a line end is refused instead of smuggling a header", "[http]") {
  HttpRequest request = request_to("http://127.0.0.1:1/");
  request.headers[0].second = "Bearer a\r\nX-Evil: 1";
  const auto reply = make_curl_http({})->post(request, nullptr, never);
  REQUIRE_FALSE(reply);
  CHECK(reply.error().message.find("X-Evil") == std::string::npos);
}

TEST_CASE("a redirect to another host is an answer, not a way to go", "[http]") {
  const ScriptedServer other({{send(json_reply(200, "stolen"))}});
  const ScriptedServer server(
      {{send(head(302, "text/html", "Location: " + other.url("/x") + "\r\nContent-Length: 0\r\n\r\n"))}});
  const HttpReply reply = post(request_to(server.url()));
  CHECK(reply.status == 302);
  CHECK(other.requests().empty());
}

TEST_CASE("the four timers ring, each with its own word", "[http]") {
  SECTION("nothing comes after the connection: first payload") {
    const ScriptedServer server({{hang()}});
    HttpRequest request = request_to(server.url());
    request.timers.first_payload = {0.1};
    const HttpReply reply = post(request);
    CHECK(reply.end == TransferEnd::first_payload_timeout);
    CHECK(reply.sent);
    CHECK(reply.took.value < 1);
  }
  SECTION("headers alone are no payload") {
    const ScriptedServer server({{send(sse_head()), hang()}});
    HttpRequest request = request_to(server.url());
    request.timers.first_payload = {0.1};
    CHECK(post(request, [](std::string_view) { return Heard::payload; }).end == TransferEnd::first_payload_timeout);
  }
  SECTION("payloads stop: idle") {
    const ScriptedServer server({{send(sse_head() + "data: 1\n\n"), hang()}});
    HttpRequest request = request_to(server.url());
    request.timers.idle = {0.1};
    const HttpReply reply = post(request, [](std::string_view) { return Heard::payload; });
    CHECK(reply.end == TransferEnd::idle_timeout);
    CHECK(reply.payload);
  }
  SECTION("comments keep nothing alive") {
    Script script{send(sse_head() + "data: 1\n\n")};
    for (int i = 0; i < 200; ++i) {
      script.push_back(send(": keep-alive\n\n"));
      script.push_back(pause(20));
    }
    const ScriptedServer server({script});
    HttpRequest request = request_to(server.url());
    request.timers.idle = {0.2};
    const HttpReply reply = post(request, [](std::string_view piece) {
      return piece.find("data:") != std::string_view::npos ? Heard::payload : Heard::nothing;
    });
    CHECK(reply.end == TransferEnd::idle_timeout);
    CHECK(reply.took.value < 2);
  }
  SECTION("a reply that never ends: total") {
    Script script{send(sse_head())};
    for (int i = 0; i < 200; ++i) {
      script.push_back(send("data: 1\n\n"));
      script.push_back(pause(10));
    }
    const ScriptedServer server({script});
    HttpRequest request = request_to(server.url());
    request.timers.total = {0.3};
    CHECK(post(request, [](std::string_view) { return Heard::payload; }).end == TransferEnd::total_timeout);
  }
  SECTION("a host that accepts but never speaks TLS: connect") {
    const ScriptedServer server({{hang()}});
    HttpRequest request = request_to(fmt::format("https://127.0.0.1:{}/", server.port()));
    request.timers.connect = {0.2};
    const HttpReply reply = post(request);
    CHECK(reply.end == TransferEnd::connect_timeout);
    CHECK_FALSE(reply.sent);
  }
}

TEST_CASE("blank lines before a JSON reply are keep-alives, not payload", "[http]") {
  Script script{send(head(200, "application/json", "Connection: close\r\n\r\n"))};
  for (int i = 0; i < 100; ++i) {
    script.push_back(send("\n"));
    script.push_back(pause(20));
  }
  const ScriptedServer server({script});
  HttpRequest request = request_to(server.url());
  request.timers.first_payload = {0.2};
  CHECK(post(request).end == TransferEnd::first_payload_timeout);
}

TEST_CASE("a dead endpoint, an unknown name and a plain-text TLS port each have their word", "[http]") {
  int closed_port = 0;
  { closed_port = ScriptedServer({{hang()}}).port(); }
  const HttpReply refused = post(request_to(fmt::format("http://127.0.0.1:{}/", closed_port)));
  CHECK(refused.end == TransferEnd::unreachable);
  CHECK_FALSE(refused.sent);
  CHECK_FALSE(refused.trouble.empty());

  CHECK(post(request_to("https://no-such-host.invalid/v1")).end == TransferEnd::unresolved);

  const ScriptedServer plain({{send("HTTP/1.1 400 Bad Request\r\n\r\n")}});
  CHECK(post(request_to(fmt::format("https://127.0.0.1:{}/", plain.port()))).end == TransferEnd::tls);
}

TEST_CASE("a reply that is cut is never called complete", "[http]") {
  CHECK(answer({send(head(200, "application/json", "Content-Length: 100\r\n\r\n{\"half\":"))}).end == TransferEnd::cut);
  CHECK(answer({send(head(200, "application/json", "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":"))}).end ==
        TransferEnd::cut);
  CHECK(answer({send(head(200, "application/json", "Content-Length: 100\r\n\r\n{")), reset()}).end == TransferEnd::cut);
  CHECK(answer({send(head(200, "application/json", "Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nplain"))}).end ==
        TransferEnd::cut);
  const HttpReply nothing = answer({reset()});
  CHECK(nothing.end == TransferEnd::unreachable);
  CHECK_FALSE(nothing.payload);
  CHECK(answer({}).end == TransferEnd::unreachable);
}

TEST_CASE("chunks, trailers, 1xx and bytes one at a time come through", "[http]") {
  const std::string chunked = head(200, "application/json", "Transfer-Encoding: chunked\r\nTrailer: X-End\r\n\r\n") +
                              "3\r\n{\"a\r\n4;ext=1\r\n\":1}\r\n0\r\nX-End: yes\r\n\r\n";
  const HttpReply reply = answer({bytewise("HTTP/1.1 100 Continue\r\n\r\n" + chunked)});
  CHECK(reply.end == TransferEnd::complete);
  CHECK(reply.status == 200);
  CHECK(reply.body == "{\"a\":1}");
}

TEST_CASE("a gzip body is undone, and its cap counts what it becomes", "[http]") {
  const std::string packed = gzip("{\"ok\":1}");
  const HttpReply reply = answer({send(json_reply(200, packed, "Content-Encoding: gzip\r\n"))});
  CHECK(reply.end == TransferEnd::complete);
  CHECK(reply.body == "{\"ok\":1}");
  const std::string bomb = gzip(std::string(32 << 20, 'a'));
  CHECK(answer({send(json_reply(200, bomb, "Content-Encoding: gzip\r\n"))}).end == TransferEnd::too_large);
}

TEST_CASE("too large a reply or head is cut off", "[http]") {
  CHECK(answer({send(json_reply(200, std::string(2 << 20, 'x')))}).end == TransferEnd::too_large);
  const HttpReply page = answer({send(json_reply(500, std::string(1 << 19, 'x')))});
  CHECK(page.status == 500);
  CHECK(page.body.size() == 256 * 1024);
  std::string many;
  for (int i = 0; i < 20000; ++i) many += fmt::format("X-{}: {}\r\n", i, std::string(20, 'y'));
  CHECK(answer({send(head(200, "application/json", many + "\r\n"))}).end != TransferEnd::complete);
  CHECK(answer({send("this is not HTTP\r\n\r\n")}).end == TransferEnd::unreachable);
}

TEST_CASE("the reader sees 2xx bodies only, and can end the transfer", "[http]") {
  std::string seen;
  const auto reader = [&](std::string_view piece) {
    seen.append(piece);
    return seen.find("[DONE]") == std::string::npos ? Heard::payload : Heard::enough;
  };
  const ScriptedServer server({{send(sse_head() + "data: 1\n\n"), send("data: [DONE]\n\n"), hang()},
                               {send(json_reply(429, "slow down", "Retry-After: 7\r\n"))}});
  CHECK(post(request_to(server.url()), reader).end == TransferEnd::enough);
  CHECK(seen == "data: 1\n\ndata: [DONE]\n\n");
  seen.clear();
  const HttpReply limited = post(request_to(server.url()), reader);
  CHECK(seen.empty());
  CHECK(limited.body == "slow down");
}

TEST_CASE("a Stop ends a silent transfer at once", "[http]") {
  const ScriptedServer server({{hang()}});
  HandStop stop;
  std::thread raiser([&] {
    while (server.requests().empty()) std::this_thread::yield();
    stop.raise();
  });
  const HttpReply reply = post(request_to(server.url()), nullptr, stop);
  raiser.join();
  CHECK(reply.end == TransferEnd::cancelled);
  CHECK(reply.took.value < 1.5);
}

TEST_CASE("many threads share one Http", "[http]") {
  const ScriptedServer server({{pause(20), send(json_reply(200, "{\"ok\":1}"))}});
  const auto http = make_curl_http({});
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 5; ++k) {
        const auto reply = http->post(request_to(server.url()), nullptr, never);
        good += reply && reply->body == "{\"ok\":1}" ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(good == 40);
}

TEST_CASE("a proxy is honoured for https, sees no key, and is named without its password", "[http]") {
  const ScriptedServer proxy({{send("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")}});
  const HttpSettings settings = read_http_settings(
      {{"HTTPS_PROXY", fmt::format("http://user:word@127.0.0.1:{}", proxy.port())}, {"HTTP_PROXY", "http://evil:1"}});
  CHECK(settings.http_proxy.empty());
  CHECK(render_http_settings(settings) == fmt::format("https through 127.0.0.1:{}", proxy.port()));
  const auto http = make_curl_http(settings);
  const auto reply = http->post(request_to("https://api.example.com/v1"), nullptr, never);
  REQUIRE(reply);
  CHECK(reply->status == 0);
  CHECK_FALSE(reply->sent);
  CHECK(reply->trouble.find("word") == std::string::npos);
  REQUIRE(proxy.requests().size() == 1);
  CHECK(proxy.requests()[0].starts_with("CONNECT api.example.com:443"));
  CHECK(proxy.requests()[0].find("secret-key") == std::string::npos);

  const ScriptedServer local({{send(json_reply(200, "{}"))}});  // loopback never goes through it
  HttpSettings both = settings;
  both.http_proxy = settings.https_proxy;
  CHECK(make_curl_http(both)->post(request_to(local.url()), nullptr, never)->status == 200);
  CHECK(proxy.requests().size() == 1);
}
