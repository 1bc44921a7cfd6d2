// Ctrl-C and its like as a Stop, for commands that run the user's programs outside a night.
#pragma once

#include "adapters/os/descriptor.hpp"
#include "hone/ports/stop.hpp"

namespace hone::os {

// Raised for good by the first SIGINT, SIGTERM or SIGHUP; block_signals() must have been called. The signal is never
// taken from the queue, so that its descriptor stays readable. Thread-safe.
class SignalStop final : public Stop {
 public:
  SignalStop();
  [[nodiscard]] bool raised() const override;
  [[nodiscard]] int descriptor() const override { return signals_.get(); }

 private:
  Descriptor signals_;
};

}  // namespace hone::os
