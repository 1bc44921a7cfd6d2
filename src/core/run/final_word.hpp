// See final_word.cpp.
#pragma once

#include <optional>

#include "hone/core/run/event.hpp"
#include "hone/core/run/state.hpp"

namespace hone {
// From the pairs measured so far; nothing below two.
[[nodiscard]] std::optional<event::FinalWord> say_final_word(const State&);
}  // namespace hone
