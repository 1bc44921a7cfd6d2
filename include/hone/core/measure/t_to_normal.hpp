// The normal deviate with the same tail area as Student's t.
#pragma once

namespace hone {

// Exact (Boost.Math) while the tail is above 1e-280; beyond it Wallace's approximation (1959), whose relative error
// is then below 1 %.
[[nodiscard]] double t_to_normal(double t, double degrees);

}  // namespace hone
