#include "hone/views/canvas.hpp"

#include <catch2/catch.hpp>

using namespace hone;

TEST_CASE("what a model wrote cannot steer the terminal") {
  CHECK(printable("a\x1b[2J\x1b]0;title\x07"
                  "b\rc\x00z") == "abc");
  CHECK(printable("one\n\ttwo   three ") == "one two three");
  CHECK(printable("x\u202Egnp.exe") == "xgnp.exe");  // right-to-left override
  CHECK(printable("\xC2\x9B"
                  "31m") == "31m");  // C1 CSI
  CHECK(printable("bad \xFF\xC0\x80 end") == "bad \uFFFD\uFFFD\uFFFD end");
  CHECK(printable_lines("a\tb\nc\x07") == "a    b\nc");
}

TEST_CASE("bytes that are no UTF-8 become the replacement character") {
  CHECK(valid_utf8("\xED\xA0\x80") == "\uFFFD\uFFFD\uFFFD");  // a surrogate
  CHECK(valid_utf8("\xF4\x90\x80\x80").find("\xF4") == std::string::npos);
  CHECK(valid_utf8("gr\u00FC\u00DF \U0001F600\n") == "gr\u00FC\u00DF \U0001F600\n");
  CHECK(valid_utf8("cut \xE2\x82") == "cut \uFFFD\uFFFD");
}

TEST_CASE("cells count wide and combining characters as terminals do") {
  CHECK(columns("abc") == 3);
  CHECK(columns("\u65E5\u672C") == 4);
  CHECK(columns("e\u0301") == 1);
  CHECK(pad_left("\u65E5", 4) == "  \u65E5");
}

TEST_CASE("a cut text says that it was cut and never exceeds its room") {
  const Canvas plain{80, false, false};
  const Canvas rich{80, false, true};
  CHECK(fit("abcdef", 6, plain) == "abcdef");
  CHECK(fit("abcdefg", 6, plain) == "abc...");
  CHECK(fit("abcdefg", 6, rich) == "abcde\u2026");
  CHECK(fit("\u65E5\u672C\u8A9E", 4, rich) == "\u65E5\u2026");
  for (std::size_t most = 0; most < 9; ++most) CHECK(columns(fit("\u65E5\u672C x \u8A9E", most, rich)) <= most);
}

TEST_CASE("colour appears only where the canvas allows it") {
  CHECK(paint("x", Ink::good, Canvas{80, false, true}) == "x");
  CHECK(paint("x", Ink::good, Canvas{80, true, true}) == "\x1b[32mx\x1b[0m");
}
