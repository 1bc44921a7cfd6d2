// Trees built and measured outside a night, for verify and doctor: in fresh checkouts, nothing is journalled, and
// nothing is left behind.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "adapters/os/run_lock.hpp"
#include "adapters/os/signal_stop.hpp"
#include "cli/session.hpp"

namespace hone::cli {

class Trial {
 public:
  // `session` needs place, run (a name of the trial's own) and spec; its folder is the trial's own for the sandbox's
  // few files. One trial of a name at a time.
  [[nodiscard]] static Result<std::unique_ptr<Trial>> open(Session&, const CommitId& base);
  ~Trial();
  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;

  // With the run's build and check, or with the command `instead` of them; `collect` names files whose text is wanted
  // afterwards, because what is tracked is put right again.
  [[nodiscard]] Result<PrepareReport> prepare(WorkspaceId, const TreeId&, const std::string& instead = "",
                                              const std::vector<std::string>& collect = {});
  // Runs one after the other with one HONE_SEED. Ends early at a run without a value. Error: cancelled on Ctrl-C.
  [[nodiscard]] Result<std::vector<SampleReport>> measure(std::vector<effect::MeasureRun>, std::uint64_t seed);
  [[nodiscard]] Result<std::vector<SampleReport>> measure_by(const MetricSpec&, std::vector<effect::MeasureRun>,
                                                             std::uint64_t seed);
  // One run of the hold-out, as a night runs it.
  [[nodiscard]] Result<std::vector<SampleReport>> measure_holdout(const effect::MeasureRun&, std::uint64_t seed);

  [[nodiscard]] Session& session() { return session_; }

 private:
  Trial(Session& session, os::RunLock lock) : session_(session), lock_(std::move(lock)) {}
  [[nodiscard]] effect::Measure series_of(std::vector<effect::MeasureRun>, std::uint64_t seed) const;
  [[nodiscard]] Result<std::vector<SampleReport>> run_series(const effect::Measure&);
  [[nodiscard]] Done go_on() const;

  Session& session_;
  os::RunLock lock_;
  os::SignalStop stop_;
};

}  // namespace hone::cli
