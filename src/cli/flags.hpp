// The command line as typed: parsing has no effects and knows no files. Resolution is config_load's business.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hone::cli {

struct Flags {
  std::string command;                                       // "run", "status", ...
  std::string folder;                                        // -C: as if started there
  std::map<std::string, std::vector<std::string>> settings;  // rows of core/config/keys, as given
  std::vector<std::string> sets;                             // --set a.b=value
  std::string config;                                        // --config FILE; "" = hone.toml where there is one
  std::string until;                                         // "07:00"
  std::string run;                                           // RUN argument; "" = the newest
  std::string text;                                          // tell
  std::string experiment;                                    // show
  std::string output;                                        // -o
  std::string shell;                                         // completions
  std::int64_t most = 0;                                     // log -n
  bool json = false, plain = false, quiet = false, verbose = false;
  bool anyway = false, tsv = false, now = false, all = false, ablate = false, force = false, salvage = false;
};

// What main() does when parsing says stop: help, version, or a mistake (exit code 2).
struct ParseEnd {
  int exit_code = 0;
  std::string text;  // for stdout when exit_code is 0, else for stderr
};

struct Parsed {
  Flags flags;
  std::optional<ParseEnd> end;
};
[[nodiscard]] Parsed parse_flags(int argc, const char* const* argv);

// Every command and its flags, for the man page and the shell completions: made from the same parser.
struct FlagRow {
  std::string name, value, help, group;
};
struct CommandRow {
  std::string name, arguments, help, example;
  std::vector<FlagRow> flags;
};
[[nodiscard]] std::vector<CommandRow> command_rows();

}  // namespace hone::cli
