// From `--backend SPEC` to something that answers.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/proposers/world.hpp"
#include "hone/core/base/redact.hpp"
#include "hone/core/budget/prices.hpp"
#include "hone/core/config/spec.hpp"
#include "hone/core/guard/protection.hpp"
#include "hone/ports/proposer.hpp"

namespace hone {

struct ProposerOptions {
  std::map<std::string, std::string> settings;     // RunSpec::extra: keys "KIND.what", see backend_settings()
  std::map<std::string, std::string> environment;  // hone's own; keys are looked up in it
  PriceTable prices;
  std::map<std::string, std::string> prompt_texts;  // PromptStyle::texts
  bool sends = true;                                // false: requests are only shown, so no key is looked for
  std::string folder;                               // where commands run: the repository's root
  std::string git_folder;    // the repository's common git directory, which an agent's clone borrows objects from
  std::string scratch;       // agents get folders of their own in here
  Redactor* keys = nullptr;  // learns the key of every service that is made, and knows those of services made before
};

// Everything but mutate and replay, which need no world. fix_input says what is missing or unknown.
[[nodiscard]] Result<std::unique_ptr<Proposer>> make_proposer(const BackendSpec&, const ProposerOptions&,
                                                              const ProposerWorld&);

// Whether a service answers and takes the key, by a request that costs nothing. Nothing for what is no service, such
// as a command. An Error is a mistake in the settings, as with make_proposer.
[[nodiscard]] Result<std::optional<Reached>> reach(const BackendSpec&, const ProposerOptions&, const ProposerWorld&,
                                                   const Stop&);

// By its name; nothing is known of values.
[[nodiscard]] bool looks_secret(std::string_view variable);
// Adds every key that is set in our environment: no command or agent may print them into a prompt, log or journal.
void learn_keys(const std::map<std::string, std::string>& environment, Redactor&);

// One row a setting that `--set KIND.NAME=VALUE` reaches.
struct BackendSetting {
  std::string_view name, help;
  bool personal = false;  // decides where a key or a prompt goes: not from a repository's hone.toml
};
[[nodiscard]] std::vector<BackendSetting> backend_settings();

// The dated sample of configs/prices.json.
[[nodiscard]] PriceTable builtin_price_table();

}  // namespace hone
