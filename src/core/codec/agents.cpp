#include "hone/core/codec/agents.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "core/codec/replies_draft.hpp"
#include "hone/core/base/assert.hpp"
#include "hone/core/base/embedded.hpp"
#include "hone/core/base/text.hpp"
#include "hone/core/budget/prices.hpp"

namespace hone {

std::span<const EmbeddedFile> builtin_agents();  // made from configs/agents by hone_embed

namespace {

using foreign::Json;
using foreign::member;

std::vector<std::string> texts(const Json* array) {
  std::vector<std::string> result;
  for (std::size_t i = 0; const Json* one = foreign::element(array, i); ++i) result.push_back(foreign::text_of(one));
  return result;
}

std::map<std::string, std::string> pairs(const Json* object) {
  std::map<std::string, std::string> result;
  if (object == nullptr || !object->is_object()) return result;
  for (const auto& [key, value] : object->items()) result[key] = foreign::text_of(&value);
  return result;
}

AgentRule read_rule(const Json& object) {
  return {.when = pairs(member(object, "when")),
          .sum = foreign::text_of(member(object, "fold")) == "sum",
          .fails = foreign::is_true(member(object, "fails")),
          .failed = foreign::text_of(member(object, "failed")),
          .text = foreign::text_of(member(object, "text")),
          .cost = foreign::text_of(member(object, "cost")),
          .usage = pairs(member(object, "usage"))};
}

template <std::size_t n>
std::string unknown_key(const Json& object, const std::array<std::string_view, n>& known) {
  for (const auto& [key, value] : object.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) return key;
  }
  return {};
}

// Every value that the pointer reaches; '*' stands for every member.
void collect(const Json& from, std::string_view pointer, std::vector<const Json*>& found) {
  const auto star = pointer.find("/*");
  if (star == std::string_view::npos) {
    if (const Json* value = foreign::by_pointer(from, pointer)) found.push_back(value);
    return;
  }
  const Json* parent = foreign::by_pointer(from, pointer.substr(0, star));
  if (parent == nullptr || !parent->is_structured()) return;
  for (const Json& child : *parent) collect(child, pointer.substr(star + 2), found);
}

std::optional<double> number_at(const Json& object, const std::string& pointer) {
  if (pointer.empty()) return std::nullopt;
  std::vector<const Json*> found;
  collect(object, pointer, found);
  std::optional<double> sum;
  for (const Json* value : found) {
    if (const auto number = foreign::number_of(value); number && *number >= 0) sum = sum.value_or(0) + *number;
  }
  return sum;
}

bool fits(const Json& object, const AgentRule& rule) {
  return std::all_of(rule.when.begin(), rule.when.end(), [&](const auto& condition) {
    const Json* value = foreign::by_pointer(object, condition.first);
    return value != nullptr && (condition.second == "*" || foreign::text_of(value) == condition.second);
  });
}

Usage usage_at(const Json& object, const AgentRule& rule, bool& known) {
  const auto at = [&](const char* name) -> std::int64_t {
    const auto found = rule.usage.find(name);
    const auto count = found == rule.usage.end() ? std::nullopt : number_at(object, found->second);
    known = known || count.has_value();
    return count ? static_cast<std::int64_t>(std::min(*count, 9e15)) : 0;
  };
  Usage usage;
  usage.cache_read = {at("cache_read")};
  usage.in_uncached = {at("in") + std::max<std::int64_t>(
                                      0, at("in_all") - (rule.usage.contains("in_all") ? usage.cache_read.value : 0))};
  usage.cache_write_5m = {at("cache_write")};
  usage.out_reasoning = {at("thoughts")};
  usage.out_total = {at("out") + usage.out_reasoning.value};
  return usage;
}

void apply(const AgentRule& rule, const Json& object, AgentReport& report) {
  if (!fits(object, rule)) return;
  if (rule.fails || (!rule.failed.empty() && foreign::is_true(foreign::by_pointer(object, rule.failed))))
    report.failed = true;
  if (!rule.text.empty()) {
    if (std::string text = foreign::text_of(foreign::by_pointer(object, rule.text)); !text.empty())
      report.text = std::move(text);
  }
  if (const auto cost = number_at(object, rule.cost)) {
    const MicroDollars micros = foreign::micro_dollars(*cost);
    report.cost = rule.sum && report.cost ? *report.cost + micros : micros;
  }
  bool known = false;
  const Usage usage = usage_at(object, rule, known);
  if (!known) return;
  report.usage = rule.sum ? add_usage(report.usage, usage) : usage;
  report.usage_known = true;
}

}  // namespace

Result<AgentTemplate> parse_agent(std::string_view text, std::string name) {
  const auto object = foreign::parse_json(text);
  const auto wrong = [&](std::string_view what) {
    return fail(Reaction::fix_input, fmt::format("agent template {}: {}", name, what));
  };
  if (!object || !object->is_object()) return wrong("not a JSON object");
  static constexpr std::array<std::string_view, 9> keys{"argv",   "model_argv", "stdin",  "pass_env", "env",
                                                        "output", "rules",      "ignore", "about"};
  if (const std::string key = unknown_key(*object, keys); !key.empty())
    return wrong("'" + key + "' is no key of a template");
  AgentTemplate agent{.name = name,
                      .argv = texts(member(*object, "argv")),
                      .model_argv = texts(member(*object, "model_argv")),
                      .prompt_on_stdin = foreign::text_of(member(*object, "stdin")) == "prompt",
                      .read_out_file = foreign::text_of(member(*object, "output")) == "out",
                      .pass_env = texts(member(*object, "pass_env")),
                      .env = pairs(member(*object, "env")),
                      .rules = {},
                      .ignore = texts(member(*object, "ignore"))};
  if (agent.argv.empty()) return wrong("'argv' is missing");
  static constexpr std::array<std::string_view, 7> rule_keys{"when", "fold", "fails", "failed",
                                                             "text", "cost", "usage"};
  const Json* rules = member(*object, "rules");
  for (std::size_t i = 0; const Json* rule = foreign::element(rules, i); ++i) {
    if (!rule->is_object()) return wrong("a rule is no object");
    if (const std::string key = unknown_key(*rule, rule_keys); !key.empty())
      return wrong("'" + key + "' is no key of a rule");
    agent.rules.push_back(read_rule(*rule));
  }
  return agent;
}

std::optional<AgentTemplate> builtin_agent(std::string_view name) {
  for (const EmbeddedFile& file : builtin_agents()) {
    if (file.name.substr(0, file.name.find('.')) != name) continue;
    auto agent = parse_agent(file.text, std::string(name));
    HONE_ASSERT(agent);  // a unit test reads every one of them
    return std::move(*agent);
  }
  return std::nullopt;
}

std::vector<std::string> builtin_agent_names() {
  std::vector<std::string> names;
  for (const EmbeddedFile& file : builtin_agents()) names.emplace_back(file.name.substr(0, file.name.find('.')));
  return names;
}

AgentReport read_agent_output(const AgentTemplate& agent, std::string_view output) {
  std::vector<Json> objects;
  if (auto whole = foreign::parse_json(output)) {
    objects.push_back(std::move(*whole));
  } else {
    for (const std::string_view line : lines(output)) {
      if (auto object = foreign::parse_json(line)) objects.push_back(std::move(*object));
    }
  }
  AgentReport report;
  for (const Json& object : objects) {
    for (const AgentRule& rule : agent.rules) apply(rule, object, report);
  }
  return report;
}

}  // namespace hone
