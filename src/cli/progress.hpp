// What a running night shows: a live block or lines on stderr, JSON lines on stdout, and the sentence at the end.
#pragma once

#include <memory>
#include <string>

#include "adapters/outlets/log.hpp"
#include "adapters/outlets/progress.hpp"
#include "cli/flags.hpp"
#include "hone/loop/night.hpp"
#include "hone/views/live.hpp"

namespace hone::cli {

class NightView final : public Observer {
 public:
  NightView(const Flags&, std::string run);
  void recall(const Event&);  // of an earlier session: counted, not shown
  void saw(const Event&, const State&) override;
  void finish(const NightEnd&);

 private:
  [[nodiscard]] Canvas canvas(std::size_t columns) const;
  const Flags& flags_;
  std::string run_;
  Live live_;
  Terminal terminal_;
  Progress progress_;
  std::unique_ptr<Log> log_;  // of --verbose
  std::string mode_;          // of the metric, as it was last said
};

}  // namespace hone::cli
