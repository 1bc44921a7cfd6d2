#include "adapters/os/stop.hpp"

#include <sys/eventfd.h>

#include <cstdint>

#include "hone/core/base/assert.hpp"

namespace hone::os {

StopSwitch::StopSwitch() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  HONE_ASSERT(event_);
}

void StopSwitch::raise() {
  raised_.store(true);
  const std::uint64_t one = 1;
  // Can only fail when the counter is full, and then it is readable already.
  [[maybe_unused]] const auto size = ::write(event_.get(), &one, sizeof one);
}

}  // namespace hone::os
