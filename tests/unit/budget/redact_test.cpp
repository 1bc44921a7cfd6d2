#include "hone/core/base/redact.hpp"

#include <catch2/catch.hpp>

using namespace hone;

namespace {

const std::string key = "sk-test/Key+Value=0123456789";

std::string base64(std::string_view bytes) {
  const std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string result;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned bits = 0;
    for (std::size_t k = 0; k < 3; ++k)
      bits = (bits << 8) | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) result += i + k <= bytes.size() ? alphabet[(bits >> (18 - 6 * k)) & 63] : '=';
  }
  return result;
}

}  // namespace

TEST_CASE("a secret is hidden as it is, URL-encoded, JSON-escaped and in base64 at any place", "[redact]") {
  Redactor redactor;
  redactor.add(key);
  CHECK(redactor.redact("key=" + key + ".") == "key=[secret].");
  CHECK(redactor.redact("sk-test%2FKey%2BValue%3D0123456789") == "[secret]");
  CHECK(redactor.redact("sk-test%2fKey%2bValue%3d0123456789") == "[secret]");
  CHECK(redactor.redact(R"("sk-test\/Key+Value=0123456789")") == R"("[secret]")");
  for (const char* before : {"", "u", "us", "user:"}) {
    const std::string code = base64(before + key + ":rest");
    INFO(code);
    CHECK(redactor.redact(code).find("[secret]") != std::string::npos);
    CHECK(redactor.redact(code).find(code.substr(8, 12)) == std::string::npos);
  }
  CHECK(redactor.redact(key + key) == "[secret][secret]");
  CHECK(redactor.redact("nothing here") == "nothing here");
}

TEST_CASE("a secret that is split over pieces is hidden, wherever it is cut", "[redact]") {
  Redactor redactor;
  redactor.add(key);
  const std::string text = "before " + key + " between " + key + " after";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    RedactingStream stream(redactor);
    std::string result;
    for (std::size_t at = 0; at < text.size(); at += piece)
      result += stream.feed(std::string_view(text).substr(at, piece));
    result += stream.finish();
    CHECK(result == "before [secret] between [secret] after");
  }
}

TEST_CASE("words are not secrets", "[redact]") {
  Redactor redactor;
  redactor.add("");
  redactor.add("test");
  CHECK(redactor.empty());
  CHECK(redactor.redact("a test") == "a test");
  RedactingStream stream(redactor);
  CHECK(stream.feed("now") == "now");
}
