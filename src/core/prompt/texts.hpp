// The fixed words and their placeholders.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hone/core/prompt/prompt.hpp"

namespace hone::prompt {

// The override of that name, else the built-in text.
[[nodiscard]] std::string_view text_of(const PromptStyle&, std::string_view name);
using Values = std::vector<std::pair<std::string_view, std::string_view>>;
// {{name}} replaced by its value. Values are not looked into again.
[[nodiscard]] std::string fill(std::string_view text, const Values&);
[[nodiscard]] std::vector<std::string_view> placeholders_of(std::string_view text);

}  // namespace hone::prompt
