#include "hone/core/guard/auto_loaded.hpp"

#include <catch2/catch.hpp>

using namespace hone;

namespace {

using Paths = std::vector<std::string>;

Paths planted(std::string_view command, const Paths& tracked, const Paths& added) {
  Paths found;
  for (const AutoLoaded& one : find_planted(command, tracked, added)) found.push_back(one.path);
  return found;
}

const Paths python_tree = {"bench/judge.py", "bench/helper.py", "work.py"};

}  // namespace

TEST_CASE("what python would load in place of a module of the library or of the tree is planted", "[guard]") {
  for (const char* path : {"bench/json.py", "bench/json/__init__.py", "bench/json.cpython-311-x86_64-linux-gnu.so",
                           "bench/json.pyc", "bench/__pycache__/helper.cpython-311.pyc", "bench/helper/__init__.py",
                           "bench/helper.so", "sitecustomize.py", "bench/x.pth", "__pycache__/work.cpython-311.pyc"}) {
    INFO(path);
    CHECK(planted("python3 bench/judge.py", python_tree, {path}) == Paths{path});
  }
}

TEST_CASE("what a build usually leaves is not", "[guard]") {
  const Paths outputs = {
      "build/work.o", "bench/judge.log", "bench/data.json", "json.py",
      "libwork.so",   "bench/new.py",    "out/json.py",     "bench/__pycache__/other.cpython-311.pyc"};
  CHECK(planted("python3 bench/judge.py", python_tree, outputs).empty());
  CHECK(planted("./judge", {"judge.c", "Makefile"}, {"judge", "judge.o", "json.py", "GNUmakefile"}).empty());
}

TEST_CASE("what make, cargo and pytest read first is planted when they are run", "[guard]") {
  CHECK(planted("make -s score", {"Makefile"}, {"GNUmakefile", "x.o"}) == Paths{"GNUmakefile"});
  CHECK(planted("cargo bench", {"Cargo.toml"}, {".cargo/config.toml"}) == Paths{".cargo/config.toml"});
  CHECK(planted("pytest -q", {"test_a.py"}, {"conftest.py"}) == Paths{"conftest.py"});
}
