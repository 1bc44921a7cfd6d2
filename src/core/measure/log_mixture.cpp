#include "hone/core/measure/log_mixture.hpp"

#include <algorithm>
#include <cmath>

#include "hone/core/base/assert.hpp"

namespace hone {

std::array<double, 6> design_ladder(double d1) {
  std::array<double, 6> effects{};
  for (std::size_t k = 0; k < effects.size(); ++k) {
    effects[k] = d1 * 0.5 * std::pow(2.0, 0.5 * static_cast<double>(k));
  }
  return effects;
}

double log_mixture(double score, double information, std::span<const double> effects) {
  HONE_ASSERT(!effects.empty());
  const auto exponent = [&](double d) { return d * score - d * d * information / 2; };
  double largest = exponent(effects.front());
  for (const double effect : effects) largest = std::max(largest, exponent(effect));
  double sum = 0;
  for (const double effect : effects) sum += std::exp(exponent(effect) - largest);
  return largest + std::log(sum / static_cast<double>(effects.size()));
}

}  // namespace hone
