#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <new>

#include "cli/commands.hpp"
#include "cli/print.hpp"
#include "cli/secrets.hpp"
#include "hone/core/base/text.hpp"

namespace hone::cli {
namespace {

struct Row {
  std::string_view name;
  Result<int> (*run)(const Flags&);
};
constexpr std::array<Row, 16> table = {{{"run", command_run},
                                        {"doctor", command_doctor},
                                        {"verify", command_verify},
                                        {"resume", command_resume},
                                        {"prompt", command_prompt},
                                        {"status", command_status},
                                        {"log", command_log},
                                        {"show", command_show},
                                        {"report", command_report},
                                        {"redteam", command_redteam},
                                        {"runs", command_runs},
                                        {"clean", command_clean},
                                        {"tell", command_tell},
                                        {"stop", command_stop},
                                        {"init", command_init},
                                        {"completions", command_completions}}};

int exit_code_of(const Error& error) {
  if (error.reaction == Reaction::cancelled) return exit_interrupted;
  return error.reaction == Reaction::fix_input ? exit_bad_input : exit_environment;
}

}  // namespace

int run_cli(int argc, const char* const* argv) {
  hide_secrets();
  const Parsed parsed = parse_flags(argc, argv);
  if (parsed.end) {
    const bool good = parsed.end->exit_code == 0;  // else it repeats what was typed
    print_to(good ? stdout : stderr, good ? parsed.end->text : strip_controls(parsed.end->text));
    return parsed.end->exit_code;
  }
  for (const Row& row : table) {
    if (row.name != parsed.flags.command) continue;
    const auto code = row.run(parsed.flags);
    // A night goes on without a reader; of the other commands the output is all there is.
    const bool night = row.run == command_run || row.run == command_resume;
    if (code && !night && (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)) {
      print_to(stderr, "hone: the output could not be written; is there room where it goes?\n");
      return exit_environment;
    }
    if (code) return *code;
    print_to(stderr, fmt::format("hone: {}\n", strip_controls(code.error().message)));
    return exit_code_of(code.error());
  }
  print_to(stderr, fmt::format("hone: '{}' is no command\n", parsed.flags.command));
  return exit_bad_input;
}

}  // namespace hone::cli
