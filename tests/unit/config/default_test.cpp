#include <toml++/toml.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "hone/core/config/init.hpp"
#include "hone/core/config/keys.hpp"

namespace hone {
namespace {

std::string text_of(const std::string& path) {
  std::ifstream in(std::string(HONE_SOURCE_DIR) + "/" + path);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::vector<std::string> values_of(const toml::node& node) {
  std::vector<std::string> values;
  const auto add = [&](const toml::node& one) {
    if (const auto* text = one.as_string()) {
      values.push_back(text->get());
    } else {
      std::ostringstream out;
      one.visit([&](const auto& value) { out << value; });
      values.push_back(out.str());
    }
  };
  if (const auto* list = node.as_array()) {
    for (const auto& one : *list) add(one);
  } else {
    add(node);
  }
  return values;
}

void load(RunSpec& spec, const toml::table& table) {
  for (const auto& [name, node] : table) {
    for (const std::string& value : values_of(node)) {
      INFO(name.str() << " = " << value);
      CHECK(set_key(spec, name.str(), value));
    }
  }
}

}  // namespace

TEST_CASE("configs/default.toml says every key and exactly the compiled defaults", "[config]") {
  const std::string text = text_of("configs/default.toml");
  const toml::table table = toml::parse(text);
  const RunSpec defaults;
  for (const Key& key : keys()) {
    INFO(key.name);
    const auto values = key.get(defaults);
    const auto* node = table.get(std::string(key.name));
    CHECK((node != nullptr) == !values.empty());
    if (node != nullptr) CHECK(values_of(*node) == values);
    if (node == nullptr) CHECK(text.find("\n# " + std::string(key.name) + " = ") != std::string::npos);
  }
  for (const auto& [name, node] : table) CHECK(find_key(name.str()) != nullptr);
}

TEST_CASE("what default.toml shows as an example can be set", "[config]") {
  std::istringstream in(text_of("configs/default.toml"));
  std::string examples;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("# ") && line.find(" = ") != std::string::npos && line.find(' ', 2) == line.find(" = "))
      examples += line.substr(2) + "\n";
  }
  RunSpec spec;
  load(spec, toml::parse(examples));
  CHECK(check_spec(spec));
}

TEST_CASE("every preset loads and sets nothing personal", "[config]") {
  for (const char* name : {"ci", "overnight", "gpu"}) {
    INFO(name);
    const toml::table table = toml::parse(text_of(std::string("configs/presets/") + name + ".toml"));
    CHECK(!table.empty());
    RunSpec spec;
    load(spec, table);
    for (const auto& [key, node] : table) CHECK(!find_key(key.str())->personal);
  }
}

TEST_CASE("what init writes is read back as what it guessed", "[config]") {
  const std::vector<TrackedFile> files = {{"bench.sh", "#!/bin/bash\necho \"METRIC time_ms=$x\"\n./app\n"},
                                          {"CMakeLists.txt", "add_executable(app main.cpp)\nenable_testing()\n"},
                                          {"src/main.cpp", "int main() { return 0; }\n"},
                                          {"tests/main_test.cpp", "int main() { return 1; }\n"}};
  const Guess guess = guess_settings(files);
  CHECK(guess.one("metric") == "bash bench.sh");
  CHECK(guess.one("goal") == "min");
  CHECK(guess.one("target") == "src/main.cpp");
  CHECK(guess.one("check").starts_with("ctest"));
  RunSpec spec;
  load(spec, toml::parse(render_settings(guess)));
  CHECK(check_spec(spec));
  CHECK(spec.metric.command == "bash bench.sh");
}

TEST_CASE("init knows the three shapes of project that it was made for", "[config]") {
  SECTION("a training script that prints its loss") {
    const Guess guess = guess_settings(std::vector<TrackedFile>{{"train.py", "x = 1\nprint(f\"val_bpb:   {x}\")\n"}});
    CHECK(guess.one("metric") == "python3 train.py");
    CHECK(guess.one("metric-name") == "val_bpb");
    CHECK(guess.one("target") == "train.py");
  }
  SECTION("a package with scripts") {
    const Guess guess = guess_settings(std::vector<TrackedFile>{
        {".gitignore", "node_modules\n"},
        {"index.js", "module.exports = 1\n"},
        {"package.json", "{\"scripts\": {\"bench\": \"node b.js\", \"test\": \"node t.js\"}}"}});
    CHECK(guess.one("metric") == "npm run --silent bench");
    CHECK(guess.one("check") == "npm test --silent");
    CHECK(guess.one("carry") == "node_modules");
    CHECK(guess.one("measure") == "wall");
  }
  SECTION("nothing at all is said, not invented") {
    const Guess guess = guess_settings(std::vector<TrackedFile>{{"README.md", "hello\n"}});
    CHECK(guess.one("metric").empty());
    CHECK(guess.doubts.size() >= 2);
  }
}

}  // namespace hone
