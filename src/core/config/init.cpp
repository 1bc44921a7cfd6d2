#include "hone/core/config/init.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/config/init_files.hpp"
#include "hone/core/base/text.hpp"

namespace hone {
namespace {

using namespace init;

struct Project {
  std::span<const TrackedFile> files;

  [[nodiscard]] const TrackedFile* find(std::string_view path) const {
    const auto found = std::find_if(files.begin(), files.end(), [&](const TrackedFile& f) { return f.path == path; });
    return found == files.end() ? nullptr : &*found;
  }
  [[nodiscard]] std::string_view text(std::string_view path) const {
    const TrackedFile* file = find(path);
    return file ? std::string_view(file->text) : std::string_view();
  }
};

constexpr std::array<std::string_view, 7> judge_words = {"bench", "judge", "score", "eval", "measure", "count", "perf"};
constexpr std::array<std::string_view, 14> max_words = {
    "acc", "score", "sum", "reward", "throughput", "per_s", "ops", "f1", "auc", "rate", "speed", "qps", "bleu", "hits"};
constexpr std::array<std::string_view, 17> min_words = {
    "loss",         "bpb",    "error", "err",   "ppl",    "perplexity", "time", "second", "latency",
    "instructions", "cycles", "size",  "bytes", "memory", "cost",       "rmse", "mse"};
constexpr std::array<std::string_view, 8> effort_words = {"time",   "second",     "latency", "instructions",
                                                          "cycles", "throughput", "ops",     "per_s"};

template <std::size_t N>
bool any_in(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return has_word(text, word); });
}

bool sounds_like_judge(std::string_view path) {
  return any_in(base_name(path), judge_words) || path.starts_with("bench");
}

// `go test` prints nanoseconds an operation; one benchmark alone, because several numbers are no score.
void look_at_go(const Project& project, Guess& guess) {
  guess.set("build", "go build ./...", "go.mod");
  for (const TrackedFile& file : project.files) {
    if (!file.path.ends_with("_test.go")) continue;
    guess.set("check", "go test ./...", "there are _test.go files");
    const auto at = file.text.find("func Benchmark");
    if (at == std::string::npos || !guess.one("metric").empty()) continue;
    const std::string name = file.text.substr(at + 5, file.text.find('(', at) - at - 5);
    guess.set("metric", fmt::format("go test -run '^$' -bench '^{}$' ./...", name), file.path + " has that benchmark");
    guess.set("match", "([0-9.]+) ns/op", "what go test prints");
  }
  guess.doubts.push_back("commands see no network: `go mod vendor` first if there are modules to fetch");
}

// 1. A build system says how it is built and tested, and sometimes what its benchmark is.
void look_at_build(const Project& project, Guess& guess) {
  if (const auto cmake = project.text("CMakeLists.txt"); !cmake.empty()) {
    guess.set("build", "cmake -S . -B build -DCMAKE_BUILD_TYPE=Release && cmake --build build -j2", "CMakeLists.txt");
    if (has_word(cmake, "add_test") || has_word(cmake, "enable_testing")) {
      guess.set("check", "ctest --test-dir build --output-on-failure", "CMakeLists.txt declares tests");
    }
    for (const std::string& name : cmake_names(cmake, "add_executable")) {
      if (sounds_like_judge(name)) guess.set("metric", "./build/" + name, "CMakeLists.txt builds it");
    }
  } else if (const auto cargo = project.text("Cargo.toml"); !cargo.empty()) {
    guess.set("build", "cargo build --release --offline", "Cargo.toml");
    guess.set("check", "cargo test --release --offline", "Cargo.toml");
    const bool benches = std::any_of(project.files.begin(), project.files.end(),
                                     [](const TrackedFile& f) { return f.path.starts_with("benches/"); });
    if (benches) guess.set("metric", "cargo bench --offline", "there is a folder benches");
    guess.doubts.push_back(
        "commands see no network: `cargo fetch` first, and carry its cache if it is inside the repository");
  } else if (!project.text("go.mod").empty()) {
    look_at_go(project, guess);
  } else if (const auto package = project.text("package.json"); !package.empty()) {
    if (has_npm_script(package, "build")) guess.set("build", "npm run --silent build", "package.json");
    if (has_npm_script(package, "test")) guess.set("check", "npm test --silent", "package.json");
    for (const char* name : {"bench", "benchmark", "perf"}) {
      if (has_npm_script(package, name)) guess.set("metric", fmt::format("npm run --silent {}", name), "package.json");
    }
    if (has_word(project.text(".gitignore"), "node_modules"))
      guess.set("carry", "node_modules", "ignored, and needed to run");
  } else {
    for (const char* name : {"Makefile", "makefile", "GNUmakefile"}) {
      const auto make = project.text(name);
      if (make.empty()) continue;
      guess.set("build", "make -j2", name);
      for (const char* target : {"bench", "benchmark", "perf"}) {
        if (has_make_target(make, target)) guess.set("metric", fmt::format("make -s {}", target), name);
      }
      for (const char* target : {"check", "test"}) {
        if (has_make_target(make, target)) guess.set("check", fmt::format("make -s {}", target), name);
      }
    }
  }
}

// 2. What prints a score, best first: `METRIC name=` in a script, then in a program, then `name: value`.
struct Judge {
  const TrackedFile* file = nullptr;
  std::string name;
  bool printed = false;  // as METRIC
};

Judge find_judge(const Project& project) {
  Judge best;
  int best_rank = 0;
  for (const TrackedFile& file : project.files) {
    if (!is_source(file.path) || is_test(file.path)) continue;
    const auto metric = metric_of(file.text);
    const auto named = metric ? metric : run_line(file).empty() ? std::nullopt : printed_name(file.text);
    if (!named) continue;
    const int rank = (metric ? 8 : 0) + (run_line(file).empty() ? 0 : 4) + (sounds_like_judge(file.path) ? 2 : 0) + 1;
    if (rank > best_rank) {
      best = {&file, *named, metric.has_value()};
      best_rank = rank;
    }
  }
  return best;
}

bool is_program(const TrackedFile& file) {
  return is_compiled(file.path) && (has_word(file.text, "int main(") || has_word(file.text, "auto main("));
}

// The name that a lone program should get: one that a script runs, or that git ignores, or the file's own.
std::string program_name(const Project& project, const TrackedFile& main, const TrackedFile* script) {
  std::vector<std::string> names = script ? programs_of(script->text) : std::vector<std::string>();
  for (const std::string_view line : lines(project.text(".gitignore"))) {
    const std::string_view name = trim(line);
    if (!name.empty() && name.find_first_of("*?#!/.") == std::string_view::npos) names.emplace_back(name);
  }
  for (const std::string& name : names) {
    if (!project.find(name)) return name;
  }
  return std::string(stem_of(main.path));
}

// 3. No build system, but a C or C++ program: one compiler line.
void look_at_program(const Project& project, const Judge& judge, Guess& guess) {
  if (!guess.one("build").empty()) return;
  const TrackedFile* main = judge.file && is_program(*judge.file) ? judge.file : nullptr;
  for (const TrackedFile& file : project.files) {
    if (!main && is_program(file) && !is_test(file.path)) main = &file;
  }
  if (!main) return;
  std::string sources = word_of(main->path);
  for (const TrackedFile& file : project.files) {
    const bool unit = is_compiled(file.path) && !extension_of(file.path).starts_with('h');
    if (unit && !is_program(file) && !is_test(file.path)) sources += " " + word_of(file.path);
  }
  const TrackedFile* script = judge.file && !run_line(*judge.file).empty() ? judge.file : nullptr;
  const std::string name = program_name(project, *main, script);
  const bool c = extension_of(main->path) == "c";
  guess.set("build", fmt::format("{} -O2 -o {} {}{}", c ? "gcc" : "g++ -std=c++17", name, sources, c ? " -lm" : ""),
            fmt::format("{} has a main() and there is no build file", main->path));
  if (guess.one("check").empty() && has_word(main->text, "== \"check\"")) {
    guess.set("check", fmt::format("./{} check", name), fmt::format("{} knows the word check", main->path));
  }
  if (!script && guess.one("metric").empty()) guess.set("metric", "./" + name, "what the build makes");
}

void look_at_metric(const Project& project, Guess& guess) {
  const Judge judge = find_judge(project);
  look_at_program(project, judge, guess);
  if (judge.file) {
    const std::string line = run_line(*judge.file);
    if (!line.empty()) guess.set("metric", line, "");
    guess.reasons["metric"] =
        fmt::format("{} prints {}", judge.file->path,
                    judge.printed ? fmt::format("METRIC {}=...", judge.name) : fmt::format("{}: ...", judge.name));
    if (!judge.printed) guess.set("metric-name", judge.name, "of what is printed, this is the score");
    const Goal goal = guess_goal(judge.name);
    guess.set("goal", std::string(goal.word), goal.sure ? fmt::format("of {}", judge.name) : "");
    if (!goal.sure) guess.doubts.push_back(fmt::format("is a smaller {} better? If not: goal = \"max\"", judge.name));
    if (!any_in(judge.name, effort_words)) guess.set("guard", "cpu<=+20%", "a better result, not a longer run");
    return;
  }
  if (!guess.one("match").empty()) return;
  for (const TrackedFile& file : project.files) {
    if (guess.one("metric").empty() && sounds_like_judge(file.path) && !run_line(file).empty())
      guess.set("metric", run_line(file), "by its name");
  }
  for (const TrackedFile& file : project.files) {
    if (guess.one("metric").empty() && !run_line(file).empty() && !is_test(file.path))
      guess.set("metric", run_line(file), "the first program found");
  }
  if (guess.one("metric").empty()) {
    guess.doubts.push_back("nothing here looks like a benchmark: write the command that measures under `metric`");
    return;
  }
  guess.set("measure", "wall", "nothing here prints a METRIC line, so its time is the score");
  guess.doubts.push_back(fmt::format(
      "the score is how long `{}` takes; to score what it prints, let it print METRIC name=value and drop `measure`",
      guess.one("metric")));
}

// 4. What a patch may change: files with declared knobs, else what the judge includes, else the largest source.
void look_at_targets(const Project& project, Guess& guess) {
  std::vector<std::string> targets;
  for (const TrackedFile& file : project.files) {
    const bool code = is_source(file.path) || extension_of(file.path) == "txt" || extension_of(file.path) == "conf";
    if (code && !is_test(file.path) && file.text.find("hone: knob ") != std::string::npos) targets.push_back(file.path);
  }
  const Judge judge = find_judge(project);
  const auto may = [&](const TrackedFile& file) {
    return is_source(file.path) && !is_test(file.path) && !sounds_like_judge(file.path);
  };
  std::string reason = "declares `hone: knob`";
  if (targets.empty() && judge.file) {
    reason = fmt::format("{} uses it", judge.file->path);
    for (const TrackedFile& file : project.files) {
      if (&file != judge.file && may(file) && refers_to(judge.file->text, file.path)) targets.push_back(file.path);
    }
  }
  if (targets.empty()) {
    const TrackedFile* largest = nullptr;
    for (const TrackedFile& file : project.files) {
      if (may(file) && (!largest || file.text.size() > largest->text.size())) largest = &file;
    }
    if (!largest && judge.file) largest = judge.file;
    if (largest) targets.push_back(largest->path);
    reason = "the largest source file";
    if (largest)
      guess.doubts.push_back(fmt::format("is {} the file to improve? It was chosen by its size", largest->path));
  }
  if (targets.empty()) guess.doubts.push_back("no source file was found: write what a patch may change under `target`");
  for (const std::string& path : targets) guess.set("target", path, reason);
  if (judge.file && std::find(targets.begin(), targets.end(), judge.file->path) != targets.end()) {
    guess.doubts.push_back(
        fmt::format("{} prints its own score, so a patch could print a better one: measure in a file that is no target",
                    judge.file->path));
  }
}

}  // namespace

std::string Guess::one(std::string_view key) const {
  const auto found = values.find(std::string(key));
  return found == values.end() || found->second.empty() ? std::string() : found->second.front();
}

void Guess::set(const std::string& key, std::string value, std::string reason) {
  if (key == "target") {
    values[key].push_back(std::move(value));
  } else {
    values[key] = {std::move(value)};
  }
  reasons[key] = std::move(reason);
}

Goal guess_goal(std::string_view name) {
  if (any_in(name, min_words)) return {"min", true};
  if (any_in(name, max_words)) return {"max", true};
  return {};
}

int worth_reading(std::string_view path) {
  const std::string_view base = base_name(path);
  if (base == "CMakeLists.txt" || base == "Cargo.toml" || base == "package.json" || base == "go.mod" ||
      base == ".gitignore" || has_word(base, "makefile")) {
    return folder_of(path).empty() ? 100 : 0;
  }
  const bool text = is_source(path) || extension_of(path) == "txt" || extension_of(path) == "conf";
  if (path.ends_with("_test.go")) return 45;  // Go keeps its benchmarks there
  if (!text || is_test(path)) return 0;
  const auto depth = static_cast<int>(std::count(path.begin(), path.end(), '/'));
  return std::max(1, (sounds_like_judge(path) ? 60 : 40) + (has_word(base, "train") ? 15 : 0) - 5 * depth);
}

Guess guess_settings(std::span<const TrackedFile> files) {
  const Project project{files};
  Guess guess;
  look_at_build(project, guess);
  look_at_metric(project, guess);
  look_at_targets(project, guess);
  if (guess.one("check").empty()) {
    const bool pytest = std::any_of(files.begin(), files.end(), [](const TrackedFile& f) {
      return extension_of(f.path) == "py" && base_name(f.path).starts_with("test_");
    });
    if (pytest) guess.set("check", "python3 -m pytest -q", "there are test_*.py files");
    if (!pytest) guess.doubts.push_back("there is no check: what the metric does not see, a patch may break");
  }
  guess.set("backend", "mutate", "offline and free: blind search over numbers, switches and declared knobs");
  return guess;
}

}  // namespace hone
