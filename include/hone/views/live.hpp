// What a running night shows: a fold over events in constant space, the block at the foot of a terminal, and
// the lines that go by. Pure; the outlet decides when to draw.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hone/core/config/spec.hpp"
#include "hone/core/run/event.hpp"
#include "hone/core/run/record.hpp"
#include "hone/core/run/summary.hpp"
#include "hone/views/canvas.hpp"

namespace hone {

struct Live {
  Summary summary;
  LimitsSpec limits;
  std::map<ExperimentId, Record> active;  // begun and not finished
  std::vector<Outcome> recent;            // of the last finished ones, oldest first; at most 64
  std::vector<double> trace;              // gain by the log after each keep; thinned above 128
  std::vector<double> widths;             // half widths of recent intervals, for the digits; at most 32
  std::optional<Record> finished;         // by the last event, if it finished one
};

void fold_live(Live&, const Event&);

// At most `canvas.columns - 1` cells a line, always the same number of lines, each with its newline.
[[nodiscard]] std::string render_live(const Live&, const Canvas&);

// The line that the last folded event is worth on a pipe, with its newline; "" = none. `block`: a live block is shown
// as well, so only what should stay on the screen: keeps, the end, what went wrong.
[[nodiscard]] std::string render_event(const Live&, const Event&, const Canvas&, bool block);

}  // namespace hone
