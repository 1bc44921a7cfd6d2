// Plays one simulated night against the real acceptance interface and counts what the truth says about it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "bench/night_sim/world.hpp"
#include "hone/core/config/spec.hpp"

namespace night_sim {

// What the metric prints.
enum class Shape {
  positive,   // 100 e^u
  negative,   // -100 e^-u
  near_zero,  // a plain number that begins at 30 and falls through zero
  score,      // at most 1, more is better: .9 in the beginning, what is missing falls by a tenth for each per cent
  count,      // events: Poisson, 40 in the beginning, whose rate falls by 10 % for each per cent
  zeros       // 0 in three runs of ten, else 10 e^u
};
inline constexpr std::array<std::string_view, 6> shape_names{"positive", "negative", "near-zero",
                                                             "score",    "count",    "zeros"};

struct Setting {
  hone::AcceptSpec accept;
  Noise noise = Noise::gauss_1;
  Mix mix = mixes[0];
  std::size_t experiments = 700;
  double budget = 0;         // metric-run equivalents, 0 = only `experiments` ends the night
  double cost_ratio = 3;     // c0: cost of a proposal in metric runs
  double triple_share = 0;   // of patches that change the spread
  double triple_factor = 3;  // by this
  Change change = Change::scale;
  Shape shape = Shape::positive;
  std::optional<double> alpha;  // a fixed error instead of LORD
  std::vector<double> planted;  // true gains in percent, tried in this order; empty = drawn from the mix
};

// Classes of patches by true gain: harmful, null, tiny (< .4), .4-1, 1-2, 2-5 %.
inline constexpr std::size_t classes = 6;

struct Night {
  double experiments = 0, runs = 0, commits = 0, false_commits = 0, progress = 0, claimed = 0;
  double false_by_mean = 0;  // keeps that are not better on average, when the patch's own noise is counted
  double tests = 0;          // that reached the confirm race
  double headline = 0;       // the final word: measured, log percent
  std::array<double, classes> tried{}, kept{};
  std::vector<double> kept_gains;  // the true ones, in order
};

[[nodiscard]] Night play(const Setting&, std::uint64_t seed);

}  // namespace night_sim
