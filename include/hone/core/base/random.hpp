// A seeded generator with distributions of our own, so that a seed gives the same night on every
// standard library. SplitMix64 (Steele, Lea, Flood 2014): small state, splittable by hashing.
#pragma once

#include <cstdint>

namespace hone {

class Random {
 public:
  explicit constexpr Random(std::uint64_t seed) : state_(seed) {}

  [[nodiscard]] constexpr std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }
  // Uniform in [0, 1).
  [[nodiscard]] constexpr double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  // Uniform in [0, n); n >= 1. The modulo bias is below 2^-40 for every n used here.
  [[nodiscard]] constexpr std::uint64_t below(std::uint64_t n) { return next() % n; }
  [[nodiscard]] constexpr bool coin() { return (next() >> 63) != 0; }

 private:
  std::uint64_t state_;
};

// A generator for one purpose: strategies keep no state, they derive it from (seed, experiment, use).
[[nodiscard]] constexpr Random derive(std::uint64_t seed, std::uint64_t a, std::uint64_t b = 0) {
  Random mix(seed ^ (a * 0xD6E8FEB86659FD93ULL));
  const std::uint64_t first = mix.next();
  Random second(first ^ (b * 0xA0761D6478BD642FULL));
  return Random(second.next());
}

}  // namespace hone
