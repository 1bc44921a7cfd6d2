// A Brief as the text that a model reads (design section 5, reference llm-backends.md section 9). Pure and
// repeatable: the same brief and style give the same bytes, so that `hone prompt` prints what would be sent.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "hone/core/base/result.hpp"
#include "hone/core/base/units.hpp"
#include "hone/core/edit/edit.hpp"
#include "hone/core/prompt/brief.hpp"

namespace hone {

inline constexpr double default_tokens_per_byte = 1.0 / 3;  // code; corrected by observe_ratio()

struct PromptStyle {
  EditFormat format = EditFormat::search_replace;  // tool_call is asked for like search_replace
  Tokens context{128'000};                         // the model's window: prompt and reply together
  Tokens output{32'000};                           // of it, kept for the reply
  double tokens_per_byte = default_tokens_per_byte;
  std::map<std::string, std::string> texts;  // overrides of configs/prompts by name, e.g. "system"
};

enum class PromptRole { system, user, assistant };

struct PromptSection {
  PromptRole role = PromptRole::user;
  std::string name;         // rules, goal, instructions, context, target, told, ledger, artifacts, output, ask, ...
  std::string text;         // ends with a newline
  bool stable = false;      // the same bytes in the next brief of this run (target: until the next keep)
  bool cache_mark = false;  // a good place to end a cached prefix
};

struct Prompt {
  std::vector<PromptSection> sections;  // in order; equal neighbouring roles are one message
  std::vector<std::string> trimmed;     // what had to be shortened, for `hone prompt`
  Tokens estimate{};
};

// Reaction::fix_input when the targets alone do not fit, a secret is in them, or an override is not usable.
[[nodiscard]] Result<Prompt> render_prompt(const Brief&, const PromptStyle&);

struct PromptMessage {
  PromptRole role = PromptRole::user;
  std::string text;
};
// The sections joined to messages: system, user and, in a repair, assistant and user again.
[[nodiscard]] std::vector<PromptMessage> prompt_messages(const Prompt&);
// One text for commands and agents, and for `hone prompt`.
[[nodiscard]] std::string render_plain(const Prompt&);

[[nodiscard]] Tokens estimate_tokens(std::size_t bytes, double tokens_per_byte);
// The running ratio after a request of `bytes` was counted as `seen` tokens by the service.
[[nodiscard]] double observe_ratio(double tokens_per_byte, std::size_t bytes, Tokens seen);

// The fixed words: a built-in text of configs/prompts by its file name without ".md"; "" = there is none.
[[nodiscard]] std::string_view builtin_prompt(std::string_view name);
[[nodiscard]] std::vector<std::string_view> builtin_prompt_names();
// Every name is known and every placeholder is one that the built-in text of that name has.
[[nodiscard]] Done check_prompt_texts(const std::map<std::string, std::string>& overrides);

}  // namespace hone
