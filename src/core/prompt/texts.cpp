#include "core/prompt/texts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "hone/core/base/assert.hpp"
#include "hone/core/base/embedded.hpp"
#include "hone/core/base/text.hpp"

namespace hone {

std::span<const EmbeddedFile> builtin_prompts();  // made from configs/prompts by hone_embed

namespace {

std::string_view name_of(const EmbeddedFile& file) {
  return file.name.substr(0, file.name.find('.'));
}

}  // namespace

std::string_view builtin_prompt(std::string_view name) {
  for (const EmbeddedFile& file : builtin_prompts()) {
    if (name_of(file) == name) return file.text;
  }
  return {};
}

std::vector<std::string_view> builtin_prompt_names() {
  std::vector<std::string_view> names;
  for (const EmbeddedFile& file : builtin_prompts()) names.push_back(name_of(file));
  return names;
}

Done check_prompt_texts(const std::map<std::string, std::string>& overrides) {
  for (const auto& [name, text] : overrides) {
    const std::string_view builtin = builtin_prompt(name);
    if (builtin.empty()) {
      return fail(Reaction::fix_input,
                  fmt::format("Prompt text `{}` is not one that hone uses. Rename it to one of those in "
                              "configs/prompts.",
                              one_line(name, 80)));
    }
    const auto known = prompt::placeholders_of(builtin), used = prompt::placeholders_of(text);
    for (const auto each : used) {
      if (std::find(known.begin(), known.end(), each) != known.end()) continue;
      return fail(Reaction::fix_input,
                  fmt::format("Prompt text `{}` has the placeholder {{{{{}}}}}, which nothing fills. Remove it "
                              "or correct its name.",
                              name, one_line(each, 80)));
    }
    for (const auto each : known) {
      if (std::find(used.begin(), used.end(), each) != used.end()) continue;
      return fail(Reaction::fix_input,
                  fmt::format("Prompt text `{}` lacks the placeholder {{{{{}}}}}, so the model would not see it. "
                              "Add it.",
                              name, each));
    }
  }
  return {};
}

namespace prompt {

std::string_view text_of(const PromptStyle& style, std::string_view name) {
  const auto own = style.texts.find(std::string(name));
  if (own != style.texts.end()) return own->second;
  const std::string_view text = builtin_prompt(name);
  HONE_ASSERT(!text.empty());
  return text;
}

std::vector<std::string_view> placeholders_of(std::string_view text) {
  std::vector<std::string_view> names;
  for (auto open = text.find("{{"); open != std::string_view::npos; open = text.find("{{", open + 2)) {
    const auto close = text.find("}}", open);
    if (close == std::string_view::npos) break;
    names.push_back(text.substr(open + 2, close - open - 2));
  }
  return names;
}

std::string fill(std::string_view text, const Values& values) {
  std::string result;
  while (true) {
    const auto open = text.find("{{");
    const auto close = open == std::string_view::npos ? open : text.find("}}", open);
    result += text.substr(0, open);
    if (close == std::string_view::npos) return result + std::string(open == close ? "" : text.substr(open));
    const auto name = text.substr(open + 2, close - open - 2);
    const auto value = std::find_if(values.begin(), values.end(), [&](const auto& each) { return each.first == name; });
    HONE_ASSERT(value != values.end());  // check_prompt_texts() and a test see to it
    result += value->second;
    text.remove_prefix(close + 2);
  }
}

}  // namespace prompt
}  // namespace hone
