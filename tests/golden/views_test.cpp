// Texts of the views, compared byte for byte with the files in tests/golden/views. HONE_BLESS=1 rewrites them;
// the difference is then read in the diff of the commit.
#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "fakes/night.hpp"
#include "hone/views/live.hpp"
#include "hone/views/sentence.hpp"
#include "hone/views/tables.hpp"

using namespace hone;

namespace {

void compare(const std::string& name, const std::string& text) {
  const std::string path = std::string(HONE_SOURCE_DIR) + "/tests/golden/views/" + name;
  if (std::getenv("HONE_BLESS") != nullptr) std::ofstream(path, std::ios::binary) << text;
  std::ifstream file(path, std::ios::binary);
  std::stringstream expected;
  expected << file.rdbuf();
  INFO("golden file " << path << "; HONE_BLESS=1 rewrites it");
  CHECK(text == expected.str());
}

const fakes::Night& night() {
  static const fakes::Night value = fakes::make_night(60, 7);
  return value;
}

constexpr UnixTime morning{1'790'030'000};

const Record& first(Outcome outcome) {
  for (const Record& record : night().records) {
    if (record.outcome == outcome) return record;
  }
  FAIL("the fixture has no such outcome");
  return night().records.front();
}

}  // namespace

TEST_CASE("status is one page that starts with the sentence") {
  compare("status.txt", render_status(night().summary, morning, Canvas{100, false, false}));
  compare("status-colour.txt", render_status(night().summary, morning, Canvas{100, true, true}));
}

TEST_CASE("the log is an aligned table that gives up columns before ideas") {
  compare("log-100.txt", render_log(night().summary, night().records, Canvas{100, false, true}));
  compare("log-60.txt", render_log(night().summary, night().records, Canvas{60, false, true}));
}

TEST_CASE("the log as TSV has the columns of autoresearch") {
  compare("log.tsv", render_log_tsv(night().records));
}

TEST_CASE("a line an experiment for pipes") {
  const Scale scale = choose_scale(night().summary, night().records);
  std::string text;
  for (const Record& record : night().records) text += render_line(record, scale, Canvas{120, false, false}) + "\n";
  compare("lines.txt", text);
}

TEST_CASE("show tells one experiment from idea to output") {
  compare("show-kept.txt",
          render_show(night().summary, fakes::make_exhibit(night(), first(Outcome::kept)), Canvas{100, false, false}));
  compare("show-failed.txt", render_show(night().summary, fakes::make_exhibit(night(), first(Outcome::build_failed)),
                                         Canvas{100, true, true}));
}

TEST_CASE("the list of runs") {
  Summary running = fakes::make_night(12, 3).summary;
  running.name = "brave-heron";
  running.ended.reset();
  running.final_word.reset();
  const std::vector<Summary> runs = {running, night().summary};
  compare("runs.txt", render_runs(runs, morning, Canvas{100, false, false}));
}

TEST_CASE("the live block") {
  Live live;
  live.summary = night().summary;
  live.summary.ended.reset();
  live.summary.final_word.reset();
  live.summary.doing = "timing experiment 61, asking for experiment 62 and 1 more";
  live.summary.in_flight = {{EffectId{5}, EffectKind::measure, ExperimentId{61}, Seconds{100}, MicroDollars{}}};
  live.active[ExperimentId{61}].idea = "hoist the bounds check out of the number loop";
  live.limits.max_cost = MicroDollars{5'000'000};
  live.trace = {0, 0.01, 0.021, 0.028, 0.045, 0.064};
  for (const Record& record : night().records) live.recent.push_back(*record.outcome);
  compare("live.txt", render_live(live, Canvas{100, false, true}));
  compare("live-ascii-60.txt", render_live(live, Canvas{60, false, false}));
  compare("live-colour.txt", render_live(live, Canvas{100, true, true}));
}
