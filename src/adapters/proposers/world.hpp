// What every proposer is given of the outside. All of it outlives the proposers.
#pragma once

#include "adapters/proposers/limiter.hpp"
#include "hone/core/prompt/prompt.hpp"
#include "hone/ports/clock.hpp"
#include "hone/ports/http.hpp"
#include "hone/ports/process.hpp"

namespace hone {

struct ProposerWorld {
  Http& http;
  Process& process;
  const Clock& clock;
  Limiter& limiter;
};

// Waits; false when `stop` was raised meanwhile.
[[nodiscard]] bool pause(Seconds, const Stop&);
// The format that a brief asks for from this backend: whole files when the targets are small or when the last three
// replies of this backend were malformed, else `usual`.
[[nodiscard]] EditFormat choose_format(const Brief&, const std::string& backend, EditFormat usual);

}  // namespace hone
