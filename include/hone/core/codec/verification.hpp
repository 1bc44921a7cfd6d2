// `hone verify --json`.
#pragma once

#include <string>

#include "hone/core/measure/verification.hpp"

namespace hone {
// One object on one line: run, base, champion, logged, effect, interval, pairs, confirmed, failed, keeps.
[[nodiscard]] std::string render_verification_json(const Verification&);
}  // namespace hone
