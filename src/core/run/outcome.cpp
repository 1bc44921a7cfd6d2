#include "hone/core/run/outcome.hpp"

#include <array>
#include <cstddef>

namespace hone {
namespace {
constexpr std::array<std::string_view, 15> names = {"kept",   "discarded",    "duplicate",    "noop",    "malformed",
                                                    "denied", "build_failed", "check_failed", "crashed", "timeout",
                                                    "guard",  "suspect",      "undecided",    "stale",   "abandoned"};
static_assert(names.size() == static_cast<std::size_t>(Outcome::abandoned) + 1);
}  // namespace

std::string_view render_outcome(Outcome outcome) {
  return names[static_cast<std::size_t>(outcome)];
}

bool parse_outcome(std::string_view text, Outcome& outcome) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == text) {
      outcome = static_cast<Outcome>(i);
      return true;
    }
  }
  return false;
}

}  // namespace hone
