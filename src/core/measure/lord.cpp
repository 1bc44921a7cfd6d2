#include "hone/core/measure/lord.hpp"

#include <algorithm>
#include <cmath>

#include "hone/core/base/assert.hpp"

namespace hone {

double lord_weight(std::int64_t j) {
  const double shifted = static_cast<double>(j) + 10;
  return 1.62 / (shifted * std::sqrt(shifted));
}

double lord_alpha(double q, std::int64_t test, std::span<const std::int64_t> keeps) {
  HONE_ASSERT(test >= 1);
  double wealth = 0.5 * lord_weight(test);
  double share = 0.5;  // the first keep returns only what the start had borrowed
  for (const std::int64_t keep : keeps) {
    if (keep < test) wealth += share * lord_weight(test - keep);
    share = 1;
  }
  return std::min(0.2, q * wealth);
}

}  // namespace hone
