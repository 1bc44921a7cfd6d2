// What must follow from the state alone: verdicts, ends of experiments, the end of the run. Called until it
// has nothing more to say, after every completion and after every resume: a crash between a measurement and
// its verdict needs no rule of its own.
#pragma once

#include <optional>

#include "hone/core/run/event.hpp"
#include "hone/core/run/state.hpp"

namespace hone {

struct Consequence {
  ExperimentId experiment;
  EventBody body;
};
[[nodiscard]] std::optional<Consequence> consequence(const State&, UnixTime date);
// All that still follows when a signal has ended the session: a commit that is on the branch by now is told as kept.
[[nodiscard]] std::optional<Consequence> keep_to_tell(const State&);

}  // namespace hone
