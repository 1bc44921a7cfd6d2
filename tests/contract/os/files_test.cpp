#include "adapters/os/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <thread>

#include "adapters/os/capture.hpp"
#include "adapters/os/clock.hpp"
#include "adapters/os/pattern.hpp"

using namespace hone;

namespace {

std::string folder() {
  char name[] = "/tmp/hone-files-XXXXXX";
  REQUIRE(::mkdtemp(name));
  return name;
}
bool there(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

// A path of about ten bytes a level: far beyond PATH_MAX.
void dig(const std::string& top, int levels) {
  int at = ::open(top.c_str(), O_RDONLY | O_DIRECTORY);
  for (int i = 0; i < levels; ++i) {
    REQUIRE(::mkdirat(at, "0123456789", 0700) == 0);
    const int next = ::openat(at, "0123456789", O_RDONLY | O_DIRECTORY);
    ::close(at);
    at = next;
  }
  ::close(at);
}

}  // namespace

TEST_CASE("a stored file is whole, private, keeps its mode and leaves nothing beside it") {
  os::SystemFiles files;
  const std::string top = folder();
  const std::string path = top + "/a";
  REQUIRE(files.store(path, "one"));
  struct stat status {};
  ::stat(path.c_str(), &status);
  CHECK((status.st_mode & 0777) == 0600);
  ::chmod(path.c_str(), 0755);
  REQUIRE(files.store(path, std::string(1 << 20, 'x')));
  ::stat(path.c_str(), &status);
  CHECK((status.st_mode & 0777) == 0755);
  CHECK(files.load(path, Bytes{1 << 20})->size() == 1 << 20);
  CHECK_FALSE(files.load(path, Bytes{(1 << 20) - 1}));
  CHECK(*files.list(top) == std::vector<std::string>{"a"});
  CHECK(files.store(top + "/no/such", "x").error().message.find("No such file or directory") != std::string::npos);
  CHECK(files.free_space(top)->value > 0);
  REQUIRE(files.remove_tree(top));
}

TEST_CASE("folders are made with their parents, twice is once") {
  os::SystemFiles files;
  const std::string top = folder();
  REQUIRE(files.make_folder(top + "/a/b/c"));
  REQUIRE(files.make_folder(top + "/a/b/c"));
  REQUIRE(files.store(top + "/f", ""));
  CHECK_FALSE(files.make_folder(top + "/f"));
  CHECK_FALSE(files.load(top, Bytes{100}));
  REQUIRE(files.remove_tree(top));
  CHECK_FALSE(there(top));
  REQUIRE(files.remove_tree(top));
}

TEST_CASE("removing a tree survives mode 000, great depth and odd names, and never follows links") {
  os::SystemFiles files;
  const std::string top = folder();
  const std::string outside = folder();
  REQUIRE(files.store(outside + "/kept", "x"));
  const std::string script = fmt::format(
      "cd {0} && mkdir -p a/b/c && touch a/b/f 'a/ odd\nname' && ln -s {1} link && ln -s {1} a/b/link && "
      "ln -s {1}/kept file && mkfifo fifo && chmod 000 a/b/c a/b a",
      top, outside);
  REQUIRE(std::system(script.c_str()) == 0);
  dig(top, 600);
  const auto removed = files.remove_tree(top);
  INFO((removed ? "" : removed.error().message));
  CHECK(removed);
  CHECK_FALSE(there(top));
  CHECK(files.load(outside + "/kept", Bytes{10}) == std::string("x"));
  const std::string link = outside + "/link";
  REQUIRE(::symlink("/etc", link.c_str()) == 0);
  REQUIRE(files.remove_tree(link));
  CHECK_FALSE(there(link));
  CHECK(there("/etc"));
  REQUIRE(files.remove_tree(outside));
}

TEST_CASE("the monotonic clock goes forward and the date is this century") {
  const os::SystemClock clock;
  const Seconds before = clock.monotonic();
  CHECK(clock.monotonic() >= before);
  CHECK(clock.now().value > 1'600'000'000);
}

TEST_CASE("captured output keeps head and tail and never half a line between") {
  os::Capture all(10, 10);
  all.add("METRIC a=1\n");
  all.add("b=2\n");
  CHECK(all.text() == "METRIC a=1\nb=2\n");
  os::Capture cut(14, 14);
  for (int i = 0; i < 9; ++i) cut.add(fmt::format("metric a=12{}\n", i));
  CHECK(cut.text() == "metric a=120\n[... 91 bytes left out ...]\nmetric a=128\n");
  os::Capture none(4, 4);
  none.add("abcdefghijkl");
  CHECK(none.text() == "abcd\n[... 4 bytes left out ...]\nijkl");
  os::Capture nothing(0, 0);
  nothing.add("abc");
  CHECK(nothing.text() == "[... 3 bytes left out ...]\n");
}

TEST_CASE("a METRIC line in what is left out of an output is kept") {
  os::Capture cut(100, 100);
  const std::string filler(63, 'x');
  const auto flood = [&] {
    for (int i = 0; i < 5000; ++i) cut.add(filler + "\n");
  };
  cut.add("METRIC ms=90\n");
  flood();
  for (const char* part : {"swallowed MET", "RIC ms=15", "0\nMETRIC", " n=3\nmetric\n"}) cut.add(part);
  flood();
  cut.add("METRIC ms=90\nthe end");
  CHECK(cut.text() == "METRIC ms=90\n" + filler +
                          "\n[... 639879 bytes left out ...]\nswallowed METRIC ms=150\nMETRIC n=3\n" + filler +
                          "\nMETRIC ms=90\nthe end");
  os::Capture many(10, 10);
  for (int i = 0; i < 200'000; ++i) many.add("METRIC a=1\n");
  CHECK(many.text().size() < 1'100'000);
  CHECK(many.text().find("METRIC lines beyond") != std::string::npos);
  os::Capture far(10, 10);
  far.add("METRIC ms=150 " + std::string(100'000, 'x') + " METRIC n=7\n" + std::string(50, 'y') + "\n");
  CHECK(far.text().find("METRIC ms=150 ") != std::string::npos);
  CHECK(far.text().find(" METRIC n=7\n") != std::string::npos);
}

TEST_CASE("a pattern gives its first group of every match") {
  const auto pattern = os::Pattern::parse("loss: (\\d+\\.?\\d*)(?: at (\\w+))?");
  REQUIRE(pattern);
  CHECK(pattern->captures("x loss: 3.5 at a\nno\nloss: 4 loss: 5\n") == std::vector<std::string>{"3.5", "4", "5"});
  CHECK(os::Pattern::parse("a.*?=(.*?);")->captures("a b=1; c=2;") == std::vector<std::string>{"1"});
  CHECK(os::Pattern::parse("^ *([0-9]+)$")->captures("12\n a 13\n 14") == std::vector<std::string>{"12", "14"});
}

TEST_CASE("a pattern that cannot work is refused at the start") {
  CHECK(os::Pattern::parse("(").error().reaction == Reaction::fix_input);
  CHECK(os::Pattern::parse("loss").error().message.find("no capture group") != std::string::npos);
  CHECK_FALSE(os::Pattern::parse("(a)\\1"));
}

TEST_CASE("a pattern made to explode stays quick on the longest line, on a small stack") {
  const auto pattern = os::Pattern::parse("(a+)+(b*)*c");
  REQUIRE(pattern);
  std::size_t found = 1;
  std::thread worker([&] { found = pattern->captures(std::string(1 << 20, 'a')).size(); });
  worker.join();
  CHECK(found == 0);
}
