// `--backend agent:NAME`: an agent CLI edits files in a folder of its own; what it changed there is its reply.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "adapters/proposers/world.hpp"
#include "hone/core/base/redact.hpp"
#include "hone/core/budget/prices.hpp"
#include "hone/core/codec/agents.hpp"
#include "hone/ports/proposer.hpp"

namespace hone {

struct AgentSettings {
  std::string name;   // "agent:claude/sonnet"
  std::string model;  // "" = the agent's own choice
  AgentTemplate agent;
  std::string git_folder;  // objects are borrowed from here; nothing is written to it
  std::string scratch;
  std::map<std::string, std::string> environment;
  std::optional<ModelPrice> price;  // for agents that tell tokens and no cost
  PromptStyle style;
  Seconds timeout{1800};
  Redactor redactor;
};

// The truth is the difference between the folder and the recorded base commit, untracked files and the agent's own
// commits included; not its exit code and not what it says. Nothing is ever run from its folder.
[[nodiscard]] std::unique_ptr<Proposer> make_agent_proposer(AgentSettings, const ProposerWorld&);

}  // namespace hone
