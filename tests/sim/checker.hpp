// Judges a finished simulation from the journal and the repository alone; shares no code with fold().
#pragma once

#include <string>
#include <vector>

#include "sim/world.hpp"

namespace hone::sim {
[[nodiscard]] std::vector<std::string> check(const World&, CommitId base);
}
