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

namespace {
constexpr std::size_t most_whole = 48 << 10;  // bytes of targets that a model can be asked to write out in full
}

EditFormat choose_format(const Brief& brief, const std::string& backend, EditFormat usual) {
  // Every three malformed ones in a row change over, and it stays so after a good one: else each good reply in the
  // other format would lead back to three bad ones.
  bool other = false;
  int malformed = 0;
  for (const LedgerEntry& entry : brief.ledger) {  // oldest first
    if (entry.backend != backend) continue;
    malformed = entry.outcome == Outcome::malformed ? malformed + 1 : 0;
    if (malformed == 3) other = !other;
    malformed %= 3;
  }
  if (!other) return usual;
  std::size_t bytes = 0;
  for (const SourceFile& file : brief.targets) bytes += file.text.size();
  if (usual != EditFormat::whole_file && bytes <= most_whole) return EditFormat::whole_file;
  return usual == EditFormat::search_replace ? EditFormat::unified_diff : EditFormat::search_replace;
}

}  // namespace hone
