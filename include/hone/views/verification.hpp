// `hone verify` in words.
#pragma once

#include <string>

#include "hone/core/measure/verification.hpp"
#include "hone/core/run/summary.hpp"
#include "hone/views/canvas.hpp"

namespace hone {
// Logged beside re-measured gain, the table of keeps where there is one, and the verdict as the last line.
[[nodiscard]] std::string render_verification(const Verification&, const Summary&, const Canvas&);
}  // namespace hone
