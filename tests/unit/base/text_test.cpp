#include "hone/core/base/text.hpp"

#include <catch2/catch.hpp>

#include "hone/core/base/digest.hpp"

using namespace hone;

TEST_CASE("a number is a whole finite decimal and nothing else") {
  CHECK(parse_number("3.5") == 3.5);
  CHECK(parse_number("-2e3") == -2000.0);
  CHECK(parse_number("+1") == 1.0);
  for (const char* bad : {"", "nan", "inf", "-inf", "3.5ms", "1,234", "0x10", "1 ", " 1", "1e999", "--1", "+-1"}) {
    INFO(bad);
    CHECK_FALSE(parse_number(bad));
  }
}

TEST_CASE("lines drop their ends and a final newline adds none") {
  CHECK(lines("a\r\nb\n\nc\n") == std::vector<std::string_view>{"a", "b", "", "c"});
  CHECK(lines("").empty());
}

TEST_CASE("globs stop at a slash unless doubled") {
  CHECK(glob_match("src/*.cpp", "src/a.cpp"));
  CHECK_FALSE(glob_match("src/*.cpp", "src/x/a.cpp"));
  CHECK(glob_match("src/**/*.cpp", "src/x/y/a.cpp"));
  CHECK(glob_match("src/**/*.cpp", "src/a.cpp"));
  CHECK(glob_match("[a-c]?.py", "b1.py"));
  CHECK_FALSE(glob_match("[!a-c]?.py", "b1.py"));
}

TEST_CASE("clipping keeps head and tail at line ends and says what it left out") {
  const std::string text = "one\ntwo\nthree\nfour\nfive\n";
  CHECK(clip_middle(text, 100, 100) == text);
  CHECK(clip_middle(text, 5, 6) == "one\n[... 15 bytes left out ...]\nfive\n");
}

TEST_CASE("a title is one printable line cut at a character") {
  CHECK(one_line("  a\x1b[31mred\x1b[0m\n\tb ", 100) == "ared  b");
  CHECK(one_line("gr\xc3\xbc\xc3\x9f", 3) == "gr");
  CHECK(strip_controls("a\x1b]0;title\x07z\r") == "az");
  CHECK(one_line("a\xC2\x9B"
                 "2Jb\xE2\x80\xA8"
                 "c\xC2\x85",
                 100) == "a 2Jb c");
  CHECK(strip_controls("\xC3\x9B\xC2\xA0\xE2\x80\xA6") == "\xC3\x9B\xC2\xA0\xE2\x80\xA6");
}

TEST_CASE("a shell word means exactly its text") {
  CHECK(shell_quote("it's") == "'it'\\''s'");
}

TEST_CASE("a text is kept under its SHA-256") {
  CHECK(text_id("abc").value == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
