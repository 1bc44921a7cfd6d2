// What a running night shows: progress on stderr, or JSON lines, and the sentence at the end.
#pragma once

#include <map>
#include <string>

#include "cli/flags.hpp"
#include "hone/core/run/record.hpp"
#include "hone/core/run/state.hpp"
#include "hone/core/run/summary.hpp"
#include "hone/loop/night.hpp"
#include "hone/ports/observer.hpp"

namespace hone::cli {

class Progress final : public Observer {
 public:
  Progress(const Flags&, std::string run);
  void recall(const Event&);                      // of an earlier session: counted, not shown
  void saw(const Event&, const State&) override;
  void finish(const NightEnd&);

 private:
  void fold(const Event&);
  const Flags& flags_;
  std::string run_;
  Summary summary_;
  std::map<ExperimentId, Record> active_;
};

}  // namespace hone::cli
