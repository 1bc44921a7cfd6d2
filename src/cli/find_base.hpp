// What a run would start from, with targets and context as typed in the start folder.
#pragma once

#include "adapters/git/base.hpp"
#include "cli/config_load.hpp"
#include "hone/core/config/spec.hpp"

namespace hone::cli {
[[nodiscard]] Result<git::Base> find_base(const git::Place&, const RunSpec&);
[[nodiscard]] ConfigPlaces places_of(const git::Place&);
}  // namespace hone::cli
