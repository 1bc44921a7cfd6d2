// How an experiment ended (design section 2). Data, never an Error.
#pragma once

#include <string_view>

namespace hone {

enum class Outcome {
  kept,
  discarded,
  duplicate,
  noop,
  malformed,
  denied,
  build_failed,
  check_failed,
  crashed,
  timeout,
  guard,
  suspect,
  undecided,
  stale,     // made for an older champion and no longer fits; asked again under a new number
  abandoned  // the run ended, or the experiment was closed as poisoned after three crashes
};

[[nodiscard]] std::string_view render_outcome(Outcome);
[[nodiscard]] bool parse_outcome(std::string_view, Outcome&);

}  // namespace hone
