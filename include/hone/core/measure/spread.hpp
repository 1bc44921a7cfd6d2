// Does a candidate gain, or does it only scatter otherwise? Where runs lie askew, a wider spread moves the median and
// every clipped mean although the mean stays: such a patch is better in a usual run and not on average. The champion's
// runs are the shape of the noise; a patch may move it (a gain) and stretch it (another spread).
#pragma once

#include <span>
#include <vector>

namespace hone {

struct RunShape {
  double runs = 0;      // behind it; 0 = too few to know
  double unit = 0;      // robust sd
  double middle = 0;    // median
  double skew = 0;      // mean, capped at 6 units, minus the median
  double distance = 0;  // mean of min(|run - median| / unit, 4)
  double distance_sd = 0;
  std::vector<double> log_density;  // at asinh((run - middle) / unit) = -8, -7.9, ... 8
};

// `residuals`: champion runs about their level.
[[nodiscard]] RunShape shape_runs(std::vector<double> residuals);

// Mean capped distance of runs from their own median against the champion's, in standard errors; > 0 = wider.
[[nodiscard]] double spread_surprise(const RunShape&, std::span<const double> runs);
// Robust sd of the runs over the champion's; 1 when that is not known.
[[nodiscard]] double spread_ratio(const RunShape&, std::span<const double> runs);

// A likelihood ratio (Neyman & Pearson 1933; both sides at their best, so its bar is measured and not derived): the
// candidate's runs under the best gain and stretch against the best stretch that gains nothing in the median or nothing
// in the mean. The density is a kernel estimate of the champion's residuals on the scale of asinh (tails need wide
// kernels: Silverman 1986, 5.1), with Student's t(3) as kernel, whose own tail keeps a single far run from deciding.
struct StretchTest {
  double evidence = 0;  // log likelihood ratio
  double stretch = 1;   // of the best explanation
};
inline constexpr double stretch_bar = 10;     // accepted above it
inline constexpr double stretch_futile = -1;  // a change of the spread alone explains the runs better
inline constexpr double surprising_spread = 2.5;
// `deviations` from the champion's level, lower is better.
[[nodiscard]] StretchTest test_stretch(const RunShape&, std::span<const double> deviations);

}  // namespace hone
