// The message of a keep: a subject from the idea, made harmless, and trailers with the evidence.
#pragma once

#include <string>

#include "hone/core/measure/verdict.hpp"
#include "hone/core/run/state.hpp"

namespace hone {
[[nodiscard]] std::string render_commit_message(const State&, const Experiment&, const Verdict&);
}
