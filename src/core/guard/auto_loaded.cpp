#include "hone/core/guard/auto_loaded.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace hone {
namespace {

// A file with this name is read by commands that hold the word; "" = by every command.
struct Rule {
  std::string_view word, name, why;
};
constexpr std::array<Rule, 19> rules = {{
    {"make", "GNUmakefile", "make reads it before Makefile"},
    {"make", "makefile", "make reads it before Makefile"},
    {"make", "Makefile", "make reads it"},
    {"cmake", "CMakeLists.txt", "cmake reads it"},
    {"pytest", "conftest.py", "pytest runs it first"},
    {"pytest", "pytest.ini", "pytest is set by it"},
    {"pytest", "tox.ini", "pytest may be set by it"},
    {"pytest", "setup.cfg", "pytest may be set by it"},
    {"pytest", "pyproject.toml", "pytest may be set by it"},
    {"python", "sitecustomize.py", "python imports it at every start when it is on the path"},
    {"python", "usercustomize.py", "python imports it at every start when it is on the path"},
    {"cargo", "build.rs", "cargo runs it"},
    {"cargo", "config.toml", "cargo is set by it when it lies in .cargo"},
    {"npm", ".npmrc", "npm is set by it"},
    {"npm", "package.json", "npm runs its scripts"},
    {"node", "package.json", "node is set by it"},
    {"go", "go.mod", "go is set by it"},
    {"perl", ".perltidyrc", "perl tools are set by it"},
    {"", ".envrc", "direnv shells run it"},
}};

// Modules of the standard library that judges import most; a file or folder of that name beside the script wins.
constexpr std::array<std::string_view, 40> library = {
    "json",    "math",        "random",     "time",      "statistics", "re",          "os",      "sys",
    "io",      "csv",         "subprocess", "itertools", "functools",  "collections", "decimal", "fractions",
    "hashlib", "pathlib",     "argparse",   "typing",    "struct",     "copy",        "string",  "operator",
    "heapq",   "bisect",      "timeit",     "unittest",  "tempfile",   "logging",     "inspect", "types",
    "enum",    "dataclasses", "contextlib", "warnings",  "datetime",   "platform",    "ast",     "numpy"};

using Folders = std::set<std::string_view>;

bool word_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// As a word, also with digits and dots behind it: python3.11 is python.
bool mentions(std::string_view command, std::string_view word) {
  for (std::size_t at = command.find(word); at != std::string_view::npos; at = command.find(word, at + 1)) {
    const bool starts = at == 0 || !word_char(command[at - 1]);
    const std::size_t behind = at + word.size();
    const char next = behind < command.size() ? command[behind] : ' ';
    if (starts && (!word_char(next) || (next >= '0' && next <= '9'))) return true;
  }
  return false;
}

std::string_view base_name(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}
std::string_view folder_of(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? "" : path.substr(0, slash);
}

// Folders of the python scripts that the command names, and its own when it uses -m or -c.
Folders script_folders(std::string_view command, std::span<const std::string> paths) {
  Folders folders;
  for (const std::string& path : paths) {
    if (path.ends_with(".py") && command.find(path) != std::string_view::npos) folders.insert(folder_of(path));
  }
  if (command.find(" -m ") != std::string_view::npos || command.find(" -c ") != std::string_view::npos)
    folders.insert("");
  return folders;
}

bool runs_python(std::string_view command) {
  return mentions(command, "python") || mentions(command, "pytest") || command.find(".py") != std::string_view::npos;
}

// The module that python finds in this file, as the path of its source without ".py"; "" = none. A compiled one
// (json.cpython-311-x86_64-linux-gnu.so, json.pyc) is one as well, and of the same name the extension wins.
std::string module_of(std::string_view path) {
  const std::string_view name = base_name(path), parent = folder_of(path);
  if (name == "__init__.py") return std::string(parent);
  if (!name.ends_with(".py") && !name.ends_with(".pyc") && !name.ends_with(".so")) return {};
  const std::string_view stem = name.substr(0, name.find('.'));
  const std::string_view home = base_name(parent) == "__pycache__" ? folder_of(parent) : parent;
  return home.empty() ? std::string(stem) : std::string(home) + "/" + std::string(stem);
}

std::vector<AutoLoaded> find_loaded(std::string_view command, std::span<const std::string> paths,
                                    const Folders& beside) {
  std::vector<AutoLoaded> found;
  const bool python = runs_python(command);
  for (const std::string& path : paths) {
    const std::string_view name = base_name(path);
    const auto rule = std::find_if(rules.begin(), rules.end(), [&](const Rule& one) {
      const bool used = one.word.empty() || mentions(command, one.word) || (one.word == "python" && python);
      return used && name == one.name;
    });
    if (rule != rules.end()) {
      found.push_back({path, std::string(rule->why)});
      continue;
    }
    if (!python) continue;
    if (name.ends_with(".pth")) found.push_back({path, "python runs its import lines when it lies in site-packages"});
    const std::string module = module_of(path);
    if (beside.contains(folder_of(module)) &&
        std::find(library.begin(), library.end(), base_name(module)) != library.end()) {
      found.push_back({path, "it lies beside the script and so hides the module of that name"});
    }
  }
  return found;
}

}  // namespace

std::vector<AutoLoaded> auto_loaded(std::string_view command, std::span<const std::string> paths) {
  return find_loaded(command, paths, runs_python(command) ? script_folders(command, paths) : Folders{});
}

std::vector<AutoLoaded> find_planted(std::string_view command, std::span<const std::string> tracked,
                                     std::span<const std::string> added) {
  if (added.empty()) return {};
  if (!runs_python(command)) return find_loaded(command, added, {});
  std::vector<AutoLoaded> found = find_loaded(command, added, script_folders(command, tracked));
  std::set<std::string> modules;
  for (const std::string& path : tracked) modules.insert(module_of(path));
  for (const std::string& path : added) {
    const std::string module = module_of(path);
    const bool told = std::any_of(found.begin(), found.end(), [&](const auto& one) { return one.path == path; });
    if (!module.empty() && !told && modules.contains(module))
      found.push_back({path, "python loads it in place of the tracked module of that name"});
  }
  return found;
}

}  // namespace hone
