// `--backend command:CMD`: the prompt on its standard input, the reply on its standard output.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "adapters/proposers/world.hpp"
#include "hone/core/base/redact.hpp"
#include "hone/ports/proposer.hpp"

namespace hone {

struct CommandSettings {
  std::string name;                                // "command:./ask.sh"
  std::string command;                             // for /bin/sh -c
  std::string folder;                              // where it runs
  std::map<std::string, std::string> environment;  // the whole of it
  PromptStyle style;
  std::optional<MicroDollars> price;  // of one call, when the user told it
  Seconds timeout{1200};
  Redactor redactor;  // keys that other backends use
};

// Exit 0: the output is the reply. 75 (EX_TEMPFAIL): try again later. 126 and 127: it cannot run. Anything else is a
// failed proposal, and the third in a row drops the backend.
[[nodiscard]] std::unique_ptr<Proposer> make_command_proposer(CommandSettings, const ProposerWorld&);

}  // namespace hone
