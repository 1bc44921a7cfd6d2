// What comes before any format: thinking out, one kind of line end, the intent.
#pragma once

#include <string>
#include <string_view>

namespace hone::edit {

// The answer of a reply without <think> blocks and channels, with LF line ends; `unclosed`: it never left its
// thinking.
[[nodiscard]] std::string answer_of(std::string_view reply, bool& unclosed);
// The first line of prose, without "Intent:" and markdown.
[[nodiscard]] std::string intent_of(std::string_view answer, bool labelled = false);

}  // namespace hone::edit
