#include "hone/core/measure/t_to_normal.hpp"

#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>

namespace hone {
namespace {

// Wallace 1959, "Bounds on normal approximations to Student's and the chi-square distributions".
double wallace(double t, double degrees) {
  return std::sqrt(degrees * std::log1p(t * t / degrees)) * (8 * degrees + 1) / (8 * degrees + 3);
}

}  // namespace

double t_to_normal(double t, double degrees) {
  const double size = std::abs(t);
  if (size == 0) return 0;
  const double rough = wallace(size, degrees);
  if (!(rough < 35)) return std::copysign(rough, t);  // the tail area leaves the range of doubles soon after
  const double tail = boost::math::cdf(boost::math::complement(boost::math::students_t(degrees), size));
  return std::copysign(std::sqrt(2.0) * boost::math::erfc_inv(2 * tail), t);
}

}  // namespace hone
