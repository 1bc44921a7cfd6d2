// LORD: how much error the next confirm test may spend, so that over an endless night the expected share of false
// keeps stays below q. Ramdas, Javanmard & Montanari 2017 (LORD++), with weights that fall as j^-1.5.
#pragma once

#include <cstdint>
#include <span>

namespace hone {

// g(j) = 1.62 / (j + 10)^1.5, j >= 1; sums to 1.
[[nodiscard]] double lord_weight(std::int64_t j);

// alpha_t = min(.2, q [ .5 g(t) + .5 g(t - tau_1) + sum_{j >= 2} g(t - tau_j) ]). `test` counts from 1; `keeps` are the
// indices tau of the tests that ended in a keep, ascending, all < test.
[[nodiscard]] double lord_alpha(double q, std::int64_t test, std::span<const std::int64_t> keeps);

}  // namespace hone
