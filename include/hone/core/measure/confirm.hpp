// The confirm race: fresh pairs, run side by side in random order, until the evidence crosses the bar, the race is
// hopeless, or the pairs are used up. Everything the decision needs is frozen when the race starts, so that a refit
// or another slot's keep cannot move the goal posts.
#pragma once

#include <cstdint>
#include <vector>

#include "hone/core/measure/noise_model.hpp"
#include "hone/core/measure/tiers.hpp"

namespace hone {

struct PairDesign {
  NoiseModel noise;
  double alpha = 0;
  double design_effect = 1;  // d1 = min(max(dfl, kC sd), half the largest value a bounded score can take)
  double wanted = 0;         // units: --min-effect
  double prior_weight = 3;   // nu0 = min(degrees of the calibration, 3)
  double kill_below = 1;
  int most_pairs = 80;
  int least_pairs = 3;
};

struct PairDesignRequest {
  Tier tier = Tier::balanced;
  double alpha = 0.01;
  double wanted = 0;
};
[[nodiscard]] PairDesign design_pairs(const NoiseModel&, const PairDesignRequest&);

enum class PairEnd { open, accepted, futile, exhausted };

struct PairRace {
  PairDesign design;
  std::vector<double> champion, candidate;  // units, in pairs
  std::vector<double> levels;               // the champion's, before each pair
  std::vector<double> evidence;             // the log mixture after each pair
  double sum = 0, squares = 0;              // of scored differences
  double raw_sum = 0, raw_squares = 0;      // of hardly clipped ones
  double mean = 0;                          // gain per pair that the decision used
  double variance = 0;                      // moderated variance of one pair
  double degrees = 0;
  bool wider = false;     // the pairs' spread is significantly above the champion's
  double surprise = 0;    // the candidate's own spread against the champion's, in standard errors
  StretchTest stretch{};  // when the pairs would have accepted: is it a gain, or only another spread?
  PairEnd end = PairEnd::open;
};

// The bar: ln(.4 / alpha). The .4 takes back the overshoot and the finite horizon of Ville's bound; measured type-I
// error over alpha stays below 1 (tests/bench/README.md).
[[nodiscard]] double evidence_bar(double alpha);

// vp = max((nu0 vd + rss) / (nu0 + n - 1), .1 vd) (Smyth 2004); Z = t_to_normal(S / sqrt(n vp)) sqrt(I), I = n / vp.
// `level`: the champion's level before this pair. Accepted is what also passes test_stretch; a candidate whose runs
// scatter more has to show its gain in the plain mean of its pairs as well, or the race is hopeless.
void fold_pair(PairRace&, double level, double champion_run, double candidate_run);

// Median candidate against the level, or median difference where raw differences decided; the mean difference of a
// candidate whose spread is another; units.
[[nodiscard]] double robust_gain(const PairRace&, double level);
// Times 1 - 1/z^2: what a keep may claim without being the winner's curse.
[[nodiscard]] double claimed_gain(const PairRace&, double level);
// Its spread over the champion's when it is known to be another, else 1.
[[nodiscard]] double changed_spread(const PairRace&);

}  // namespace hone
