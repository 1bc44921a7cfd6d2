// Better-ness is a type, never a sign trick.
#pragma once

namespace hone {

enum class Direction { minimise, maximise };

[[nodiscard]] constexpr bool better(Direction direction, double a, double b) {
  return direction == Direction::minimise ? a < b : a > b;
}

// Relative improvement of `after` over `before`: positive = better. `before` must not be 0.
[[nodiscard]] constexpr double improvement(Direction direction, double before, double after) {
  const double scale = before < 0 ? -before : before;
  return direction == Direction::minimise ? (before - after) / scale : (after - before) / scale;
}

}  // namespace hone
