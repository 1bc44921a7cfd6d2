#include "cli/shell_completions.hpp"

#include <fmt/format.h>

#include <map>
#include <string_view>

#include "hone/core/base/text.hpp"
#include "hone/core/codec/profiles.hpp"

namespace hone::cli {
namespace {

enum class Wants { nothing, anything, file, folder, run, word };

struct Value {
  Wants wants = Wants::nothing;
  std::string words;  // for Wants::word, with blanks between
};

std::string backends() {
  std::string words = "mutate command: agent: replay:";
  for (const std::string& name : builtin_profile_names()) words += " " + name + ":";
  return words;
}

// What a value can be, from the word that stands for it in the help.
Value value_of(std::string_view name, std::string_view stands_for) {
  if (stands_for.empty()) return {};
  if (name == "--backend") return {Wants::word, backends()};
  if (stands_for == "SHELL") return {Wants::word, "bash zsh fish man"};
  if (stands_for.find('|') != std::string_view::npos) {
    std::string words(stands_for);
    for (char& letter : words) {
      if (letter == '|') letter = ' ';
    }
    return {Wants::word, words};
  }
  if (stands_for == "DIR") return {Wants::folder, ""};
  for (const std::string_view file : {"FILE", "GLOB", "PATH", "TARGET"}) {
    if (stands_for.find(file) != std::string_view::npos) return {Wants::file, ""};
  }
  if (stands_for.find("RUN") != std::string_view::npos) return {Wants::run, ""};
  return {Wants::anything, ""};
}

// Both spellings of a flag: "-o,--output".
std::vector<std::string> names_of(const FlagRow& flag) {
  std::vector<std::string> names;
  for (const std::string_view name : split(flag.name, ',')) names.emplace_back(name);
  return names;
}

std::string replace_all(std::string text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
  return text;
}

// Within '...' of a shell.
std::string quoted(std::string_view text) {
  return replace_all(std::string(text), "'", "'\\''");
}
// Within [...] of a zsh _arguments spec, itself within '...'.
std::string zsh_text(std::string_view text) {
  std::string safe(text);
  for (const std::string_view letter : {"\\", "[", "]", ":"})
    safe = replace_all(safe, letter, "\\" + std::string(letter));
  return quoted(safe);
}

std::string bash_action(const Value& value) {
  switch (value.wants) {
    case Wants::file:
      return "compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- \"$cur\"))";
    case Wants::folder:
      return "compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- \"$cur\"))";
    case Wants::run:
      return "COMPREPLY=($(compgen -W \"$(_hone_runs)\" -- \"$cur\"))";
    case Wants::word:
      return fmt::format("COMPREPLY=($(compgen -W '{}' -- \"$cur\"))", value.words);
    default:
      return ":";
  }
}

constexpr std::string_view runs_function = R"(_hone_runs() {
  local git run
  git=$(git rev-parse --path-format=absolute --git-common-dir 2>/dev/null) || return
  for run in "$git"/hone/*/journal.db; do
    [ -e "$run" ] || continue
    run=${run%/journal.db}
    echo "${run##*/}"
  done
}
)";

constexpr std::string_view bash_head = R"(
_hone() {
  local cur=${COMP_WORDS[COMP_CWORD]} flag='' command='' i
  COMPREPLY=()
  [ "$COMP_CWORD" -gt 0 ] && flag=${COMP_WORDS[COMP_CWORD-1]}
  # readline cuts words at '=' and ':': put --flag=value and kind:name together again
  [ "$cur" = = ] && { flag==; cur=''; }
  [ "$flag" = = ] && [ "$COMP_CWORD" -gt 1 ] && flag=${COMP_WORDS[COMP_CWORD-2]}
  [ "$flag" = -- ] && flag=''
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      -C) i=$((i + 1)) ;;
      -*) ;;
      *) command=${COMP_WORDS[i]}; break ;;
    esac
  done
)";

std::string zsh_action(const Value& value) {
  switch (value.wants) {
    case Wants::file:
      return "_files";
    case Wants::folder:
      return "_files -/";
    case Wants::run:
      return "{compadd -- $(_hone_runs)}";
    case Wants::word:
      return "(" + replace_all(value.words, ":", "\\:") + ")";
    default:
      return " ";
  }
}

std::string fish_action(const Value& value) {
  switch (value.wants) {
    case Wants::nothing:
      return "";
    case Wants::file:
    case Wants::folder:
      return " -r -F";
    case Wants::run:
      return " -x -a '(_hone_runs)'";
    case Wants::word:
      return fmt::format(" -x -a '{}'", value.words);
    case Wants::anything:
      return " -x";
  }
  return "";
}

}  // namespace

std::string render_bash(const std::vector<CommandRow>& rows) {
  std::string text = "# bash completion for hone; made by `hone completions bash`\n";
  text += runs_function;
  text += bash_head;
  std::map<std::string, std::string> actions = {{"-C", bash_action({Wants::folder, ""})}};
  std::string commands, cases;
  for (const CommandRow& row : rows) {
    commands += (commands.empty() ? "" : " ") + row.name;
    std::string flags;
    for (const FlagRow& flag : row.flags) {
      for (const std::string& name : names_of(flag)) {
        flags += (flags.empty() ? "" : " ") + name;
        if (!flag.value.empty()) actions[name] = bash_action(value_of(name, flag.value));
      }
    }
    cases += fmt::format(
        "    {})\n      case $cur in\n        -*) COMPREPLY=($(compgen -W '{}' -- \"$cur\")) ;;\n        *) {} ;;\n    "
        "  esac ;;\n",
        row.name, flags, bash_action(value_of("", row.arguments)));
  }
  text += "  case $flag in\n";
  for (const auto& [name, action] : actions) text += fmt::format("    {}) {}; return ;;\n", name, action);
  text += fmt::format(
      "  esac\n  case $command in\n    '')\n      COMPREPLY=($(compgen -W '{} -C --help --version' -- \"$cur\")) "
      ";;\n{}  esac\n}}\n"
      "complete -F _hone hone\n",
      commands, cases);
  return text;
}

std::string render_zsh(const std::vector<CommandRow>& rows) {
  std::string text = "#compdef hone\n# zsh completion for hone; made by `hone completions zsh`\n";
  text += runs_function;
  text += "_hone() {\n  local context state line\n  local -a commands\n  commands=(\n";
  for (const CommandRow& row : rows) text += fmt::format("    '{}:{}'\n", row.name, zsh_text(row.help));
  text +=
      "  )\n  _arguments -C '-C[as if started in this folder]:folder:_files -/' '(-)--version[the version]' "
      "'(-)'{-h,--help}'[help]' '1:command:->command' '*::argument:->argument'\n"
      "  case $state in\n    command) _describe command commands ;;\n    argument)\n      case $words[1] in\n";
  for (const CommandRow& row : rows) {
    text += fmt::format("        {})\n          _arguments", row.name);
    for (const FlagRow& flag : row.flags) {
      for (const std::string& name : names_of(flag)) {
        text += fmt::format(" \\\n            '*{}[{}]", name, zsh_text(flag.help));
        if (!flag.value.empty())
          text += fmt::format(":{}:{}", zsh_text(flag.value), quoted(zsh_action(value_of(name, flag.value))));
        text += "'";
      }
    }
    if (!row.arguments.empty()) {
      text += fmt::format(" \\\n            '*:{}:{}'", zsh_text(row.arguments),
                          quoted(zsh_action(value_of("", row.arguments))));
    }
    text += " ;;\n";
  }
  return text + "      esac ;;\n  esac\n}\n[ \"$funcstack[1]\" = _hone ] && _hone \"$@\" || compdef _hone hone\n";
}

std::string render_fish(const std::vector<CommandRow>& rows) {
  std::string text =
      "# fish completion for hone; made by `hone completions fish`\n"
      "function _hone_runs\n  set -l git (git rev-parse --path-format=absolute --git-common-dir 2>/dev/null); or "
      "return\n"
      "  for run in $git/hone/*/journal.db\n    basename (dirname $run)\n  end\nend\n"
      "complete -c hone -f\n"
      "complete -c hone -n __fish_use_subcommand -s C -r -F -d 'as if started in this folder'\n"
      "complete -c hone -n __fish_use_subcommand -l version -d 'the version'\n";
  for (const CommandRow& row : rows) {
    text += fmt::format("complete -c hone -n __fish_use_subcommand -a {} -d '{}'\n", row.name, quoted(row.help));
  }
  for (const CommandRow& row : rows) {
    const std::string when = fmt::format("complete -c hone -n '__fish_seen_subcommand_from {}'", row.name);
    for (const FlagRow& flag : row.flags) {
      text += when;
      for (const std::string& name : names_of(flag)) {
        text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      }
      text += fmt::format("{} -d '{}'\n", fish_action(value_of(flag.name, flag.value)), quoted(flag.help));
    }
    const Value value = value_of("", row.arguments);
    if (value.wants == Wants::file) text += when + " -F\n";
    if (value.wants == Wants::run || value.wants == Wants::word) text += when + fish_action(value) + "\n";
  }
  return text;
}

}  // namespace hone::cli
