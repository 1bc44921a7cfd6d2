// From the numbers of a diagnosis to lines with advice.
#pragma once

#include <vector>

#include "hone/core/measure/diagnosis.hpp"

namespace hone {

// A metric that shows nothing smaller wastes the night.
inline constexpr double hopeless_gain = 0.5;

[[nodiscard]] std::vector<Finding> findings_of(const Diagnosis&, const DiagnosisInput&);

}  // namespace hone
