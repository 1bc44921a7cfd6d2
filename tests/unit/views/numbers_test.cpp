#include "hone/views/numbers.hpp"

#include <catch2/catch.hpp>
#include <limits>

using namespace hone;

TEST_CASE("digits of an effect follow the width of its interval") {
  CHECK(render_effect(0.0981, {0.0912, 0.1043}, false) == "9.8 % [9.1, 10.4]");
  CHECK(render_effect(0.31, {0.25, 0.36}, true) == "+31 % [+25, +36]");
  CHECK(render_effect(0.00123, {0.00113, 0.00133}, true) == "+0.12 % [+0.11, +0.13]");
  CHECK(render_effect(-0.02, {0, 0}, true) == "-2.0 %");
  CHECK(render_effect(0.13003378340432384, {0.1300337834043238, 0.1300337834043239}, true) == "+13.0 %");
}

TEST_CASE("a gain that rounds to nothing has no sign") {
  CHECK(render_gain(0) == "0.0 %");
  CHECK(render_gain(-0.0000001) == "0.000 %");
  CHECK(render_gain(0.0311) == "+3.1 %");
  CHECK(render_gain(std::numeric_limits<double>::quiet_NaN()) == "?");
}

TEST_CASE("a block has one unit and digits down to the noise") {
  const Scale seconds = choose_scale(Measure::wall, 1.3124, 0.005);
  CHECK(render_value(1.31239, seconds) == "1.312 s");
  CHECK(render_value(0.9, seconds) == "0.900 s");
  CHECK(render_value(0.01234567, choose_scale(Measure::cpu, 0.0123, 0.0005)) == "12.346 ms");
  CHECK(render_value(50.0 * 1024 * 1024, choose_scale(Measure::peak_memory, 5e7, 0.01)) == "50.0 MiB");
  CHECK(render_value(1.23456789e9, choose_scale(Measure::instructions, 1.2e9, 1e-7)) == "1.2345679 G");
  CHECK(render_value(2.634, choose_scale(Measure::printed, 2.6, 0)) == "2.6340");
}

TEST_CASE("money is never rounded to nothing and unknown is not zero") {
  CHECK(render_money(MicroDollars{11'200'000}) == "$11.20");
  CHECK(render_money(MicroDollars{1'234'567'890}) == "$1,234.57");
  CHECK(render_money(MicroDollars{999'999}) == "$1.00");
  CHECK(render_money(MicroDollars{21'300}) == "$0.021");
  CHECK(render_money(MicroDollars{12}) == "$0.000012");
  CHECK(render_money(MicroDollars{}) == "$0");
  CHECK(render_cost(std::nullopt) == "?");
}

TEST_CASE("durations and dates read at a glance") {
  CHECK(render_duration(Seconds{0.0123}) == "12ms");
  CHECK(render_duration(Seconds{4.24}) == "4.2s");
  CHECK(render_duration(Seconds{59.6}) == "1m00s");
  CHECK(render_duration(Seconds{185}) == "3m05s");
  CHECK(render_duration(Seconds{7.2 * 3600}) == "7h12m");
  CHECK(render_duration(Seconds{51 * 3600.0}) == "2d03h");
  CHECK(render_date(UnixTime{1'700'000'000}) == "2023-11-14 22:13 UTC");
  CHECK(render_date(UnixTime{951'782'400}) == "2000-02-29 00:00 UTC");
  CHECK(render_ago(UnixTime{1000}, UnixTime{1030}) == "just now");
  CHECK(render_ago(UnixTime{1000}, UnixTime{1000 + 3600 * 3}) == "3 h ago");
  CHECK(render_ago(UnixTime{1000}, UnixTime{1000 + 86400 * 5}) == "5 days ago");
}

TEST_CASE("counts have thousands marks and words their plural") {
  CHECK(render_count(1234567) == "1,234,567");
  CHECK(render_count(-999) == "-999");
  CHECK(render_plural(1, "commit") == "1 commit");
  CHECK(render_plural(2, "entry", "entries") == "2 entries");
  CHECK(render_number(0.000012345) == "1.234e-05");
  CHECK(render_number(1234.5) == "1234");
  CHECK(render_number(2.5) == "2.5");
}
