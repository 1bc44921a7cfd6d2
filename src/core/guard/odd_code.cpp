#include "hone/core/guard/odd_code.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "hone/core/base/text.hpp"
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
constexpr std::array<std::string_view, 54> hands = {"os._exit",         "_exit(",
                                                    "_Exit(",           "quick_exit(",
                                                    "os.dup2",          "dup2(",
                                                    "sys._getframe",    "inspect.stack",
                                                    "currentframe(",    "gc.get_objects",
                                                    "gc.get_referrers", "gc.callbacks",
                                                    "sys.modules",      "sys.meta_path",
                                                    "sys.settrace",     "sys.setprofile",
                                                    "sys.excepthook",   "sys.stdout=",
                                                    "sys.__stdout__",   "builtins.",
                                                    "__builtins__",     "import __main__ ",
                                                    "(float):",         "time.perf_counter=",
                                                    "time.monotonic=",  "time.time=",
                                                    "atexit",           "on_exit(",
                                                    "os.kill",          "kill(getppid",
                                                    "kill(0,",          "kill(1,",
                                                    "raise(SIG",        "os.abort",
                                                    "freopen(",         "/proc/self",
                                                    "/proc/1/",         "/proc/%d",
                                                    "LD_PRELOAD",       "HONE_METRIC_FD",
                                                    "METRIC ",          "console.log=",
                                                    "stdout.write=",    "Date.now=",
                                                    "performance.now=", "process.hrtime=",
                                                    "hrtime.bigint=",   "globalThis.",
                                                    "Number.prototype", "process.reallyExit",
                                                    "process.on(",      "require.cache",
                                                    "register_printf",  "__ne__"};
// A program that ends as a success, and what says something: together they end a judge before it has looked.
constexpr std::array<std::string_view, 10> enders = {"sys.exit()",       "sys.exit(0)",        "exit(0)",
                                                     "exit()",           "exit(EXIT_SUCCESS)", "process.exit(0)",
                                                     "process.exit()",   "raise SystemExit()", "raise SystemExit(0)",
                                                     "raise SystemExit$"};
constexpr std::array<std::string_view, 10> speakers = {"print(",  "printf(", "puts(", "fputs(",       "write(",
                                                       "fwrite(", "cout ",   "echo ", "console.log(", "putchar("};
// What judges use of the C library. A linked target that defines one of them takes its place. (Not malloc: an allocator
// of one's own is an optimisation.)
constexpr std::array<std::string_view, 30> library = {
    "memcmp",   "strcmp",        "strncmp", "bcmp",    "clock_gettime", "gettimeofday", "clock",        "time",
    "times",    "getrusage",     "printf",  "fprintf", "vprintf",       "vfprintf",     "__printf_chk", "__fprintf_chk",
    "snprintf", "sprintf",       "puts",    "putchar", "fputs",         "fwrite",       "write",        "exit",
    "abort",    "__assert_fail", "assert",  "isnan",   "fabs",          "getenv"};

// From here on a file is a program of its own, which may end when it likes.
constexpr std::array<std::string_view, 4> programs = {"int main(", "void main(", "if __name__", "require.main"};

bool in_word(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
         letter == '_';
}

// Does the word stand there? Blanks count for nothing, but that a word which ends with one is not the start of another;
// behind one that ends with $ the line ends.
bool stands_at(std::string_view line, std::size_t at, std::string_view word) {
  for (const char letter : word) {
    if (letter == ' ') continue;
    while (at < line.size() && line[at] == ' ') ++at;
    if (letter == '$') return at == line.size();
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
  std::vector<std::string> before, added;  // lines of code: what a comment says is nobody's doing
};

Change change_of(const std::vector<SourceFile>& before, const std::vector<SourceFile>& after) {
  Change change{{}, added_lines(before, after)};
  for (const SourceFile& file : before) {
    for (std::string& line : code_lines(file)) change.before.push_back(std::move(line));
  }
  return change;
}

std::string_view find_added(const Change& change, Words words) {
  for (const std::string_view word : words) {
    const auto here = [word](const std::string& line) { return mentions(line, word); };
    if (std::any_of(change.added.begin(), change.added.end(), here)) return word;
  }
  return {};
}

std::string_view find_new(const Change& change, Words words) {
  for (const std::string_view word : words) {
    const auto here = [word](const std::string& line) { return mentions(line, word); };
    if (!find_added(change, {&word, 1}).empty() && std::none_of(change.before.begin(), change.before.end(), here))
      return word;
  }
  return {};
}

// What would end the process that loaded a file.
std::string_view find_ender(const Change& change, const std::vector<SourceFile>& after) {
  const std::string_view word = find_new(change, enders);
  if (word.empty() || find_added(change, speakers).empty()) return {};
  for (const SourceFile& file : after) {
    for (const std::string& line : code_lines(file)) {
      const auto here = [&line](std::string_view one) { return mentions(line, one); };
      if (std::any_of(programs.begin(), programs.end(), here)) break;
      if (here(word)) return word;
    }
  }
  return {};
}

// Is it the head of a function of that name with a linkage of its own, or a macro?
bool defines(std::string_view line, std::string_view name) {
  if (line.starts_with("#define ")) {
    const std::string_view rest = line.substr(8);
    return rest.starts_with(name) && (rest.size() == name.size() || !in_word(rest[name.size()]));
  }
  const auto at = line.find(name);
  if (at == std::string_view::npos || at == 0 || line.ends_with(';') || line.starts_with("static ")) return false;
  const std::string_view head = line.substr(0, at), tail = line.substr(at + name.size());
  const bool type = std::all_of(head.begin(), head.end(), [](char c) { return in_word(c) || c == ' ' || c == '*'; });
  const std::string_view first = head.substr(0, head.find(' '));
  const bool statement = first == "return" || first == "else" || first == "case" || first == "do";
  return type && !statement && !in_word(head.back()) && tail.starts_with('(');
}

// In C++ a function is another one than that of the C library unless it says so: members, overloads and namespaces may
// use its names.
enum class Tongue { other, c, cpp };
Tongue tongue_of(const SourceFile& file) {
  const std::string_view path = file.path;
  const std::string_view end = path.substr(std::min(path.rfind('.'), path.size()));
  for (const std::string_view suffix : {".cc", ".cpp", ".cxx", ".hpp", ".hh", ".cu"}) {
    if (end == suffix) return Tongue::cpp;
  }
  if (end != ".c" && end != ".h" && end != ".inl") return Tongue::other;
  for (const std::string_view word : {"class ", "namespace ", "template"}) {
    if (end != ".c" && file.text.find(word) != std::string::npos) return Tongue::cpp;
  }
  return Tongue::c;
}

std::string_view find_takeover(const Change& change, const std::vector<SourceFile>& after) {
  constexpr std::string_view linkage = "extern \"C\"";
  const auto in = [&after](Tongue tongue) {
    return std::any_of(after.begin(), after.end(),
                       [tongue](const SourceFile& file) { return tongue_of(file) == tongue; });
  };
  const bool c = in(Tongue::c);
  if (!c && !in(Tongue::cpp)) return {};
  const bool opens = std::any_of(change.added.begin(), change.added.end(), [&](const std::string& line) {
    return line.starts_with(linkage) && line.ends_with('{') && line.find('(') == std::string::npos;
  });
  for (const std::string_view name : library) {
    const auto here = [&](std::string_view line) {
      const bool says_so = line.starts_with(linkage);
      if (says_so) line = trim(line.substr(linkage.size()));
      return (c || opens || says_so || line.starts_with('#')) && defines(line, name);
    };
    if (std::any_of(change.added.begin(), change.added.end(), here) &&
        std::none_of(change.before.begin(), change.before.end(), here))
      return name;
  }
  return {};
}

std::string say(std::string_view what, std::string_view word) {
  while (word.ends_with('(') || word.ends_with('=') || word.ends_with(' ') || word.ends_with('$'))
    word.remove_suffix(1);
  return fmt::format("suspicious_static: the patch {} ({}); no gain needs that, so a person should read it", what,
                     word);
}

}  // namespace

std::optional<std::string> find_odd_code(const std::vector<SourceFile>& before, const std::vector<SourceFile>& after) {
  const Change change = change_of(before, after);
  const std::string_view decoder = find_added(change, decoders), runner = find_added(change, runners);
  if (!decoder.empty() && !runner.empty() && !(find_new(change, decoders).empty() && find_new(change, runners).empty()))
    return say("decodes text and runs it as code", decoder);
  if (const auto word = find_new(change, starters); !word.empty())
    return say("starts other programs or loads foreign code", word);
  if (const auto word = find_new(change, hands); !word.empty())
    return say("lays hands on the process that it runs in", word);
  if (const auto word = find_takeover(change, after); !word.empty())
    return say("takes the place of a function of the C library", word);
  if (const auto word = find_ender(change, after); !word.empty())
    return say("prints something and ends the program as a success", word);
  return std::nullopt;
}

Result<bool> parse_odd_code(const std::map<std::string, std::string>& extra) {
  const auto found = extra.find(std::string(odd_code_setting));
  if (found == extra.end() || found->second == "suspect") return true;
  if (found->second == "allow") return false;
  return fail(Reaction::fix_input, fmt::format("--odd-code {}: it is suspect or allow", found->second));
}

}  // namespace hone
