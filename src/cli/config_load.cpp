#include "cli/config_load.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "hone/core/base/text.hpp"
#include "hone/core/config/keys.hpp"

namespace hone::cli {
namespace {

std::string spell(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  std::ostringstream out;
  node.visit([&](const auto& value) { out << value; });
  return out.str();
}

Done apply_key(RunSpec& spec, const std::string& where, const std::string& name, const toml::node& node, bool trusted) {
  const Key* key = find_key(name);
  if (!key) {
    return fail(Reaction::fix_input,
                fmt::format("{}: there is no setting '{}'; `hone run --help` lists them", where, name));
  }
  if (key->personal && !trusted) {
    return fail(Reaction::fix_input, fmt::format("{}: '{}' may not be set by a repository; give --{} or put it into {}",
                                                 where, name, name, personal_config()));
  }
  clear_key(spec, name);
  const auto set = [&](const toml::node& value) -> Done {
    if (auto done = set_key(spec, name, spell(value)); !done) {
      return fail(done.error().reaction, fmt::format("{}: {}", where, done.error().message));
    }
    return {};
  };
  const auto* array = node.as_array();
  if (!array) return set(node);
  if (!key->repeatable)
    return fail(Reaction::fix_input, fmt::format("{}: '{}' takes one value, not a list", where, name));
  for (const toml::node& value : *array) HONE_TRY_VOID(set(value));
  return {};
}

Done apply_flags(RunSpec& spec, const Flags& flags) {
  for (const auto& [name, values] : flags.settings) {
    clear_key(spec, name);
    for (const std::string& value : values) {
      if (auto done = set_key(spec, name, value); !done)
        return fail(done.error().reaction, "--" + done.error().message);
    }
  }
  for (const std::string& set : flags.sets) {
    const auto equals = set.find('=');
    if (equals == std::string::npos) return fail(Reaction::fix_input, fmt::format("--set {}: write NAME=VALUE", set));
    const std::string name = set.substr(0, equals);
    if (find_key(name)) {
      clear_key(spec, name);
      HONE_TRY_VOID(set_key(spec, name, set.substr(equals + 1)));
    } else {
      spec.extra[name] = set.substr(equals + 1);
    }
  }
  return {};
}

// --base-url is for every backend that talks HTTP.
void give_base_url(RunSpec& spec) {
  const auto url = spec.extra.find("base-url");
  if (url == spec.extra.end()) return;
  for (BackendSpec& backend : spec.backends) {
    const bool local =
        backend.kind == "mutate" || backend.kind == "replay" || backend.kind == "command" || backend.kind == "agent";
    if (!local && backend.base_url.empty()) backend.base_url = url->second;
  }
  spec.extra.erase(url);
}

}  // namespace

std::string personal_config() {
  if (const char* base = std::getenv("XDG_CONFIG_HOME"); base && *base) return std::string(base) + "/hone/config.toml";
  const char* home = std::getenv("HOME");
  return home && *home ? std::string(home) + "/.config/hone/config.toml" : std::string();
}

Done apply_toml(RunSpec& spec, const std::string& path, bool trusted) {
  toml::table table;
  try {
    table = toml::parse_file(path);
  } catch (const toml::parse_error& error) {
    return fail(Reaction::fix_input, fmt::format("{}:{}: {}", path, error.source().begin.line, error.description()));
  }
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    if (const auto* inner = node.as_table()) {  // [openai] effort = "high" is --set openai.effort=high
      if (!trusted) {
        return fail(Reaction::fix_input, fmt::format("{}: [{}] may not be set by a repository; put it into {}", path,
                                                     name, personal_config()));
      }
      for (const auto& [sub, value] : *inner) spec.extra[fmt::format("{}.{}", name, sub.str())] = spell(value);
      continue;
    }
    HONE_TRY_VOID(apply_key(spec, path, name, node, trusted));
  }
  return {};
}

Result<UnixTime> parse_until(const std::string& text, UnixTime now) {
  const auto colon = text.find(':');
  const auto hour = parse_number(text.substr(0, colon));
  const auto minute = colon == std::string::npos ? std::nullopt : parse_number(text.substr(colon + 1));
  if (!hour || !minute || *hour > 23 || *minute > 59 || *hour < 0 || *minute < 0) {
    return fail(Reaction::fix_input, fmt::format("--until {}: write a time of day such as 07:00", text));
  }
  const std::time_t present = now.value;
  std::tm local{};
  localtime_r(&present, &local);
  local.tm_hour = static_cast<int>(*hour);
  local.tm_min = static_cast<int>(*minute);
  local.tm_sec = 0;
  local.tm_isdst = -1;
  std::time_t moment = mktime(&local);
  if (moment <= present) {
    local.tm_mday += 1;
    local.tm_isdst = -1;
    moment = mktime(&local);
  }
  return UnixTime{moment};
}

Result<RunSpec> load_spec(const Flags& flags, const ConfigPlaces& places) {
  RunSpec spec;
  if (!places.personal.empty() && std::filesystem::exists(places.personal)) {
    HONE_TRY_VOID(apply_toml(spec, places.personal, true));
  }
  if (!flags.config.empty()) {
    if (!std::filesystem::exists(flags.config)) {
      return fail(Reaction::fix_input, fmt::format("--config {}: there is no such file", flags.config));
    }
    HONE_TRY_VOID(apply_toml(spec, flags.config, true));  // the person named it
  } else if (!places.project.empty() && std::filesystem::exists(places.project + "/hone.toml")) {
    HONE_TRY_VOID(apply_toml(spec, places.project + "/hone.toml", false));
  }
  HONE_TRY_VOID(apply_flags(spec, flags));
  if (const auto file = spec.extra.find("instructions"); file != spec.extra.end()) {
    std::ifstream in(file->second, std::ios::binary);
    if (!in) return fail(Reaction::fix_input, fmt::format("instructions: {} cannot be read", file->second));
    spec.instructions.assign(std::istreambuf_iterator<char>(in), {});
    spec.extra.erase(file);
  }
  give_base_url(spec);
  return spec;
}

}  // namespace hone::cli
