#include "hone/core/measure/cpus.hpp"

#include <algorithm>

#include "hone/core/base/assert.hpp"

namespace hone {

CpuPlan split_cpus(std::span<const Core> cores, std::uint32_t slots) {
  HONE_ASSERT(!cores.empty() && slots > 0);
  CpuPlan plan;
  plan.slots.resize(slots);
  const auto take = [&cores](std::vector<int>& cpus, std::size_t core) {
    cpus.insert(cpus.end(), cores[core].cpus.begin(), cores[core].cpus.end());
  };
  if (cores.size() <= slots) {
    for (std::uint32_t slot = 0; slot < slots; ++slot) take(plan.slots[slot], slot % cores.size());
    return plan;
  }
  // The kernel prefers CPU 0 for interrupts and timers, so the background takes the first cores.
  const std::size_t spared = std::min(std::max<std::size_t>(1, cores.size() / 8), cores.size() - slots);
  const std::size_t each = (cores.size() - spared) / slots;
  std::size_t next = cores.size() - each * slots;
  for (std::size_t core = 0; core < next; ++core) take(plan.background, core);
  for (auto& cpus : plan.slots) {
    for (std::size_t i = 0; i < each; ++i) take(cpus, next++);
  }
  return plan;
}

}  // namespace hone
