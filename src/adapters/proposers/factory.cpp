#include "adapters/proposers/factory.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <span>

#include "adapters/proposers/agent_proposer.hpp"
#include "adapters/proposers/command_proposer.hpp"
#include "adapters/proposers/keys.hpp"
#include "adapters/proposers/model_address.hpp"
#include "adapters/proposers/model_proposer.hpp"
#include "hone/core/base/assert.hpp"
#include "hone/core/base/embedded.hpp"
#include "hone/core/base/text.hpp"

namespace hone {

std::span<const EmbeddedFile> builtin_prices();  // made from configs/prices.json by hone_embed

namespace {

// The settings of one kind of backend; a key that nobody asks for is an error and not silence.
class Settings {
 public:
  Settings(const std::map<std::string, std::string>& all, std::string kind) : all_(all), kind_(std::move(kind)) {}

  [[nodiscard]] std::string text(std::string_view name, std::string otherwise = "") const {
    const auto found = all_.find(kind_ + "." + std::string(name));
    if (found == all_.end()) return otherwise;
    return found->second;
  }
  [[nodiscard]] std::vector<std::string> names(std::string_view name) const {
    std::vector<std::string> result;
    for (const std::string_view one : split(text(name), ',')) {
      if (!trim(one).empty()) result.emplace_back(trim(one));
    }
    return result;
  }
  // A positive number; `to` stays as it is when the key is not set.
  template <class T>
  Done number(std::string_view name, T& to) const {
    const std::string value = text(name);
    if (value.empty()) return {};
    const auto number = parse_number(value);
    if (!number || *number <= 0 || *number > 1e12) return bad(name, value, "a number above 0");
    if constexpr (std::is_same_v<T, std::optional<double>> || std::is_same_v<T, double>) {
      to = *number;
    } else if constexpr (std::is_same_v<T, Seconds>) {
      to = Seconds{*number};
    } else {
      to = T{static_cast<std::int64_t>(*number)};
    }
    return {};
  }
  [[nodiscard]] Done check() const {
    for (const auto& [key, value] : all_) {
      if (!key.starts_with(kind_ + ".")) continue;
      const std::string name = key.substr(kind_.size() + 1);
      const auto known = backend_settings();
      if (std::none_of(known.begin(), known.end(), [&](const BackendSetting& one) { return one.name == name; })) {
        std::vector<std::string_view> all;
        for (const BackendSetting& one : known) all.push_back(one.name);
        return fail(Reaction::fix_input,
                    fmt::format("'{}' is no setting of a backend; there are: {}", key, fmt::join(all, ", ")));
      }
    }
    return {};
  }
  [[nodiscard]] tl::unexpected<Error> bad(std::string_view name, std::string_view value,
                                          std::string_view wanted) const {
    return fail(Reaction::fix_input, fmt::format("{}.{} = '{}' is not {}", kind_, name, one_line(value, 60), wanted));
  }

 private:
  const std::map<std::string, std::string>& all_;
  std::string kind_;
};

std::optional<std::string> from_environment(const std::map<std::string, std::string>& environment,
                                            const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (const auto found = environment.find(name); found != environment.end() && !found->second.empty())
      return found->second;
  }
  return std::nullopt;
}

Done read_style(const Settings& settings, PromptStyle& style) {
  HONE_TRY_VOID(settings.number("max-output", style.output));
  HONE_TRY_VOID(settings.number("context", style.context));
  const std::string format = settings.text("format", "search-replace");
  if (format == "whole-file") {
    style.format = EditFormat::whole_file;
  } else if (format == "unified-diff") {
    style.format = EditFormat::unified_diff;
  } else if (format == "v4a") {
    style.format = EditFormat::v4a;
  } else if (format != "search-replace") {
    return settings.bad("format", format, "search-replace, whole-file, unified-diff or v4a");
  }
  return {};
}

Result<ModelSettings> model_settings(const BackendSpec& spec, const ProposerOptions& options,
                                     const ProposerWorld& world, Profile profile) {
  const Settings settings(options.settings, spec.kind);
  ModelSettings model{.name = spec.kind + ":" + spec.model,
                      .profile = std::move(profile),
                      .model = spec.model,
                      .base_url = spec.base_url,
                      .price = find_price(options.prices, settings.text("price-model", spec.model))};
  const Profile& chosen = model.profile;
  if (model.base_url.empty()) model.base_url = settings.text("base-url");
  if (model.base_url.empty())
    model.base_url = from_environment(options.environment, chosen.base_env).value_or(chosen.base_url);
  if (model.base_url.empty()) {
    return fail(Reaction::fix_input, fmt::format("{} has no address: give --base-url{}", spec.kind,
                                                 chosen.base_env.empty() ? "" : " or set " + chosen.base_env[0]));
  }
  KeySource source{.names = chosen.key_env,
                   .file = settings.text("key-file"),
                   .command = settings.text("key-command"),
                   .needed = chosen.key_needed && model.base_url == chosen.base_url};
  if (const auto names = settings.names("key-env"); !names.empty()) source.names = names;
  model.key_source = describe_key(source, options.environment);
  if (options.sends) model.key = HONE_TRY(load_key(source, options.environment, world.process));
  if (options.keys != nullptr) options.keys->add(model.key);

  model.style.texts = options.prompt_texts;
  model.style.context = chosen.quirks.context;
  model.style.output = chosen.quirks.max_output;
  if (model.price && model.price->max_output)
    model.style.output = std::min(model.style.output, *model.price->max_output);
  if (model.price && model.price->max_input) model.style.context = *model.price->max_input + model.style.output;
  HONE_TRY_VOID(read_style(settings, model.style));
  if (const std::string effort = settings.text("effort"); !effort.empty()) model.effort = effort;
  HONE_TRY_VOID(settings.number("temperature", model.temperature));
  HONE_TRY_VOID(settings.number("top-p", model.top_p));
  HONE_TRY_VOID(settings.number("connect-timeout", model.timers.connect));
  HONE_TRY_VOID(settings.number("first-payload-timeout", model.timers.first_payload));
  HONE_TRY_VOID(settings.number("idle-timeout", model.timers.idle));
  HONE_TRY_VOID(settings.number("total-timeout", model.timers.total));
  const std::string stream = settings.text("stream", "true");
  if (stream != "true" && stream != "false") return settings.bad("stream", stream, "true or false");
  model.stream = stream == "true";
  return model;
}

Redactor known_keys(const ProposerOptions& options) {
  Redactor redactor = options.keys != nullptr ? *options.keys : Redactor{};
  learn_keys(options.environment, redactor);
  return redactor;
}

Result<std::unique_ptr<Proposer>> make_command(const BackendSpec& spec, const ProposerOptions& options,
                                               const ProposerWorld& world) {
  const Settings settings(options.settings, spec.kind);
  CommandSettings command{.name = "command:" + spec.model,
                          .command = spec.model,
                          .folder = options.folder,
                          .environment = child_environment(options.environment, settings.names("pass-env")),
                          .style = {},
                          .price = {},
                          .timeout = {1200},
                          .redactor = known_keys(options)};
  command.style.texts = options.prompt_texts;
  HONE_TRY_VOID(read_style(settings, command.style));
  HONE_TRY_VOID(settings.number("total-timeout", command.timeout));
  if (const std::string cost = settings.text("cost"); !cost.empty()) {
    const auto usd = parse_number(cost);
    if (!usd || *usd < 0 || *usd > 1e6) return settings.bad("cost", cost, "the price of one call in USD");
    command.price = MicroDollars{static_cast<std::int64_t>(*usd * 1e6 + 0.999999)};
  }
  return make_command_proposer(std::move(command), world);
}

Result<std::unique_ptr<Proposer>> make_agent(const BackendSpec& spec, const ProposerOptions& options,
                                             const ProposerWorld& world) {
  const Settings settings(options.settings, spec.kind);
  const auto slash = spec.model.find('/');  // agent:claude/sonnet
  const std::string name = spec.model.substr(0, slash);
  AgentSettings agent{.name = "agent:" + spec.model,
                      .model = slash == std::string::npos ? "" : spec.model.substr(slash + 1),
                      .agent = {},
                      .git_folder = options.git_folder,
                      .scratch = options.scratch,
                      .environment = {},
                      .price = {},
                      .style = {},
                      .timeout = {1800},
                      .redactor = known_keys(options)};
  if (const std::string path = settings.text("template"); !path.empty()) {
    std::ifstream file(path);
    const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    agent.agent = HONE_TRY(parse_agent(text, path));
  } else if (auto builtin = builtin_agent(name)) {
    agent.agent = std::move(*builtin);
  } else {
    return fail(Reaction::fix_input,
                fmt::format("no agent is called '{}'; there are {}, or give --set agent.template=FILE", name,
                            fmt::join(builtin_agent_names(), ", ")));
  }
  std::vector<std::string> pass = agent.agent.pass_env;
  for (std::string& more : settings.names("pass-env")) pass.push_back(std::move(more));
  agent.environment = child_environment(options.environment, pass);
  if (!agent.model.empty()) agent.price = find_price(options.prices, agent.model);
  agent.style.texts = options.prompt_texts;
  HONE_TRY_VOID(settings.number("total-timeout", agent.timeout));
  return make_agent_proposer(std::move(agent), world);
}

}  // namespace

bool looks_secret(std::string_view variable) {
  constexpr std::string_view parts[] = {"KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL"};
  return std::any_of(std::begin(parts), std::end(parts),
                     [&](std::string_view part) { return variable.find(part) != std::string_view::npos; });
}

void learn_keys(const std::map<std::string, std::string>& environment, Redactor& redactor) {
  for (const auto& [name, value] : environment) {
    if (looks_secret(name)) redactor.add(value);
  }
}

std::vector<BackendSetting> backend_settings() {
  return {{"base-url", "address of a compatible server", true},
          {"key-env", "names of environment variables that may hold the key", true},
          {"key-file", "file whose first line is the key", true},
          {"key-command", "command that prints the key", true},
          {"pass-env", "names of environment variables a command or an agent may see", true},
          {"template", "agent: a template file instead of a built-in one", true},
          {"cost", "command: price of one call in USD", false},
          {"price-model", "name of the model in the price table, for deployments with names of their own", false},
          {"context", "tokens that prompt and reply may take together", false},
          {"max-output", "tokens that a reply may take", false},
          {"effort", "reasoning effort, as the service calls it", false},
          {"temperature", "sent only when set; many models refuse it", false},
          {"top-p", "sent only when set; many models refuse it", false},
          {"format", "search-replace, whole-file, unified-diff or v4a", false},
          {"stream", "false: ask for the reply in one piece", false},
          {"connect-timeout", "seconds", false},
          {"first-payload-timeout", "seconds", false},
          {"idle-timeout", "seconds", false},
          {"total-timeout", "seconds", false}};
}

Result<std::unique_ptr<Proposer>> make_proposer(const BackendSpec& spec, const ProposerOptions& options,
                                                const ProposerWorld& world) {
  HONE_TRY_VOID(Settings(options.settings, spec.kind).check());
  if (spec.kind == "command") return make_command(spec, options, world);
  if (spec.kind == "agent") return make_agent(spec, options, world);
  if (auto profile = builtin_profile(spec.kind)) {
    return make_model_proposer(HONE_TRY(model_settings(spec, options, world, std::move(*profile))), world);
  }
  return fail(Reaction::fix_input,
              fmt::format("no backend is called '{}'; there are mutate, replay, command, agent, {}", spec.kind,
                          fmt::join(builtin_profile_names(), ", ")));
}

Result<std::optional<Reached>> reach(const BackendSpec& spec, const ProposerOptions& options,
                                     const ProposerWorld& world, const Stop& stop) {
  auto profile = builtin_profile(spec.kind);
  if (!profile || profile->free_path.empty()) return std::optional<Reached>();
  return std::optional(
      HONE_TRY(ask_for_models(HONE_TRY(model_settings(spec, options, world, std::move(*profile))), world.http, stop)));
}

PriceTable builtin_price_table() {
  auto table = parse_prices(builtin_prices()[0].text, "the prices that came with hone");
  HONE_ASSERT(table);  // a unit test reads it
  return std::move(*table);
}

}  // namespace hone
