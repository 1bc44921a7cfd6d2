// Time enters hone here and in Crew::wait, nowhere else.
#pragma once

#include "hone/core/base/units.hpp"

namespace hone {

class Clock {
 public:
  virtual ~Clock() = default;
  // CLOCK_MONOTONIC, from an arbitrary origin.
  [[nodiscard]] virtual Seconds monotonic() const = 0;
  [[nodiscard]] virtual UnixTime now() const = 0;
};

}  // namespace hone
