// Stops for tests: never raised, raised by hand, or raised after a while.
#pragma once

#include <unistd.h>

#include <array>
#include <atomic>

#include "hone/ports/stop.hpp"

namespace hone::fakes {

struct NeverStop final : Stop {
  [[nodiscard]] bool raised() const override { return false; }
  [[nodiscard]] int descriptor() const override { return -1; }
};

class HandStop final : public Stop {
 public:
  HandStop() { valid_ = ::pipe(pipe_.data()) == 0; }
  ~HandStop() override {
    raise();
    if (valid_) ::close(pipe_[0]);
  }
  HandStop(const HandStop&) = delete;
  HandStop& operator=(const HandStop&) = delete;
  void raise() {
    if (!raised_.exchange(true) && valid_) ::close(pipe_[1]);
  }
  [[nodiscard]] bool raised() const override { return raised_; }
  [[nodiscard]] int descriptor() const override { return valid_ ? pipe_[0] : -1; }

 private:
  std::array<int, 2> pipe_{};
  bool valid_ = false;
  std::atomic<bool> raised_{false};
};

}  // namespace hone::fakes
