// Shows a running night: a live block on a terminal, lines on a pipe. What is written is rendered elsewhere
// and comes in as functions, so that this knows only when to draw. State thread only.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "adapters/outlets/terminal.hpp"
#include "hone/ports/observer.hpp"

namespace hone {

struct Rendering {
  std::function<void(const Event&)> fold;                              // every event, first
  std::function<std::string(std::size_t columns)> block;               // the live block; empty function = none
  std::function<std::string(const Event&, std::size_t columns)> line;  // what the event is worth for good; "" = nothing
};

class Progress : public Observer {
 public:
  Progress(Terminal& terminal, Rendering rendering);
  ~Progress() override;
  void saw(const Event&, const State&) override;
  // The same without a State, for whoever has none.
  void saw(const Event&);

 private:
  [[nodiscard]] bool due(const Event&);

  Terminal& terminal_;
  Rendering rendering_;
  double tokens_;
  Seconds last_{};
};

}  // namespace hone
