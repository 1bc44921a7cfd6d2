#include "hone/core/guard/odd_code.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "hone/core/edit/screen.hpp"

namespace hone {
namespace {

using Words = std::span<const std::string_view>;

constexpr std::array<std::string_view, 15> decoders = {
    "b64decode", "b85decode",       "a85decode",       "b32decode",       "unhexlify",
    "fromhex",   "zlib.decompress", "lzma.decompress", "bz2.decompress",  "rot13",
    "rot_13",    "atob(",           "base64 -d",       "base64 --decode", "xxd -r"};
constexpr std::array<std::string_view, 13> runners = {
    "exec(",        "eval(",        "eval ",    "compile(",  "__import__(", "importlib", "marshal.loads",
    "pickle.loads", "FunctionType", "CodeType", "Function(", "sh -c",       "|sh"};
constexpr std::array<std::string_view, 22> starters = {
    "os.system", "os.popen", "os.exec",      "os.spawn",  "subprocess", "pty.spawn",    "child_process", "system(",
    "popen(",    "execl(",   "execlp(",      "execv(",    "execve(",    "execvp(",      "posix_spawn",   "Command::new",
    "dlopen",    "dlmopen",  "memfd_create", "CDLL(None", "PROT_EXEC",  "exec.Command("};
constexpr std::array<std::string_view, 24> hands = {
    "os._exit",      "_exit(",         "_Exit(",        "quick_exit(",    "os.dup2",          "dup2(",
    "sys._getframe", "inspect.stack",  "currentframe(", "gc.get_objects", "gc.get_referrers", "sys.modules",
    "sys.settrace",  "sys.setprofile", "sys.stdout=",   "sys.__stdout__", "builtins.",        "__builtins__",
    "atexit",        "/proc/self",     "/proc/1/",      "LD_PRELOAD",     "HONE_METRIC_FD",   "METRIC "};

bool in_word(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
         letter == '_';
}

// Does the word stand there? Blanks count for nothing, but that a word which ends with one is not the start of another.
bool stands_at(std::string_view line, std::size_t at, std::string_view word) {
  for (const char letter : word) {
    if (letter == ' ') continue;
    while (at < line.size() && line[at] == ' ') ++at;
    if (at == line.size() || line[at++] != letter) return false;
  }
  return !word.ends_with(' ') || at == line.size() || !in_word(line[at]);
}

// As a name of its own. A call of a bare name is no call of a method: re.compile() and it->system() are others.
bool mentions(std::string_view line, std::string_view word) {
  const bool bare = word.ends_with('(') && word.find('.') == std::string_view::npos;
  for (std::size_t at = line.find(word.front()); at != std::string_view::npos; at = line.find(word.front(), at + 1)) {
    const char last = at == 0 ? ' ' : line[at - 1];
    const bool method = bare && (last == '.' || (last == '>' && at > 1 && line[at - 2] == '-'));
    if (!method && !(in_word(word.front()) && in_word(last)) && stands_at(line, at, word)) return true;
  }
  return false;
}

struct Change {
  const std::vector<SourceFile>& before;
  std::vector<std::string> added;
};

std::string_view find_added(const Change& change, Words words) {
  for (const std::string_view word : words) {
    const auto here = [word](const std::string& line) { return mentions(line, word); };
    if (std::any_of(change.added.begin(), change.added.end(), here)) return word;
  }
  return {};
}

std::string_view find_new(const Change& change, Words words) {
  for (const std::string_view word : words) {
    const auto known = [word](const SourceFile& file) { return mentions(file.text, word); };
    if (!find_added(change, {&word, 1}).empty() && std::none_of(change.before.begin(), change.before.end(), known))
      return word;
  }
  return {};
}

std::string say(std::string_view what, std::string_view word) {
  while (word.ends_with('(') || word.ends_with('=') || word.ends_with(' ')) word.remove_suffix(1);
  return fmt::format("suspicious_static: the patch {} ({}); no gain needs that, so a person should read it", what,
                     word);
}

}  // namespace

std::optional<std::string> find_odd_code(const std::vector<SourceFile>& before, const std::vector<SourceFile>& after) {
  const Change change{before, added_lines(before, after)};
  const std::string_view decoder = find_added(change, decoders), runner = find_added(change, runners);
  if (!decoder.empty() && !runner.empty() && !(find_new(change, decoders).empty() && find_new(change, runners).empty()))
    return say("decodes text and runs it as code", decoder);
  if (const auto word = find_new(change, starters); !word.empty())
    return say("starts other programs or loads foreign code", word);
  if (const auto word = find_new(change, hands); !word.empty())
    return say("lays hands on the process that it runs in", word);
  return std::nullopt;
}

}  // namespace hone
