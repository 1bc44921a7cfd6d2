// Who gets which CPUs: timed places alone on theirs, the rest for building, proposing and hone itself.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace hone {

// One physical core; hyper-threads disturb each other, so they are never given to two owners.
struct Core {
  std::vector<int> cpus;
};

struct CpuPlan {
  std::vector<std::vector<int>> slots;  // [slot]
  std::vector<int> background;          // empty: no room; nothing may run beside a timed command
};

// With more cores than slots at least one core stays for background work (one in eight on large machines) and
// the rest is shared out evenly, so that every slot is alike; what is left over goes to the background.
// With fewer cores than slots, slots share cores and disturb each other: the caller should warn.
[[nodiscard]] CpuPlan split_cpus(std::span<const Core> cores, std::uint32_t slots);

}  // namespace hone
