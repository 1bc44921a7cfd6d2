// A Stop that any thread can raise, and one that is never raised.
#pragma once

#include <atomic>

#include "adapters/os/descriptor.hpp"
#include "hone/ports/stop.hpp"

namespace hone::os {

// Thread-safe. Raised once and for ever; its descriptor (an eventfd) stays readable.
class StopSwitch : public Stop {
 public:
  StopSwitch();
  void raise();
  [[nodiscard]] bool raised() const override { return raised_.load(); }
  [[nodiscard]] int descriptor() const override { return event_.get(); }

 private:
  std::atomic<bool> raised_ = false;
  Descriptor event_;
};

class NoStop : public Stop {
 public:
  [[nodiscard]] bool raised() const override { return false; }
  [[nodiscard]] int descriptor() const override { return -1; }
};

}  // namespace hone::os
