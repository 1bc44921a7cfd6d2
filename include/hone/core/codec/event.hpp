// Events as JSON text: what the journal stores. Every value comes back exactly as it was: doubles bit by bit
// (nan and inf as strings), bytes that are not UTF-8 as {"hex": "ff00"}. Fields that hold their default are
// left out; a missing field takes its default (old journals); unknown fields are ignored (newer minor
// versions); an unknown kind or enum name is refused. Pure; never throws; thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "hone/core/base/result.hpp"
#include "hone/core/run/event.hpp"

namespace hone {

[[nodiscard]] std::string_view kind_name(const EventBody&);  // "run_started", "began", ...

// The body alone; its kind is kept beside it.
[[nodiscard]] std::string render_body(const EventBody&);
[[nodiscard]] Result<EventBody> parse_body(std::string_view kind, std::string_view json);

// One whole event as one line: {"sequence":7,"at":1.5,"date":...,"experiment":3,"kind":"began","body":{...}}.
[[nodiscard]] std::string render_event(const Event&);
[[nodiscard]] Result<Event> parse_event(std::string_view json);

}  // namespace hone
