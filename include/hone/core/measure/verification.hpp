// What `hone verify` found out: the run's gain measured anew, and what each keep is worth.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hone/core/base/ids.hpp"
#include "hone/core/measure/remeasure.hpp"

namespace hone {

enum class KeepCall {
  pays,           // leaving it out costs something
  worth_nothing,  // the rest is as good without it
  needed,         // the rest does not build, pass the check or give a value without it
  entangled       // later keeps changed the same lines: the rest does not apply without it
};

struct KeepWorth {
  ExperimentId experiment;
  CommitId commit;
  std::string idea;
  double claimed = 0;  // relative gain by its verdict
  KeepCall call = KeepCall::entangled;
  Remeasured worth;  // the champion against the champion without it; no pairs = not measured
  std::string note;
};

struct Verification {
  std::string run;
  CommitId base, champion;
  double logged = 0;  // relative gain by the log of keeps
  Remeasured result;
  std::string failed;  // why the champion could not be measured; "" = it could
  std::vector<KeepWorth> keeps;
};

// Is the whole interval above 0?
[[nodiscard]] bool confirmed(const Verification&);
// A keep "pays" when its interval says so too; where the sequential test alone does, it "likely pays".
[[nodiscard]] std::string_view render_call(const KeepWorth&);

}  // namespace hone
