#include "hone/views/report.hpp"

#include <catch2/catch.hpp>

#include "fakes/night.hpp"
#include "hone/core/codec/views_json.hpp"

using namespace hone;

namespace {

std::size_t occurrences(std::string_view text, std::string_view what) {
  std::size_t count = 0;
  for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + what.size())) ++count;
  return count;
}

std::string page_of(const fakes::Night& night) {
  std::vector<Exhibit> exhibits;
  for (const std::size_t i : choose_exhibits(night.records)) {
    exhibits.push_back(fakes::make_exhibit(night, night.records[i]));
  }
  return render_report({night.summary, night.spec, night.records, exhibits, UnixTime{1'790'030'000}});
}

// The page without Chart.js and our own script: what is made from the run.
std::string made_part(const std::string& page) {
  return page.substr(0, page.find("</script>\n<script>"));
}

const std::vector<std::string> nasty = {"</script><script>alert(1)</script>",
                                        "<!--<script>",
                                        "\"'><img src=x onerror=alert(1)>",
                                        "a\u2028b\u2029c",
                                        std::string("nul\0byte\x01\x1b[31mred", 18),
                                        "\xFF\xFE broken \xC3",
                                        "&lt;already&gt; &amp;",
                                        "{keeps} {} %s ${x}"};

}  // namespace

TEST_CASE("whatever a model writes, the page keeps exactly its own three scripts") {
  const fakes::Night clean = fakes::make_night(30, 5);
  const std::string own = page_of(clean);
  for (const std::string& evil : nasty) {
    INFO(evil);
    fakes::Night night = clean;
    night.summary.name = night.summary.branch = night.summary.metric_name = night.summary.machine = evil;
    night.summary.doing = night.summary.end_note = night.spec.metric.command = evil;
    night.spec.guards[0].text = night.spec.guards[0].name = evil;
    std::vector<Exhibit> exhibits;
    for (Record& record : night.records) {
      record.idea = record.reason = record.backend = evil;
      for (GuardResult& guard : record.guards) guard.name = guard.reason = evil;
      exhibits.push_back(fakes::make_exhibit(night, record));
      exhibits.back().diff = exhibits.back().output = evil;
      if (!exhibits.back().samples.empty()) exhibits.back().samples[0].invalid = evil;
    }
    const std::string page = render_report({night.summary, night.spec, night.records, exhibits, UnixTime{1}});
    for (const char* tag : {"<script", "</script", "<!--", "<img"}) {
      INFO(tag);
      CHECK(occurrences(page, tag) == occurrences(own, tag));
    }
    const std::string made = made_part(page);
    CHECK(valid_utf8(made) == made);
    CHECK(made.find('\0') == std::string::npos);
    CHECK(made.find('\x1b') == std::string::npos);
    CHECK(made.find("\xE2\x80\xA8") == std::string::npos);
  }
}

TEST_CASE("the page names no address that a browser would fetch") {
  const std::string made = made_part(page_of(fakes::make_night(20, 9)));
  CHECK(made.find("default-src 'none'") != std::string::npos);
  for (const char* fetch : {"http:", "https:", "src=", "url(", "@import", "<link"}) {
    INFO(fetch);
    CHECK(made.find(fetch) == std::string::npos);
  }
}

TEST_CASE("keeps are always exhibited first, then the newest of the rest") {
  const fakes::Night night = fakes::make_night(400, 2);
  const auto chosen = choose_exhibits(night.records, 50);
  REQUIRE(chosen.size() == 50);
  CHECK(std::is_sorted(chosen.begin(), chosen.end()));
  std::size_t kept = 0;
  for (const std::size_t i : chosen) kept += night.records[i].outcome == Outcome::kept ? 1 : 0;
  CHECK(kept == static_cast<std::size_t>(night.summary.outcomes[0]));
  CHECK(chosen.back() == 399);
  CHECK(choose_exhibits({}, 5).empty());
}

TEST_CASE("the page says what it left out and what protects the run") {
  const fakes::Night night = fakes::make_night(500, 2);
  const std::string page = page_of(night);
  CHECK(page.find("for 300 of 500 experiments") != std::string::npos);
  CHECK(page.find("a check must pass; guards peak-memory&lt;=+5%") != std::string::npos);
  CHECK(page.find("Released under the MIT License") != std::string::npos);  // Chart.js keeps its notice
}

TEST_CASE("an empty night still is a page") {
  const fakes::Night night = fakes::make_night(0, 1);
  CHECK(page_of(night).find("No experiment was kept.") != std::string::npos);
  const std::string bare = render_report({Summary{}, RunSpec{}, {}, {}, UnixTime{}});
  CHECK(bare.find("Nothing better yet") != std::string::npos);
}

TEST_CASE("one experiment as JSON carries its texts whatever bytes they hold") {
  const fakes::Night night = fakes::make_night(3, 1);
  const Exhibit exhibit = fakes::make_exhibit(night, night.records[0]);
  const std::string output = "bad \xFF byte";
  const std::string json = render_detail({&exhibit.record, &exhibit.diff, &exhibit.samples, &output, ""});
  CHECK(json.find("bad \uFFFD byte") != std::string::npos);
  CHECK(json.find("\"diff\":\"diff --git") != std::string::npos);
}
