// Robust scores. A run is clipped to [low, high] around the level before it is averaged. Under "no difference" the two
// runs of a pair are exchangeable, so any fixed function of single runs gives symmetric differences: the caps cost no
// validity and only choose efficiency, the efficacy (share inside)^2 / variance of Pitman.
#pragma once

#include <span>

namespace hone {

struct Caps {
  double low = -1e9;
  double high = 1e9;
  double inside = 1;    // share of runs strictly inside: the slope of the clipped mean
  double variance = 1;  // of one clipped run
  double scale = 1;     // robust sd of the residuals
};

// low in {6, 3, 2}, high in {6, 4, 3, 2, 1.5, 1, .7} robust sd; any clipping is penalised by .85 - 1.5/n. At least 2.
[[nodiscard]] Caps choose_caps(std::span<const double> residuals);

struct PairClip {
  double clip = 4;
  double inside = 1;
  double variance = 1;
};

// Symmetric clip of raw pair differences for a level that drifts: {6, 4, 2.5, 1.5, 1} robust sd, the last two only with
// at least 30 differences.
[[nodiscard]] PairClip choose_clip(std::span<const double> differences);

}  // namespace hone
