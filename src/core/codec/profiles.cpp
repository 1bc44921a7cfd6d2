#include "hone/core/codec/profiles.hpp"

#include <fmt/format.h>

#include <span>

#include "core/codec/replies_json.hpp"
#include "hone/core/base/assert.hpp"
#include "hone/core/base/embedded.hpp"

namespace hone {

std::span<const EmbeddedFile> builtin_profiles();  // made from configs/profiles by hone_embed

namespace {

using foreign::Json;

// Takes the members it is asked for and remembers the names, so that a misspelt key is an error and not silence.
class Reader {
 public:
  explicit Reader(const Json& object) : object_(object) {}
  void text(const char* name, std::string& to) {
    if (const Json* value = take(name)) value->is_string() ? void(to = value->get<std::string>()) : wrong(name);
  }
  void flag(const char* name, bool& to) {
    if (const Json* value = take(name)) value->is_boolean() ? void(to = value->get<bool>()) : wrong(name);
  }
  void tokens(const char* name, Tokens& to) {
    if (const Json* value = take(name)) {
      const auto count = foreign::count_of(value);
      count&&* count > 0 ? void(to.value = *count) : wrong(name);
    }
  }
  void texts(const char* name, std::vector<std::string>& to) {
    const Json* value = take(name);
    for (std::size_t i = 0; const Json* one = foreign::element(value, i); ++i) to.push_back(foreign::text_of(one));
  }
  void pairs(const char* name, std::map<std::string, std::string>& to) {
    if (const Json* value = take(name); value != nullptr && value->is_object()) {
      for (const auto& [key, one] : value->items()) to[key] = foreign::text_of(&one);
    }
  }
  const Json* take(const char* name) {
    known_.emplace_back(name);
    return foreign::member(object_, name);
  }
  void wrong(const char* name) { problem_ = fmt::format("'{}' has a value of the wrong kind", name); }
  [[nodiscard]] std::string problem() const {
    if (!problem_.empty()) return problem_;
    for (const auto& [key, value] : object_.items()) {
      if (std::find(known_.begin(), known_.end(), key) == known_.end())
        return fmt::format("'{}' is no key of a profile", key);
    }
    return {};
  }

 private:
  const Json& object_;
  std::vector<std::string> known_;
  std::string problem_;
};

std::string read_quirks(const Json& object, Quirks& quirks) {
  Reader reader(object);
  reader.text("max_tokens_field", quirks.max_tokens_field);
  reader.text("system_role", quirks.system_role);
  reader.text("effort_field", quirks.effort_field);
  reader.flag("stream_usage", quirks.stream_usage);
  reader.flag("store_false", quirks.store_false);
  reader.flag("seed", quirks.seed);
  reader.flag("ask_usage", quirks.ask_usage);
  reader.flag("cache_marks", quirks.cache_marks);
  reader.tokens("context", quirks.context);
  reader.tokens("max_output", quirks.max_output);
  return reader.problem();
}

}  // namespace

Result<Profile> parse_profile(std::string_view text, std::string name) {
  const auto object = foreign::parse_json(text);
  if (!object || !object->is_object()) {
    return fail(Reaction::fix_input, fmt::format("profile {}: not a JSON object", name));
  }
  Profile profile;
  profile.name = name;
  Reader reader(*object);
  std::string wire;
  reader.text("wire", wire);
  reader.text("base_url", profile.base_url);
  reader.texts("base_env", profile.base_env);
  reader.text("path", profile.path);
  reader.text("path_whole", profile.path_whole);
  reader.text("free_path", profile.free_path);
  reader.texts("key_env", profile.key_env);
  reader.flag("key_needed", profile.key_needed);
  reader.text("auth", profile.auth);
  reader.pairs("headers", profile.headers);
  reader.flag("free", profile.free);
  reader.flag("silent_truncation", profile.silent_truncation);
  std::string problem;
  if (const Json* quirks = reader.take("quirks")) problem = read_quirks(*quirks, profile.quirks);
  if (problem.empty()) problem = reader.problem();
  const auto known = parse_wire(wire);
  if (problem.empty() && !known) problem = "'wire' must be openai-chat, openai-responses, anthropic-messages or gemini";
  if (problem.empty() && profile.path.empty()) problem = "'path' is missing";
  if (!problem.empty()) return fail(Reaction::fix_input, fmt::format("profile {}: {}", name, problem));
  profile.wire = *known;
  if (profile.path_whole.empty()) profile.path_whole = profile.path;
  return profile;
}

std::optional<Profile> builtin_profile(std::string_view name) {
  for (const EmbeddedFile& file : builtin_profiles()) {
    if (file.name.substr(0, file.name.find('.')) != name) continue;
    auto profile = parse_profile(file.text, std::string(name));
    HONE_ASSERT(profile);  // a unit test reads every one of them
    return std::move(*profile);
  }
  return std::nullopt;
}

std::vector<std::string> builtin_profile_names() {
  std::vector<std::string> names;
  for (const EmbeddedFile& file : builtin_profiles()) names.emplace_back(file.name.substr(0, file.name.find('.')));
  return names;
}

}  // namespace hone
