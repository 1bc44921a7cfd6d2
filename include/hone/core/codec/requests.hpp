// From a prompt to the JSON that one wire format wants. Few parameters are sent: newer models refuse many.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "hone/core/base/units.hpp"
#include "hone/core/codec/profiles.hpp"
#include "hone/core/prompt/prompt.hpp"

namespace hone {

struct Ask {
  std::string model;
  Prompt prompt;
  std::string nudge;  // added at the end of the last message: "be briefer"
  Tokens max_output{32'000};
  std::optional<std::string> effort;  // as the user wrote it
  std::optional<double> temperature, top_p;
  std::optional<std::int64_t> seed;
  bool stream = true;
  std::set<std::string> dropped;  // parameters that this service refused before
};

struct RenderedRequest {
  std::string body;
  std::set<std::string> optional;  // top-level parameters that could be left out
};

[[nodiscard]] RenderedRequest render_request(const Ask&, Wire, const Quirks&);

}  // namespace hone
