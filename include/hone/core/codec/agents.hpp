// How an agent CLI is called and how to read what it prints: data (configs/agents/*.json), since flags change monthly.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hone/core/base/result.hpp"
#include "hone/core/run/proposal.hpp"

namespace hone {

// Read where every `when` (JSON pointer -> text; "*" = anything) fits. Pointers may hold '*' for every member.
struct AgentRule {
  std::map<std::string, std::string> when;
  bool sum = false;                          // over all objects that fit; else the last one counts
  bool fails = false;                        // an object that fits means that the agent failed
  std::string failed;                        // pointer to a true that means the same
  std::string text, cost;                    // pointers
  std::map<std::string, std::string> usage;  // in, in_all (with cached), cache_read, cache_write, out, thoughts
};

struct AgentTemplate {
  std::string name;
  // {dir} {prompt_file} {model} {out} are replaced; {targets} alone becomes one argument a target.
  std::vector<std::string> argv, model_argv;
  bool prompt_on_stdin = false;
  bool read_out_file = false;         // what to read is in {out} instead of stdout
  std::vector<std::string> pass_env;  // may reach the agent, which needs its own key
  std::map<std::string, std::string> env;
  std::vector<AgentRule> rules;
  std::vector<std::string> ignore;  // globs of files that the agent keeps for itself
};

struct AgentReport {
  bool failed = false;
  std::string text;
  Usage usage;
  bool usage_known = false;
  std::optional<MicroDollars> cost;
};

[[nodiscard]] Result<AgentTemplate> parse_agent(std::string_view json, std::string name);
[[nodiscard]] std::optional<AgentTemplate> builtin_agent(std::string_view name);
[[nodiscard]] std::vector<std::string> builtin_agent_names();

// `output`: one JSON object, or one a line; lines that are no JSON are skipped.
[[nodiscard]] AgentReport read_agent_output(const AgentTemplate&, std::string_view output);

}  // namespace hone
