#include "hone/core/config/init.hpp"

#include <catch2/catch.hpp>
#include <vector>

using namespace hone;

namespace {
std::string value_of(const Guess& guess, const std::string& key) {
  const auto found = guess.values.find(key);
  return found == guess.values.end() || found->second.empty() ? "" : found->second.front();
}
}  // namespace

TEST_CASE("a Go module gives its build, its tests and one benchmark as the score") {
  const std::vector<TrackedFile> files = {
      {"go.mod", "module x\n"},
      {"hot.go", "package x\nfunc Hot(n int) int { return n }\n"},
      {"hot_test.go", "package x\nfunc TestHot(t *testing.T) {}\nfunc BenchmarkHot(b *testing.B) {}\n"},
      {"more_test.go", "package x\nfunc BenchmarkMore(b *testing.B) {}\n"}};
  const Guess guess = guess_settings(files);
  CHECK(value_of(guess, "build") == "go build ./...");
  CHECK(value_of(guess, "check") == "go test ./...");
  CHECK(value_of(guess, "metric") == "go test -run '^$' -bench '^BenchmarkHot$' ./...");
  CHECK(value_of(guess, "match") == "([0-9.]+) ns/op");
}

TEST_CASE("a Cargo project with a folder of benches is timed by cargo bench, offline") {
  const std::vector<TrackedFile> files = {
      {"Cargo.toml", "[package]\nname = \"x\"\n"}, {"src/lib.rs", "fn a() {}\n"}, {"benches/b.rs", "fn b() {}\n"}};
  const Guess guess = guess_settings(files);
  CHECK(value_of(guess, "metric") == "cargo bench --offline");
  CHECK(value_of(guess, "measure") == "wall");
}
