#include "adapters/executors/tools.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <set>

#include "hone/core/base/digest.hpp"
#include "hone/core/base/text.hpp"

namespace hone::executors {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_tools = 2000;
constexpr std::size_t most_of_folder = 500;
// As in the environment of a command.
constexpr std::array folders = {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"};
constexpr std::array builders = {"make", "cmake", "ninja", "meson", "bazel", "scons", "gmake"};
constexpr std::array compilers = {"cc", "c++", "gcc", "g++", "clang", "clang++", "ld", "as"};
// Behind a driver's name are the programs that do the work: gcc starts cc1.
constexpr std::array hidden = {"/usr/lib/gcc", "/usr/libexec/gcc"};
constexpr std::string_view mark = "; tools ";

std::optional<Tool> look(const std::string& path) {
  std::error_code error;
  const std::string real = fs::canonical(path, error).string();
  struct stat found {};
  if (error || ::stat(real.c_str(), &found) != 0 || !S_ISREG(found.st_mode)) return std::nullopt;
  return Tool{real, found.st_size, found.st_mtim.tv_sec * 1'000'000'000LL + found.st_mtim.tv_nsec};
}

class Search {
 public:
  void add(const std::string& path) {
    auto tool = look(path);
    if (tool && tools_.size() < most_tools && seen_.insert(tool->path).second) tools_.push_back(std::move(*tool));
  }

  // False: there is no such program.
  bool add_program(const std::string& name) {
    for (const std::string folder : folders) {
      const std::string path = folder + "/" + name;
      if (::access(path.c_str(), X_OK) != 0) continue;
      add(path);
      return true;
    }
    return false;
  }

  // In order of names, so that the same folder gives the same tools whatever the file system says first.
  void add_below(const std::string& path) {
    std::error_code error;
    if (!fs::is_directory(path, error)) return add(path);
    std::vector<std::string> files;
    for (fs::recursive_directory_iterator it(path, fs::directory_options::skip_permission_denied, error), end;
         !error && it != end && files.size() < most_of_folder; it.increment(error)) {
      if (it->is_regular_file(error)) files.push_back(it->path().string());
    }
    std::sort(files.begin(), files.end());
    for (const std::string& file : files) add(file);
  }

  void add_compilers() {
    for (const char* name : compilers) add_program(name);
    std::error_code error;
    for (const char* top : hidden) {
      for (fs::recursive_directory_iterator it(top, error), end; !error && it != end; it.increment(error)) {
        const std::string name = it->path().filename().string();
        if (it.depth() > 3) it.disable_recursion_pending();
        if (name == "cc1" || name == "cc1plus" || name == "lto1" || name == "collect2") add(it->path().string());
      }
    }
  }

  Tools take() && {
    std::sort(tools_.begin(), tools_.end(), [](const Tool& a, const Tool& b) { return a.path < b.path; });
    return std::move(tools_);
  }

 private:
  Tools tools_;
  std::set<std::string> seen_;
};

template <std::size_t size>
bool is_one_of(std::string_view name, const std::array<const char*, size>& names) {
  return std::any_of(names.begin(), names.end(), [name](const char* one) { return name == one; });
}

std::vector<std::string> words_of(std::string_view commands) {
  std::vector<std::string> words(1);
  for (const char letter : commands) {
    if (std::string_view(" \t\n;|&()<>`$'\"=").find(letter) == std::string_view::npos) {
      words.back() += letter;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  return words;
}

}  // namespace

Tools find_tools(const ToolSearch& wanted) {
  Search search;
  bool compiles = false;
  search.add_program("sh");
  for (const std::string& word : words_of(wanted.commands)) {
    const std::string name = word.substr(word.rfind('/') + 1);
    if (word.starts_with('/')) {
      if (::access(word.c_str(), X_OK) == 0) search.add(word);  // other files may be where a run writes
    } else if (!word.empty() && word.find('/') == std::string::npos && search.add_program(word)) {
      compiles = compiles || is_one_of(name, builders) || is_one_of(name, compilers);
    }
  }
  if (compiles) search.add_compilers();
  for (const char* libc : {"/lib/x86_64-linux-gnu/libc.so.6", "/lib/aarch64-linux-gnu/libc.so.6", "/lib64/libc.so.6"})
    search.add(libc);
  for (const std::string& path : wanted.inputs) search.add_below(path);
  return std::move(search).take();
}

Done still_the_same(const Tools& tools) {
  for (const Tool& tool : tools) {
    struct stat now {};
    const bool there = ::stat(tool.path.c_str(), &now) == 0;
    const std::int64_t changed = now.st_mtim.tv_sec * 1'000'000'000LL + now.st_mtim.tv_nsec;
    if (there && now.st_size == tool.size && changed == tool.changed) continue;
    return fail(Reaction::stop_run,
                fmt::format("evaluator_changed: {} {} since the session began; what is measured now cannot be compared "
                            "with what was measured before, so start a new run from the branch",
                            tool.path, there ? "was changed" : "is gone"));
  }
  return {};
}

std::string render_tools(const Tools& tools) {
  if (tools.empty()) return "";
  std::string text;
  for (const Tool& tool : tools) text += fmt::format("{}\n{}\n{}\n", tool.path, tool.size, tool.changed);
  return std::string(mark) + text_id(text).value.substr(0, 8);
}

std::string tools_in(std::string_view machine_line) {
  const auto at = machine_line.rfind(mark);
  return at == std::string_view::npos ? "" : std::string(trim(machine_line.substr(at + mark.size())));
}

}  // namespace hone::executors
