#include "hone/views/doctor.hpp"

#include <catch2/catch.hpp>

#include "hone/core/codec/checkup.hpp"
#include "hone/core/codec/verification.hpp"
#include "hone/views/verification.hpp"

using namespace hone;

namespace {

Checkup sick() {
  Checkup checkup;
  checkup.spec.metric.command = "sh <judge> & \"co\"";
  checkup.diagnosis.values = {1.0, 1.5, 1.2, 2.0};
  checkup.diagnosis.level = 1.35;
  checkup.diagnosis.cv = .2;
  checkup.findings = {{Health::good, "target", "a.txt", ""},
                      {Health::warning, "spread", "20 % a run", "repeat"},
                      {Health::bad, "metric", "it said <b>\x1b[31mno", "mend it"}};
  return checkup;
}

Verification verified() {
  Verification found{"night", {"aaaaaaaaaaaaaaa"}, {"bbbbbbbbbbbbbbb"}, .236, {50, 40, .2, {.18, .22}, 10}, "", {}};
  found.keeps.push_back(
      {{7}, {"cccccccccccc"}, "a comment", .009, KeepCall::worth_nothing, {40, 40, 0, {-.01, .01}, 12}, ""});
  return found;
}

}  // namespace

TEST_CASE("a check-up ends with its verdict and says what to do", "[doctor]") {
  const std::string text = render_checkup(sick(), {});
  CHECK(text.ends_with("not ready\n"));
  CHECK(text.find("-> mend it") != std::string::npos);
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(render_checkup({}, {}).ends_with("ready\n"));
}

TEST_CASE("the strip of samples goes from low to high", "[doctor]") {
  CHECK(render_strip(std::vector{1.0, 2.0, 3.0}, {}) == "_=#");
  CHECK(render_strip(std::vector{5.0, 5.0}, {}) == "~~");
  CHECK(render_strip(std::vector{1.0, 2.0}, {.columns = 80, .colour = false, .unicode = true}) == "\u2581\u2588");
  CHECK(render_strip({}, {}).empty());
}

TEST_CASE("the page of a check-up holds a picture and escapes what a command printed", "[doctor]") {
  const std::string page = render_checkup_page(sick(), UnixTime{0});
  CHECK(page.find("<svg") != std::string::npos);
  CHECK(page.find("&lt;judge&gt; &amp; &quot;co&quot;") != std::string::npos);
  CHECK(page.find("<b>") == std::string::npos);
  CHECK(page.find("http://") == std::string::npos);
  CHECK(page.find("<script") == std::string::npos);
}

TEST_CASE("a check-up as JSON names each finding", "[doctor]") {
  const std::string json = render_checkup_json(sick());
  CHECK(json.starts_with(R"({"verdict":"not ready","findings":[{"health":"ok","group":"metric","subject":"target")"));
  CHECK(json.find('\n') == std::string::npos);
}

TEST_CASE("a verification puts logged beside re-measured gain and names what can go", "[doctor]") {
  const Verification found = verified();
  CHECK(confirmed(found));
  const std::string text = render_verification(found, Summary{}, {});
  CHECK(text.find("logged        +23.6 %") != std::string::npos);
  CHECK(text.find("10 pairs from clean checkouts") != std::string::npos);
  CHECK(text.find("#7 can go: git revert cccccccccc") != std::string::npos);
  CHECK(render_verification_json(found).find(R"("verdict":"worth nothing")") != std::string::npos);
}

TEST_CASE("an interval that touches zero, or a champion that fails, confirms nothing", "[doctor]") {
  Verification found = verified();
  found.result.interval.low = -.001;
  CHECK_FALSE(confirmed(found));
  CHECK(render_verification(found, Summary{}, {}).find("not confirmed: the interval") != std::string::npos);
  found = verified();
  found.failed = "the check command failed with status 1";
  CHECK_FALSE(confirmed(found));
  CHECK(render_verification(found, Summary{}, {}).find("not confirmed: the check command") != std::string::npos);
}
