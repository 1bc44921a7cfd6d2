// The noise prior of a very expensive metric, from what earlier runs in this repository measured.
#pragma once

#include <string>

#include "adapters/git/place.hpp"
#include "hone/core/config/spec.hpp"

namespace hone::cli {

// Fills spec.accept.noise_prior when nobody gave one, the night affords few runs of this metric, and earlier runs with
// the same targets and the same metric calibrated it. Says in one line what it took; "" = nothing. A journal that
// cannot be read is passed over.
[[nodiscard]] std::string recall_noise(const git::Place&, RunSpec& spec);

}  // namespace hone::cli
