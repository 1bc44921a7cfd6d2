// Told of every event after it is durable: progress on the terminal, JSON lines, a CI summary.
#pragma once

#include "hone/core/run/event.hpp"

namespace hone {

struct State;

class Observer {
 public:
  virtual ~Observer() = default;
  // State is after the event. Must not block for long: it runs on the state thread.
  virtual void saw(const Event&, const State&) = 0;
};

}  // namespace hone
