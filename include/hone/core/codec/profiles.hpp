// What is special about a service: its address, how it takes its key, and which fields it wants or refuses.
// Profiles are data (configs/profiles/*.json), so a new compatible server is a new file.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hone/core/base/result.hpp"
#include "hone/core/base/units.hpp"
#include "hone/core/codec/replies.hpp"

namespace hone {

struct Quirks {
  std::string max_tokens_field = "max_completion_tokens";  // openai-chat: most compatible servers know max_tokens only
  std::string system_role = "system";                      // openai-chat: or developer
  std::string effort_field;                                // where a reasoning effort goes; "" = not accepted
  bool stream_usage = true;                                // openai-chat: stream_options.include_usage
  bool store_false = false;                                // accepts store:false
  bool seed = false;                                       // accepts seed
  bool ask_usage = false;                                  // OpenRouter: usage.include, which brings the cost
  bool cache_marks = false;                                // cache_control on blocks
  Tokens context{128'000};                                 // prompt and reply together
  Tokens max_output{32'000};
};

struct Profile {
  std::string name;
  Wire wire = Wire::openai_chat;
  std::string base_url;               // "" = must be given
  std::vector<std::string> base_env;  // environment variables that may name it
  std::string path;                   // behind the base; {model} is replaced
  std::string path_whole;             // the same without streaming; "" = path
  std::string free_path;              // a GET that costs nothing and needs the key: the list of models; "" = none
  std::vector<std::string> key_env;   // environment variables that may hold the key, first wins
  bool key_needed = true;
  std::string auth = "bearer";  // bearer, or the name of the header
  std::map<std::string, std::string> headers;
  Quirks quirks;
  bool free = false;               // runs on the user's own machine
  bool silent_truncation = false;  // Ollama: what does not fit is dropped without a word
};

[[nodiscard]] Result<Profile> parse_profile(std::string_view json, std::string name);
// The built-in one of that name; nothing when there is none.
[[nodiscard]] std::optional<Profile> builtin_profile(std::string_view name);
[[nodiscard]] std::vector<std::string> builtin_profile_names();

}  // namespace hone
