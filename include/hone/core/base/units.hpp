// Numbers that carry their unit. Arithmetic only between equal units.
#pragma once

#include <compare>
#include <cstdint>

namespace hone {

template <class Tag, class Rep>
struct Quantity {
  Rep value{};

  friend constexpr auto operator<=>(Quantity, Quantity) = default;
  friend constexpr Quantity operator+(Quantity a, Quantity b) { return {a.value + b.value}; }
  friend constexpr Quantity operator-(Quantity a, Quantity b) { return {a.value - b.value}; }
  friend constexpr Quantity operator*(Quantity a, Rep k) { return {a.value * k}; }
  friend constexpr double operator/(Quantity a, Quantity b) {
    return static_cast<double>(a.value) / static_cast<double>(b.value);
  }
  constexpr Quantity& operator+=(Quantity b) { return *this = *this + b; }
  constexpr Quantity& operator-=(Quantity b) { return *this = *this - b; }
};

// A duration. Also a point in run time: seconds of active running since the run first started,
// monotonic across resumes (time between a crash and its resume does not count).
using Seconds = Quantity<struct SecondsTag, double>;
using Tokens = Quantity<struct TokensTag, std::int64_t>;
using MicroDollars = Quantity<struct MicroDollarsTag, std::int64_t>;  // 1e-6 USD
using Bytes = Quantity<struct BytesTag, std::int64_t>;
// Seconds since 1970 UTC. Only for people and for commit dates: never subtracted to time anything.
using UnixTime = Quantity<struct UnixTimeTag, std::int64_t>;

}  // namespace hone
