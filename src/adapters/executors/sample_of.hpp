// From a finished metric command to a sample. Pure.
#pragma once

#include <string>

#include "adapters/os/pattern.hpp"
#include "hone/core/config/spec.hpp"
#include "hone/core/measure/sample.hpp"

namespace hone::executors {

// Fills everything but role, phase and seed. `pattern`: the compiled --match, or null. `no_counter`: why
// instructions cannot be counted on this machine.
[[nodiscard]] Sample sample_of(const ProcessReport&, const MetricSpec&, const os::Pattern* pattern,
                               const std::string& no_counter);

// One sentence on how a command ended badly; "" when it exited with 0. `what`: "the metric command".
[[nodiscard]] std::string trouble_of(const ProcessReport&, std::string_view what);

// What is kept of the two streams, for people and for the model: stdout, then stderr under a heading.
// Whether a command that failed did so for want of memory under a limit of so much a process. A limit on address space
// kills nobody: a program is refused what it asks for, and says so in its own words.
[[nodiscard]] bool wanted_memory(const ProcessReport&, Bytes limit);

[[nodiscard]] std::string kept_output(const ProcessReport&);

}  // namespace hone::executors
