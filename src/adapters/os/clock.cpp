#include "adapters/os/clock.hpp"

#include <ctime>

namespace hone::os {

Seconds SystemClock::monotonic() const {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return Seconds{static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9};
}

UnixTime SystemClock::now() const {
  return UnixTime{static_cast<std::int64_t>(::time(nullptr))};
}

}  // namespace hone::os
