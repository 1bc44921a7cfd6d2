// `hone redteam --json`: one object a line.
#pragma once

#include <string>

#include "hone/core/guard/attack.hpp"

namespace hone {

struct RedteamLine {
  std::string attack, kind, summary, note;
  Defence defence = Defence::missed;
  Outcome outcome = Outcome::abandoned;
  bool honest_kept = false;
};
// attack, kind, summary, result (stopped, caught, missed), outcome, honest_kept, note; for a miss also means, remedy.
[[nodiscard]] std::string render_redteam_json(const RedteamLine&);

}  // namespace hone
