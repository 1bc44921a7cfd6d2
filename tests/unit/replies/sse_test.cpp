#include "hone/core/codec/sse.hpp"

#include <catch2/catch.hpp>

using namespace hone;

namespace {

std::vector<std::string> data_of(std::string_view stream, std::size_t piece) {
  SseParser parser;
  std::vector<std::string> result;
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    for (SseEvent& event : parser.feed(stream.substr(at, piece))) result.push_back(event.name + "|" + event.data);
  }
  if (auto last = parser.finish()) result.push_back("end|" + last->data);
  return result;
}

}  // namespace

TEST_CASE("events are the same wherever the stream is cut", "[sse]") {
  const std::string stream =
      "\xEF\xBB\xBF: comment\r\n\r\nevent: a\r\ndata: one\r\ndata:two\r\n\r\ndata:  x\r\rid: 7\nretry: 10\nunknown: y\n"
      "data: \xE2\x82\xAC\n\ndata\n\nevent: lonely\n\ndata: end";
  const std::vector<std::string> expected{"a|one\ntwo", "| x", "|\xE2\x82\xAC", "|", "end|end"};
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
    INFO("pieces of " << piece);
    CHECK(data_of(stream, piece) == expected);
  }
}

TEST_CASE("comments alone are no events", "[sse]") {
  CHECK(data_of(": keep-alive\n\n: keep-alive\r\n\r\n", 3).empty());
}

TEST_CASE("a CR at the end of one piece and the LF of the next are one line end", "[sse]") {
  SseParser parser;
  CHECK(parser.feed("data: 1\r").empty());
  CHECK(parser.feed("\n").empty());
  CHECK(parser.feed("\r\n").size() == 1);
}

TEST_CASE("an event of ten megabytes is one event", "[sse]") {
  const std::string big(10 << 20, 'x');
  SseParser parser;
  CHECK(parser.feed("data: " + big).empty());
  const auto events = parser.feed("\n\n");
  REQUIRE(events.size() == 1);
  CHECK(events[0].data.size() == big.size());
}
