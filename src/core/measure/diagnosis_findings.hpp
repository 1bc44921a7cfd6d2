// From the numbers of a diagnosis to lines with advice.
#pragma once

#include <vector>

#include "hone/core/measure/diagnosis.hpp"

namespace hone {
[[nodiscard]] std::vector<Finding> findings_of(const Diagnosis&, const DiagnosisInput&);
}
