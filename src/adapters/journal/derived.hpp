// The tables beside the events, kept up in the same transaction: experiments, samples, summary, inbox.
#pragma once

#include <map>
#include <string_view>

#include "adapters/journal/sqlite.hpp"
#include "hone/core/run/record.hpp"
#include "hone/core/run/summary.hpp"

namespace hone::journal {

class Derived {
 public:
  [[nodiscard]] static Result<Derived> open(Database&);
  // Folds one event of the transaction and writes the rows that are only ever added.
  [[nodiscard]] Done fold(const Event&);
  // Writes the rows that the transaction changed. Then COMMIT, and settle(true); after a failure settle(false).
  [[nodiscard]] Done store(std::uint64_t sequence);
  void settle(bool committed);
  [[nodiscard]] const Summary& summary() const { return summary_; }

 private:
  [[nodiscard]] Result<Record*> touch(ExperimentId);
  [[nodiscard]] Done store_record(const Record&);
  [[nodiscard]] Done store_samples(const Event&, const event::Measured&);

  Statement find_record_, put_record_, put_sample_, put_summary_;
  Summary summary_, next_summary_;
  bool in_transaction_ = false;
  std::map<ExperimentId, Record> active_;   // begun and not finished: bounded by the workers
  std::map<ExperimentId, Record> touched_;  // by this transaction
};

}  // namespace hone::journal
