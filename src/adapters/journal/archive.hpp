// The read side of a journal, for `status`, `log`, `show`, `report` and other processes: beside a live writer, on a
// consistent snapshot a call, without ever blocking it. One thread at a time.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "adapters/journal/sqlite.hpp"
#include "adapters/journal/texts.hpp"
#include "hone/core/base/result.hpp"
#include "hone/core/config/spec.hpp"
#include "hone/core/run/event.hpp"
#include "hone/core/run/record.hpp"
#include "hone/core/run/summary.hpp"

namespace hone {

// A sample with the run time at which its series ended.
struct TimedSample {
  Seconds at{};
  Sample sample;
};

class Archive {
 public:
  // Errors: fix_input when there is no journal or a newer hone wrote it.
  [[nodiscard]] static Result<Archive> open(const std::string& folder);

  // Constant time, whatever the night's length. A run that never wrote an event gives an empty one.
  [[nodiscard]] Result<Summary> summary();
  // What the run was asked to do, with the limits it was last given.
  [[nodiscard]] Result<RunSpec> spec();

  // Records by number, oldest first: `most` of them from `first` on, or the last `most`.
  [[nodiscard]] Result<std::vector<Record>> records(ExperimentId first, std::size_t most);
  [[nodiscard]] Result<std::vector<Record>> last_records(std::size_t most);
  [[nodiscard]] Done each_record(const std::function<Done(const Record&)>&);
  // As each_record(), but only what tables and pictures of a whole night show: outcome, one line each of idea and
  // reason, verdict in numbers, guards, value, cost and times. No JSON is read but that of guards: 100,000 in half the
  // bar.
  [[nodiscard]] Done each_outline(const std::function<Done(Record)>&);
  // fix_input when there is no such experiment.
  [[nodiscard]] Result<Record> record(ExperimentId);
  // Every timed run of an experiment in order; 0 = the champion's own work.
  [[nodiscard]] Result<std::vector<TimedSample>> samples(ExperimentId);

  [[nodiscard]] Result<std::string> text(const TextId&);
  // Events of one experiment, in order.
  [[nodiscard]] Done events(ExperimentId, const std::function<Done(const Event&)>&);
  // All events after `sequence`, in order: 0 = the whole night. For followers and `--json`.
  [[nodiscard]] Done events_after(std::uint64_t sequence, const std::function<Done(const Event&)>&);

 private:
  journal::Database database_;
  journal::TextReader texts_;
};

// A Told or StopAsked for the process that runs this journal; it sees it within its next wait. Durable on return.
[[nodiscard]] Done put_message(const std::string& folder, const EventBody&);

}  // namespace hone
