#include "cli/flags.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <memory>

#include "cli/help.hpp"
#include "cli/version.hpp"
#include "hone/core/config/keys.hpp"

namespace hone::cli {
namespace {

constexpr std::array<std::string_view, 5> group_names = {"The task", "Limits", "Models", "Deciding", "Running"};

struct CommandText {
  std::string_view name, help, example;
};
constexpr std::array<CommandText, 16> commands = {{
    {"run", "start a run", "hone run train.py --metric 'python3 train.py' --backend mutate"},
    {"resume", "go on after a crash, a stop or a larger budget", "hone resume --budget 12h"},
    {"doctor", "judge the metric before spending money on it", "hone doctor train.py --metric 'python3 train.py'"},
    {"status", "where a run stands", "hone status"},
    {"log", "the table of experiments", "hone log --tsv > results.tsv"},
    {"show", "one experiment: idea, diff, samples, verdict, output", "hone show quiet-otter 12"},
    {"report", "one self-contained page: progress plot, table, diffs", "hone report -o report.html"},
    {"verify", "re-measure baseline against final from clean checkouts", "hone verify"},
    {"prompt", "print the exact request that would be sent; send nothing",
     "hone prompt --backend anthropic:claude-sonnet-4-5"},
    {"tell", "say something to the model of a running night", "hone tell quiet-otter 'leave the tokenizer alone'"},
    {"stop", "end a running night", "hone stop quiet-otter"},
    {"init", "look at the repository and write hone.toml", "hone init"},
    {"runs", "list runs", "hone runs"},
    {"clean", "remove what a run left (never its branch)", "hone clean quiet-otter"},
    {"redteam", "try the built-in cheating corpus on your own set-up", "hone redteam"},
    {"completions", "print shell completions or the manual page",
     "hone completions bash > ~/.local/share/bash-completion/completions/hone"},
}};

class Parser {
 public:
  explicit Parser(Flags& flags)
      : flags_(flags),
        app_(
            "hone - a self-improvement loop runner: give it a file, a metric and a "
            "time budget; only what is really better is committed",
            "hone") {
    app_.set_version_flag("--version", std::string(version));
    app_.require_subcommand(1);
    app_.add_option("-C", flags_.folder, "as if started in this folder")->type_name("DIR");
    app_.set_help_flag("-h,--help", "what this command does");
    app_.set_help_all_flag("--help-all", "every flag");
    for (const CommandText& text : commands) {
      CLI::App* command = app_.add_subcommand(std::string(text.name), std::string(text.help));
      command->callback([this, name = std::string(text.name)] { flags_.command = name; });
    }
    for (const char* name : {"run", "doctor", "prompt", "redteam"}) add_settings(*app_.get_subcommand(name));
    add_own();
  }

  CLI::App& app() { return app_; }

  // Flags that were really given, in the order of the table.
  void collect() {
    for (const auto& [name, values] : raw_) {
      if (!values->empty()) flags_.settings[name] = *values;
    }
    for (const auto& [name, given] : switches_) {
      if (*given) flags_.settings[name] = {"true"};
    }
  }

 private:
  void add_settings(CLI::App& command) {
    command.add_option("targets", texts("target"), "the files a patch may change")->type_name("TARGET...");
    for (const Key& key : keys()) {
      const std::string flag = fmt::format("--{}", key.name);
      const std::string group(group_names[static_cast<std::size_t>(key.group)]);
      const std::string help(key.help);
      if (key.value.empty()) {
        command.add_flag(flag, switch_of(std::string(key.name)), help)->group(group);
      } else {
        CLI::Option* option = command.add_option(flag, texts(std::string(key.name)), help);
        option->type_name(std::string(key.value))->group(group)->type_size(1)->expected(1);
        if (key.repeatable) {
          option->expected(1, 1 << 20)->allow_extra_args(false);
        } else {
          option->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
        }
      }
    }
    command.add_option("--until", flags_.until, "wall-clock time at which the night ends")
        ->type_name("07:00")
        ->group("Limits");
    command.add_option("--set", flags_.sets, "any other setting, e.g. openai.effort=high")
        ->type_name("A.B=VALUE")
        ->group("Running")
        ->expected(1, 1 << 20)
        ->allow_extra_args(false);
    command.add_option("--config", flags_.config, "instead of hone.toml")->type_name("FILE")->group("Running");
    command.add_flag("--anyway", flags_.anyway, "start although doctor says not ready")->group("Running");
    show(command);
  }

  void show(CLI::App& command) {
    command.add_flag("--json", flags_.json, "JSON lines on stdout")->group("Output");
    command.add_flag("--plain", flags_.plain, "no live block, no colour")->group("Output");
    command.add_flag("--quiet", flags_.quiet, "only the last line")->group("Output");
    command.add_flag("--verbose", flags_.verbose, "say what hone does, to stderr")->group("Output");
  }

  void run_argument(CLI::App& command) {
    command.add_option("run", flags_.run, "the run; default: the newest")->type_name("RUN");
  }

  void add_own() {
    for (const char* name : {"status", "log", "report", "verify", "clean", "stop", "resume"})
      run_argument(command(name));
    for (const char* name : {"status", "log", "show", "runs"}) {
      command(name).add_flag("--json", flags_.json, "JSON lines")->group("Output");
      command(name).add_flag("--plain", flags_.plain, "no colour")->group("Output");
    }
    show(command("resume"));
    show(command("verify"));
    for (const char* limit : {"budget", "max-experiments", "max-cost", "max-tokens", "max-no-gain"}) {
      const Key* key = find_key(limit);
      command("resume")
          .add_option(fmt::format("--{}", limit), texts(limit), "new limit: " + std::string(key->help))
          ->type_name(std::string(key->value))
          ->expected(1)
          ->group("Limits");
    }
    command("resume")
        .add_option("--until", flags_.until, "wall-clock time at which the night ends")
        ->type_name("07:00")
        ->group("Limits");
    command("resume").add_flag("--salvage", flags_.salvage, "of a damaged journal keep every record before the damage");
    command("resume").add_flag("--anyway", flags_.anyway, "go on although a canary has won");
    command("log").add_flag("--tsv", flags_.tsv, "columns of karpathy/autoresearch");
    command("log").add_option("-n", flags_.most, "only the last N")->type_name("N");
    command("show")
        .add_option("which", positional_, "[RUN] N: an experiment of a run")
        ->type_name("[RUN] N")
        ->expected(1, 2)
        ->required();
    command("tell")
        .add_option("words", positional_, "RUN and the text; RUN may be left out")
        ->type_name("[RUN] TEXT")
        ->expected(1, 2)
        ->required();
    command("report")
        .add_option("-o,--output", flags_.output, "where to write (default report.html)")
        ->type_name("FILE");
    command("verify").add_flag("--ablate", flags_.ablate,
                               "what each keep is worth: leave it out where the rest still applies");
    command("stop").add_flag("--now", flags_.now, "skip the final re-measurement");
    command("clean").add_flag("--all", flags_.all, "every run that is not running");
    command("init").add_flag("--force", flags_.force, "overwrite hone.toml");
    command("init").add_option("-o,--output", flags_.output, "where to write (default hone.toml)")->type_name("FILE");
    command("prompt")
        .add_option("--of", flags_.run, "the request that the next experiment of this run would send")
        ->type_name("RUN")
        ->group("Output");
    command("doctor").add_option("-o,--output", flags_.output, "also write a page: doctor.html")->type_name("FILE");
    command("completions")
        .add_option("shell", flags_.shell, "bash, zsh, fish, or man for the manual page")
        ->type_name("SHELL")
        ->required();
  }

  CLI::App& command(const char* name) { return *app_.get_subcommand(name); }

  std::vector<std::string>& texts(const std::string& name) {
    auto& values = raw_[name];
    if (!values) values = std::make_unique<std::vector<std::string>>();
    return *values;
  }
  bool& switch_of(const std::string& name) {
    auto& given = switches_[name];
    if (!given) given = std::make_unique<bool>(false);
    return *given;
  }

 public:
  std::vector<std::string> positional_;

 private:
  Flags& flags_;
  CLI::App app_;
  std::map<std::string, std::unique_ptr<std::vector<std::string>>> raw_;
  std::map<std::string, std::unique_ptr<bool>> switches_;
};

// `show RUN N`, `show N`, `tell RUN TEXT`, `tell TEXT`.
void split_positional(Flags& flags, const std::vector<std::string>& given) {
  if (given.empty()) return;
  std::string& last = flags.command == "show" ? flags.experiment : flags.text;
  last = given.back();
  if (given.size() == 2) flags.run = given.front();
}

std::string help_text(const CLI::App& app, HelpDepth depth) {
  const auto chosen = app.get_subcommands();
  const auto rows = command_rows();
  if (chosen.empty()) return render_overview(rows);
  const auto row =
      std::find_if(rows.begin(), rows.end(), [&](const CommandRow& r) { return r.name == chosen.front()->get_name(); });
  return render_help(*row, depth);
}

}  // namespace

Parsed parse_flags(int argc, const char* const* argv) {
  Parsed parsed;
  Parser parser(parsed.flags);
  try {
    parser.app().parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    parsed.end = ParseEnd{0, help_text(parser.app(), HelpDepth::essential)};
    return parsed;
  } catch (const CLI::CallForAllHelp&) {
    parsed.end = ParseEnd{0, help_text(parser.app(), HelpDepth::all)};
    return parsed;
  } catch (const CLI::CallForVersion&) {
    parsed.end = ParseEnd{0, fmt::format("hone {}\n", version)};
    return parsed;
  } catch (const CLI::ParseError& error) {
    const auto chosen = parser.app().get_subcommands();
    if (chosen.empty() && argc > 1 && argv[1][0] != '-') {
      parsed.end = ParseEnd{2, fmt::format("hone: there is no command '{}'; `hone --help` lists them\n", argv[1])};
      return parsed;
    }
    parsed.end = ParseEnd{2, fmt::format("hone: {}\nSee `hone {}--help`.\n", error.what(),
                                         chosen.empty() ? "" : chosen.front()->get_name() + " ")};
    return parsed;
  }
  parser.collect();
  split_positional(parsed.flags, parser.positional_);
  return parsed;
}

std::vector<CommandRow> command_rows() {
  Flags flags;
  Parser parser(flags);
  std::vector<CommandRow> rows;
  for (const CommandText& text : commands) {
    CommandRow row{std::string(text.name), "", std::string(text.help), std::string(text.example), {}};
    for (const CLI::Option* option : parser.app().get_subcommand(row.name)->get_options()) {
      if (option->get_positional()) {
        const std::string name = option->get_type_name();
        row.arguments +=
            (row.arguments.empty() ? "" : " ") + (option->get_required() ? name : fmt::format("[{}]", name));
      } else {
        row.flags.push_back({option->get_name(false, true), option->get_type_size() == 0 ? "" : option->get_type_name(),
                             option->get_description(), option->get_group()});
      }
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace hone::cli
