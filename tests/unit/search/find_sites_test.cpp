#include <catch2/catch.hpp>

#include "hone/core/search/site.hpp"

using namespace hone;

namespace {

std::vector<std::string> names(const std::string& path, const std::string& text) {
  std::vector<std::string> result;
  for (const Site& site : find_sites({{path, text}}).sites) result.push_back(site.name + "=" + site.literal);
  return result;
}
using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("numbers are found with the name they belong to", "[search]") {
  CHECK(names("a.cpp", "int width = 5;\nfloat rate = 0.25f;\nrun(64, 1e-3);\n") ==
        Names{"width=5", "rate=0.25f", "run=64", "run=1e-3"});
}

TEST_CASE("comments, strings, includes, versions and identifiers hold no sites", "[search]") {
  CHECK(names("a.cpp", "// 5\n/* 6\n 7 */ #include <a8.h>\nauto s = \"9\"; char c = '4';\n").empty());
  CHECK(names("a.cpp", "#include \"v2/x.h\"\n#if A > 3\nauto r = R\"(5 \" 6)\";\nint version = 3;\n").empty());
  CHECK(names("a.cpp", "x1 = sha256(y) ; f = 0x1f; m = 1'000; v = 1.2.3; o = 007; std = c++20;\n").empty());
  CHECK(names("a.py", "# 5\n'''6\n7'''\nimport a8\nx = '9'\n").empty());
  CHECK(names("a.sql", "-- 5\n").empty());
}

TEST_CASE("array indices 0 and 1 are left alone and other small literals are unlikely", "[search]") {
  CHECK(names("a.cpp", "y = x[0] + x[1];\n").empty());
  const Survey survey = find_sites({{"a.cpp", "for (int i = 0; i < 8; ++i) {\n"}});
  REQUIRE(survey.sites.size() == 2);
  CHECK(survey.sites[0].likelihood < 0.2);
  CHECK(survey.sites[1].likelihood == 1);
}

TEST_CASE("booleans and optimisation flags are switches", "[search]") {
  CHECK(names("a.cpp", "bool fast = true;\n") == Names{"fast=true"});
  CHECK(names("a.py", "fast = True; true = 2\n") == Names{"true=2", "fast=True"});
  CHECK(names("build.sh", "g++ -O2 -std=c++20 main.cpp  # -O3\n") == Names{"optimisation=-O2"});
}

TEST_CASE("a declared knob is the one number of its line, with its range and its sign", "[search]") {
  const Survey survey = find_sites({{"a.py",
                                     "low = f(3, -0.5)  # hone: knob pull -4..2\n"
                                     "rate[2] = 1e-3  # hone: knob rate 1e-5..1 log\n"}});
  REQUIRE(survey.complaints.empty());
  REQUIRE(survey.sites.size() == 2);
  CHECK(survey.sites[0].literal == "3");
  CHECK(survey.sites[0].name == "pull");
  CHECK(survey.sites[0].low == -4);
  CHECK(survey.sites[1].literal == "1e-3");
  CHECK(survey.sites[1].log_scale);
  const Survey negative = find_sites({{"a.py", "x = -0.5  # hone: knob pull -4..2\n"}});
  REQUIRE(negative.sites.size() == 1);
  CHECK(negative.sites[0].literal == "-0.5");
  CHECK(negative.sites[0].column == 5);
}

TEST_CASE("a declared choice switches between its words", "[search]") {
  const Survey survey = find_sites({{"a.cpp", "auto mode = Mode::fast;  // hone: one of fast|small|tiny\n"}});
  REQUIRE(survey.sites.size() == 1);
  CHECK(survey.sites[0].literal == "fast");
  CHECK(survey.sites[0].alternatives == Names{"small", "tiny"});
}

TEST_CASE("a declaration that makes no sense is told with its place", "[search]") {
  for (const char* line : {"x = 3  # hone: knob a 5..1", "x = 3  # hone: knob a 0..1 log", "x = 3  # hone: knob a",
                           "x = y  # hone: knob a 1..2", "x = y  # hone: one of a|b"}) {
    INFO(line);
    const Survey survey = find_sites({{"a.py", line}});
    REQUIRE(survey.complaints.size() == 1);
    CHECK(survey.complaints[0].starts_with("a.py:1: "));
  }
}

TEST_CASE("a file that is no text is passed over", "[search]") {
  CHECK(names("a.cpp", std::string("x = 5;\0y = 6;", 13)).empty());
}
