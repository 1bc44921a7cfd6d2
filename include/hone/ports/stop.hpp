// A request to give up, seen by blocking port calls. The descriptor becomes readable when it is raised,
// so that a call can poll() it together with what it waits for.
#pragma once

namespace hone {

class Stop {
 public:
  virtual ~Stop() = default;
  [[nodiscard]] virtual bool raised() const = 0;
  [[nodiscard]] virtual int descriptor() const = 0;  // -1: only raised() works (fakes)
};

}  // namespace hone
