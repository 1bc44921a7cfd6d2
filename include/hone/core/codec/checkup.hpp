// `hone doctor --json`.
#pragma once

#include <string>

#include "hone/core/measure/diagnosis.hpp"

namespace hone {
// One object on one line: verdict, findings (health, subject, text, advice), the numbers and the values.
[[nodiscard]] std::string render_checkup_json(const Checkup&);
[[nodiscard]] std::string_view render_health(Health);
}  // namespace hone
