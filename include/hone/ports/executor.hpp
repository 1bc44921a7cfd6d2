// Runs the user's commands on a tree in a workspace: plain, in bwrap, or on a cluster allocation.
#pragma once

#include "hone/core/base/result.hpp"
#include "hone/core/measure/sample.hpp"
#include "hone/core/run/effect.hpp"
#include "hone/ports/stop.hpp"

namespace hone {

struct PrepareReport {
  std::string failed;     // "", "build" or "check"
  ProcessReport process;  // of the last command that ran
  Seconds build_wall{}, check_wall{};
  std::vector<std::string> changed = {};  // sealed files that were written to, beyond Prepare::usual
  std::vector<SourceFile> files = {};     // Prepare::collect
};

// A sample together with the text it printed; the text goes to the journal by digest.
struct SampleReport {
  Sample sample;
  std::string output;
  std::vector<SourceFile> artifacts = {};  // name and text; perform() keeps them by digest
};

class Executor {
 public:
  virtual ~Executor() = default;
  [[nodiscard]] virtual Result<PrepareReport> prepare(const effect::Prepare&, const Stop&) = 0;
  // The runs of one series in order. A sample that crashed ends the series early. Thread-safe across slots;
  // never called twice at a time for one slot.
  [[nodiscard]] virtual Result<std::vector<SampleReport>> measure(const effect::Measure&, const Stop&) = 0;
};

}  // namespace hone
