#include "hone/views/tables.hpp"

#include <catch2/catch.hpp>

#include "fakes/night.hpp"
#include "hone/core/base/text.hpp"

using namespace hone;

TEST_CASE("TSV cells hold neither tabs, newlines nor formulas") {
  Record record;
  record.id = ExperimentId{1};
  record.outcome = Outcome::crashed;
  record.idea = "=cmd|' /C calc'!A1\tx\ny";
  const std::string text = render_log_tsv(std::span(&record, 1));
  const auto rows = lines(text);
  REQUIRE(rows.size() == 2);
  CHECK(split(rows[1], '\t').size() == 5);
  CHECK(rows[1] == "-\t0.000000\t0.0\tcrash\t'=cmd|' /C calc'!A1 x y");
}

TEST_CASE("TSV gives memory in gigabytes, and a small program's is not rounded to nothing") {
  Record record;
  record.values = {{"peak-memory", 3'650'000.0}};
  CHECK(split(lines(render_log_tsv(std::span(&record, 1)))[1], '\t')[2] == "0.0037");
  record.values[0].value = 45'060'200'000.0;
  CHECK(split(lines(render_log_tsv(std::span(&record, 1)))[1], '\t')[2] == "45.1");
}

TEST_CASE("no row of the log is wider than the terminal") {
  const fakes::Night night = fakes::make_night(80, 11);
  for (const std::size_t width : {60U, 80U, 100U, 160U}) {
    const std::string text = render_log(night.summary, night.records, Canvas{width, false, true});
    for (const auto row : lines(text)) CHECK(columns(row) <= width);
  }
}

TEST_CASE("pairs are formed by order within a phase and invalid runs drop out") {
  std::vector<Sample> samples(5);
  samples[0].role = Role::champion;
  samples[0].value = 2.0;
  samples[1].value = 1.0;
  samples[2].value = 3.0;
  samples[3].role = Role::champion;
  samples[3].value = 2.0;
  samples[4].value = std::nullopt;
  CHECK(pair_gains(samples, Direction::minimise) == std::vector<double>{0.5, -0.5});
  CHECK(pair_gains(samples, Direction::maximise) == std::vector<double>{-0.5, 0.5});
}

TEST_CASE("an empty run has a log, a list and a status") {
  CHECK(render_log(Summary{}, {}, Canvas{}) == "No experiment has been made yet.\n");
  CHECK(render_runs({}, UnixTime{}, Canvas{}).starts_with("No runs"));
  CHECK(render_status(Summary{}, UnixTime{}, Canvas{}).starts_with("Nothing better"));
}
