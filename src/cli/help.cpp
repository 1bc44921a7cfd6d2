#include "cli/help.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace hone::cli {
namespace {

constexpr std::size_t column = 25;  // where the words begin
constexpr std::size_t screen = 80;
constexpr std::size_t long_from = 20;  // flags; more do not fit a screen

// The flags of a long command that a first night needs, in words that fit a line. The rest is behind --help-all, the
// man page and hone.toml.
struct Essential {
  std::string_view flag, value, words;
};
constexpr std::array essential = {
    Essential{"--metric", "CMD", "what it prints or how long it takes is the score"},
    Essential{"--goal", "min|max", "which way is better (min)"},
    Essential{"--match", "REGEX", "where the number is: the first capture group"},
    Essential{"--measure", "KIND", "stdout, wall, cpu, instructions or peak-memory"},
    Essential{"--build", "CMD", "once per candidate, before any timing"},
    Essential{"--check", "CMD", "once per candidate; must exit 0"},
    Essential{"--guard", "'NAME<=+5%'", "another number that may not get worse than this"},
    Essential{"--budget", "8h", "time of the whole run"},
    Essential{"--max-experiments", "N", "the run ends after N"},
    Essential{"--max-cost", "USD", "the run ends before more is spent"},
    Essential{"--timeout", "10m", "of one command with all that it started"},
    Essential{"--backend", "SPEC", "mutate, anthropic:MODEL, openai:MODEL, command:CMD ..."},
    Essential{"--instructions", "FILE", "a program.md shown to the model"},
    Essential{"--accept", "RULE", "gate (default), margin or greedy"},
    Essential{"--sandbox", "LEVEL", "auto (default), bwrap or none"},
};

std::string left_of(const FlagRow& flag) {
  return flag.value.empty() ? flag.name : flag.name + " " + flag.value;
}

// Words wrapped at the edge of the screen, with every line but the first moved to the column.
std::string wrap(std::string_view words) {
  std::string text;
  std::size_t used = column;
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    if (used > column && used + end + 1 > screen) {
      text += "\n" + std::string(column, ' ');
      used = column;
    } else if (used > column) {
      text += ' ';
      ++used;
    }
    text += words.substr(0, end);
    used += end;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return text;
}

std::string line_of(const FlagRow& flag) {
  const std::string left = "  " + left_of(flag);
  if (left.size() + 2 <= column) return fmt::format("{:<{}}{}\n", left, column, wrap(flag.help));
  return fmt::format("{}\n{:{}}{}\n", left, "", column, wrap(flag.help));
}

std::string usage_of(const CommandRow& row) {
  std::string usage = "hone " + row.name;
  if (!row.arguments.empty()) usage += " " + row.arguments;
  if (is_long(row)) usage += " --metric CMD --backend SPEC";
  return usage + " [FLAGS]";
}

}  // namespace

bool is_own(const FlagRow& flag) {
  return flag.group.empty() || flag.group == "Options";
}
bool is_long(const CommandRow& row) {
  return row.flags.size() > long_from;
}

std::string render_overview(const std::vector<CommandRow>& rows) {
  std::string text =
      "hone COMMAND [FLAGS]\nGive it a file, a metric and a time budget; it commits only what is really better.\n\n";
  for (const CommandRow& row : rows) text += fmt::format("  {:<14}{}\n", row.name, row.help);
  text +=
      "\n  -C DIR        as if started in this folder        --version\n\n"
      "`hone COMMAND --help` tells more. Exit codes: 0 improved, 1 nothing better, 2 bad\n"
      "input, 3 environment, 130 interrupted (resumable).\n";
  return text;
}

std::string render_help(const CommandRow& row, HelpDepth depth) {
  const bool shortened = is_long(row) && depth == HelpDepth::essential;
  std::string text = fmt::format("{}\n{}\n\n", usage_of(row), row.help);
  std::string group;
  for (const FlagRow& flag : row.flags) {
    if (flag.name.find("--help") != std::string::npos) continue;
    if (shortened && !is_own(flag)) continue;
    if (!shortened && is_long(row) && flag.group != group) text += fmt::format("{}:\n", group = flag.group);
    text += line_of(flag);
  }
  if (shortened) {
    for (const Essential& one : essential)
      text += line_of({std::string(one.flag), std::string(one.value), std::string(one.words), ""});
    text += fmt::format("\n`hone {} --help-all` lists all flags; each is also a key of hone.toml.\n", row.name);
  }
  return text + fmt::format("{}Example: {}\n", shortened ? "" : "\n", row.example);
}

}  // namespace hone::cli
