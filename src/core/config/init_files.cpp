#include "core/config/init_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "hone/core/base/text.hpp"

namespace hone::init {
namespace {

constexpr std::array<std::string_view, 7> compiled = {"c", "cc", "cpp", "cxx", "h", "hh", "hpp"};
constexpr std::array<std::string_view, 13> others = {"py",  "js", "mjs", "ts",   "sh", "rb", "pl",
                                                     "lua", "rs", "go",  "java", "jl", "R"};
constexpr std::array<std::string_view, 18> scores = {"bpb",        "loss",   "acc",  "score",  "error",   "ppl",
                                                     "perplexity", "reward", "time", "second", "latency", "throughput",
                                                     "per_sec",    "ops",    "rmse", "mse",    "f1",      "auc"};

char lower(char letter) {
  return static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
}
bool is_name(char letter) {
  return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '_';
}

std::string_view name_at(std::string_view text, std::size_t from) {
  std::size_t end = from;
  while (end < text.size() && (is_name(text[end]) || text[end] == '.' || text[end] == '-' || text[end] == '/')) ++end;
  return text.substr(from, end - from);
}

}  // namespace

std::string_view base_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}
std::string_view folder_of(std::string_view path) {
  return path.substr(0, path.rfind('/') + 1);
}
std::string_view extension_of(std::string_view path) {
  const std::string_view base = base_name(path);
  const auto dot = base.rfind('.');
  return dot == std::string_view::npos || dot == 0 ? std::string_view() : base.substr(dot + 1);
}
std::string_view stem_of(std::string_view path) {
  const std::string_view base = base_name(path);
  return base.substr(0, base.find('.'));
}

bool has_word(std::string_view text, std::string_view word) {
  return std::search(text.begin(), text.end(), word.begin(), word.end(),
                     [](char a, char b) { return lower(a) == lower(b); }) != text.end();
}

bool is_test(std::string_view path) {
  return has_word(base_name(path), "test") || has_word(base_name(path), ".spec.") || path.starts_with("test/") ||
         path.starts_with("tests/") || path.find("/test/") != std::string_view::npos ||
         path.find("/tests/") != std::string_view::npos;
}
bool is_compiled(std::string_view path) {
  return std::find(compiled.begin(), compiled.end(), extension_of(path)) != compiled.end();
}
bool is_source(std::string_view path) {
  return is_compiled(path) || std::find(others.begin(), others.end(), extension_of(path)) != others.end();
}

std::string word_of(const std::string& path) {
  const bool ordinary = std::all_of(path.begin(), path.end(),
                                    [](char c) { return is_name(c) || c == '.' || c == '/' || c == '-' || c == '+'; });
  return ordinary && !path.starts_with('-') ? path : shell_quote(path);
}

std::string run_line(const TrackedFile& file) {
  const std::string_view extension = extension_of(file.path);
  const std::string word = word_of(file.path);
  if (extension == "py") return "python3 " + word;
  if (extension == "js" || extension == "mjs") return "node " + word;
  if (extension == "rb") return "ruby " + word;
  if (extension == "pl") return "perl " + word;
  if (extension == "lua") return "lua " + word;
  if (extension == "jl") return "julia " + word;
  if (extension == "R") return "Rscript " + word;
  if (extension == "sh") return (file.text.substr(0, 40).find("bash") != std::string::npos ? "bash " : "sh ") + word;
  return "";
}

std::optional<std::string> metric_of(std::string_view text) {
  constexpr std::string_view mark = "METRIC ";
  for (std::size_t at = text.find(mark); at != std::string_view::npos; at = text.find(mark, at + 1)) {
    const std::string_view name = name_at(text, at + mark.size());
    const std::size_t end = at + mark.size() + name.size();
    if (!name.empty() && end < text.size() && text[end] == '=') return std::string(name);
  }
  return std::nullopt;
}

std::optional<std::string> printed_name(std::string_view text) {
  std::optional<std::string> found;
  for (std::size_t at = text.find("print"); at != std::string_view::npos; at = text.find("print", at + 1)) {
    const std::size_t quote = text.find_first_of("\"'\n", at);
    if (quote == std::string_view::npos || text[quote] == '\n' || quote > at + 12) continue;
    const std::string_view name = name_at(text, quote + 1);
    const std::size_t end = quote + 1 + name.size();
    const bool sounds =
        std::any_of(scores.begin(), scores.end(), [&](std::string_view word) { return has_word(name, word); });
    if (sounds && end < text.size() && text[end] == ':') {
      if (!found || has_word(name, "val") || has_word(name, "test")) found = std::string(name);
    }
  }
  return found;
}

std::vector<std::string> programs_of(std::string_view script) {
  std::vector<std::string> names;
  for (std::size_t at = script.find("./"); at != std::string_view::npos; at = script.find("./", at + 1)) {
    if (at > 0 && (is_name(script[at - 1]) || script[at - 1] == '.' || script[at - 1] == '/')) continue;
    const std::string name(name_at(script, at + 2));
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

bool refers_to(std::string_view code, std::string_view path) {
  const std::string_view base = base_name(path);
  const std::string stem(stem_of(path));
  if (code.find(fmt::format("\"{}\"", base)) != std::string_view::npos) return true;
  if (code.find(fmt::format("/{}\"", base)) != std::string_view::npos) return true;
  for (const char* form : {"import {}\n", "import {} ", "from {} import", "import {},", "'./{}'", "\"./{}\""}) {
    if (code.find(fmt::format(fmt::runtime(form), stem)) != std::string_view::npos) return true;
  }
  return false;
}

std::vector<std::string> cmake_names(std::string_view text, std::string_view call) {
  std::vector<std::string> names;
  for (std::size_t at = text.find(call); at != std::string_view::npos; at = text.find(call, at + 1)) {
    std::size_t from = text.find_first_not_of(" \t\n", at + call.size());
    if (from == std::string_view::npos || text[from] != '(') continue;
    from = text.find_first_not_of(" \t\n", from + 1);
    if (from == std::string_view::npos) continue;
    if (const auto name = name_at(text, from); !name.empty()) names.emplace_back(name);
  }
  return names;
}

bool has_make_target(std::string_view makefile, std::string_view name) {
  for (const std::string_view line : lines(makefile)) {
    if (line.starts_with(name) && trim(line.substr(name.size())).starts_with(':')) return true;
  }
  return false;
}

bool has_npm_script(std::string_view package, std::string_view name) {
  const auto scripts = package.find("\"scripts\"");
  if (scripts == std::string_view::npos) return false;
  const std::string_view block = package.substr(scripts, package.find('}', scripts) - scripts);
  return block.find(fmt::format("\"{}\"", name)) != std::string_view::npos;
}

}  // namespace hone::init
