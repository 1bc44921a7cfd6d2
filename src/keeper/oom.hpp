// How often the kernel has killed a process because memory ran out.
#pragma once

#include <cstdint>

namespace hone::keeper {

// Since boot, in this process's memory cgroup where that can be read, else on the whole machine: what runs out of
// memory in the container next door says nothing about our command. Only differences mean something.
std::int64_t oom_kills();

}  // namespace hone::keeper
