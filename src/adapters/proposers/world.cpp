#include "adapters/proposers/world.hpp"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace hone {

bool pause(Seconds wait, const Stop& stop) {
  using Steady = std::chrono::steady_clock;
  const auto end =
      Steady::now() + std::chrono::duration_cast<Steady::duration>(std::chrono::duration<double>(wait.value));
  while (!stop.raised()) {
    const auto left = std::chrono::duration<double, std::milli>(end - Steady::now()).count();
    if (left <= 0) return true;
    const bool blind = stop.descriptor() < 0;  // a Stop without a descriptor is looked at now and then
    pollfd descriptor{stop.descriptor(), POLLIN, 0};
    ::poll(&descriptor, blind ? 0 : 1, static_cast<int>(std::ceil(std::min(left, blind ? 100.0 : 3.6e6))));
  }
  return false;
}

EditFormat choose_format(const Brief& brief, const std::string& backend, EditFormat usual) {
  int malformed = 0;
  for (auto entry = brief.ledger.rbegin(); entry != brief.ledger.rend() && malformed < 3; ++entry) {
    if (entry->backend != backend) continue;
    if (entry->outcome != Outcome::malformed) break;
    ++malformed;
  }
  return malformed >= 3 ? EditFormat::whole_file : usual;
}

}  // namespace hone
