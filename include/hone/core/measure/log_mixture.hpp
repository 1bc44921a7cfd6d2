// Evidence against "no gain" that may be looked at after every pair: a mixture of likelihood ratios over six design
// effects. E exp(log_mixture) <= 1 under the null, so crossing ln(1/alpha) has probability <= alpha whenever one looks
// (Ville 1939; Robbins 1970; Johari et al. 2017).
#pragma once

#include <array>
#include <span>

namespace hone {

// d_k = d1 * .5 * 2^(k/2), k = 0..5: from half the design effect to 2.8 times it.
[[nodiscard]] std::array<double, 6> design_ladder(double d1);

// ln( mean_k exp(d_k Z - d_k^2 I / 2) ) for a score Z with information I.
[[nodiscard]] double log_mixture(double score, double information, std::span<const double> effects);

}  // namespace hone
