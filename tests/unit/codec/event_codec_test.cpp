#include "hone/core/codec/event.hpp"

#include <catch2/catch.hpp>

#include "fakes/random_values.hpp"
#include "hone/core/codec/record.hpp"

using namespace hone;
using fakes::identical;

TEST_CASE("every event comes back from its text exactly as it was", "[codec]") {
  Random random(2026);
  for (std::size_t round = 0; round < 150; ++round) {
    for (std::size_t kind = 0; kind < std::variant_size_v<EventBody>; ++kind) {
      const Event event = fakes::random_event(random, kind);
      const std::string text = render_event(event);
      const Result<Event> back = parse_event(text);
      INFO(text);
      REQUIRE(back);
      REQUIRE(identical(event, *back));
      REQUIRE(text.find('\n') == std::string::npos);
      REQUIRE(render_event(*back) == text);
    }
  }
}

TEST_CASE("records, summaries, settings and samples come back exactly as they were", "[codec]") {
  Random random(7);
  for (int round = 0; round < 200; ++round) {
    const auto record = fakes::random_value<Record>(random);
    const auto summary = fakes::random_value<Summary>(random);
    const auto spec = fakes::random_value<RunSpec>(random);
    const auto sample = fakes::random_value<Sample>(random);
    REQUIRE(identical(record, parse_record(render_record(record)).value()));
    REQUIRE(identical(summary, parse_summary(render_summary(summary)).value()));
    REQUIRE(identical(spec, parse_spec(render_spec(spec)).value()));
    REQUIRE(identical(sample, parse_sample(render_sample(sample)).value()));
  }
}

TEST_CASE("what holds its default is left out", "[codec]") {
  CHECK(render_body(event::RunStarted{}) == "{}");
  CHECK(render_record(Record{}) == "{}");
  event::Began began;
  began.effect = EffectId{7};
  began.kind = EffectKind::measure;
  began.slot = SlotId{0};
  CHECK(render_body(began) == R"({"effect":7,"kind":"measure","slot":0})");
}

TEST_CASE("a missing field takes its default and an unknown one is ignored", "[codec]") {
  const auto body = parse_body("run_started", R"({"spec":{"name":"quiet-otter","from_the_future":{"a":[1]}},"new":1})");
  REQUIRE(body);
  const auto& started = std::get<event::RunStarted>(*body);
  CHECK(started.spec.name == "quiet-otter");
  CHECK(started.spec.accept.pairs == AcceptSpec{}.pairs);
  CHECK(started.spec.limits.timeout == LimitsSpec{}.timeout);
}

TEST_CASE("an unknown kind or name is refused with a sentence", "[codec]") {
  const auto kind = parse_body("teleported", "{}");
  REQUIRE_FALSE(kind);
  CHECK(kind.error().reaction == Reaction::fix_input);
  CHECK(kind.error().message.find("'teleported'") != std::string::npos);
  const auto name = parse_body("judged", R"({"file":{"verdict":{"decision":"perhaps"}}})");
  REQUIRE_FALSE(name);
  CHECK(name.error().message.find("'file.verdict.decision'") != std::string::npos);
}

TEST_CASE("damaged text is an Error, never a crash", "[codec]") {
  for (const char* bad :
       {"", "{", "[]", "null", "7", "\"x\"", "{\"kind\":7}", "{\"sequence\":-1,\"kind\":\"told\"}",
        R"({"kind":"told","body":[]})", R"({"kind":"told","body":{"text":7}})",
        R"({"kind":"told","body":{"text":{"hex":"f"}}})", R"({"kind":"told","body":{"text":{"hex":"zz"}}})",
        R"({"kind":"began","body":{"effect":1.5}})", R"({"kind":"began","body":{"backend":4294967296}})",
        R"({"kind":"prepared","body":{"exit_code":2147483648}})", R"({"kind":"began","body":{"effect":1e999}})",
        "{\"kind\":\"told\",\"body\":{\"text\":\"\xff\"}}"}) {
    INFO(bad);
    CHECK_FALSE(parse_event(bad));
  }
  CHECK_FALSE(parse_event(std::string(200'000, '[')));
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "{\"a\":";
  CHECK_FALSE(parse_event(deep));
}

TEST_CASE("every cut and every flipped bit of an event's text is read or refused, never worse", "[codec]") {
  Random random(99);
  for (std::size_t kind = 0; kind < std::variant_size_v<EventBody>; ++kind) {
    const std::string text = render_event(fakes::random_event(random, kind));
    for (std::size_t cut = 0; cut < text.size(); cut += 1 + random.below(5)) {
      REQUIRE_FALSE(parse_event(std::string_view(text).substr(0, cut)));
    }
    for (int flips = 0; flips < 200; ++flips) {
      std::string bent = text;
      char& c = bent[random.below(bent.size())];
      c = static_cast<char>(static_cast<unsigned char>(c) ^ (1U << random.below(8)));
      (void)parse_event(bent);
    }
  }
}
