// The machine's clock.
#pragma once

#include "hone/ports/clock.hpp"

namespace hone::os {

// Thread-safe; holds nothing.
class SystemClock : public Clock {
 public:
  [[nodiscard]] Seconds monotonic() const override;
  [[nodiscard]] UnixTime now() const override;
};

}  // namespace hone::os
