// What earlier runs say about the noise of a metric of which a night affords too few runs to measure it.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "hone/core/base/direction.hpp"

namespace hone {

struct NoisePrior {
  double spread = 0;  // of one run, relative; widened by its own standard error, as one too small lets false keeps in
  double weight = 0;  // degrees of freedom that it counts for, at most 10
};

// Each calibration: runs of one unchanged tree in one night. Their levels may differ; nothing when they are too few.
[[nodiscard]] std::optional<NoisePrior> pool_noise(Direction, std::span<const std::vector<double>> calibrations);

}  // namespace hone
