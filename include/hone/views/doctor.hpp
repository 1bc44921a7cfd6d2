// The check-up of a metric, for a terminal and as a page.
#pragma once

#include <span>
#include <string>

#include "hone/core/measure/diagnosis.hpp"
#include "hone/views/canvas.hpp"

namespace hone {

// A picture of the samples, a line for each finding with what to do below it, the verdict as the last line.
[[nodiscard]] std::string render_checkup(const Checkup&, const Canvas&);
// One character a value, from low to high.
[[nodiscard]] std::string render_strip(std::span<const double> values, const Canvas&);
// doctor.html: self-contained, no script.
[[nodiscard]] std::string render_checkup_page(const Checkup&, UnixTime written);

}  // namespace hone
