#include "hone/core/run/record.hpp"

#include <variant>

namespace hone {
namespace {

// Running mean: the n-th value moves the mean by its n-th part (Welford).
void add_to_mean(double& mean, std::int64_t& count, double value) {
  ++count;
  mean += (value - mean) / static_cast<double>(count);
}

void add_value(Record& record, const std::string& name, double value) {
  record.value_counts.resize(record.values.size(), 0);
  for (std::size_t i = 0; i < record.values.size(); ++i) {
    if (record.values[i].name == name) return add_to_mean(record.values[i].value, record.value_counts[i], value);
  }
  record.values.push_back({name, value});
  record.value_counts.push_back(1);
}

void add_usage(Usage& sum, const Usage& more) {
  sum.in_uncached += more.in_uncached;
  sum.cache_read += more.cache_read;
  sum.cache_write_5m += more.cache_write_5m;
  sum.cache_write_1h += more.cache_write_1h;
  sum.out_total += more.out_total;
  sum.out_reasoning += more.out_reasoning;
}

void add_cost(Record& record, const std::optional<MicroDollars>& cost) {
  if (!cost) record.cost_known = false;
  if (record.cost_known) {
    record.cost = record.cost.value_or(MicroDollars{}) + *cost;
  } else {
    record.cost.reset();
  }
}

struct Fold {
  Record& record;
  const Event& event;

  void operator()(const event::Began& began) const {
    if (began.kind != EffectKind::propose && began.kind != EffectKind::assemble) return;
    if (!began.parent.value.empty()) record.parent = began.parent;
    if (began.tree) record.parent_tree = *began.tree;
  }
  void operator()(const event::Proposed& done) const {
    const Proposal& proposal = done.proposal;
    if (record.proposals++ > 0) ++record.repairs;
    if (!proposal.idea.empty()) record.idea = proposal.idea;
    record.backend = proposal.backend;
    record.finish = proposal.finish;
    add_usage(record.usage, proposal.usage);
    add_cost(record, proposal.cost);
    record.proposing += proposal.latency;
    record.prompt = done.prompt;
    record.reply = done.reply;
  }
  void operator()(const event::ProposeFailed& failed) const {
    record.reason = failed.error.message;
    for (const Attempt& attempt : failed.attempts) record.proposing += attempt.took;
    if (failed.cost || !failed.attempts.empty()) add_cost(record, failed.cost);
  }
  void operator()(const event::Assembled& done) const {
    record.tree = done.tree;
    if (record.idea.empty()) record.idea = done.idea;
    record.format = done.format;
    record.tags = done.tags;
    record.paths = done.paths;
    record.lines_added = done.lines_added;
    record.lines_removed = done.lines_removed;
  }
  void operator()(const event::AssembleRefused& refused) const {
    record.reason = refused.rejection.message;
    record.format = refused.rejection.format;
  }
  void operator()(const event::Prepared& done) const {
    record.building += done.build_wall + done.check_wall;
    if (!done.output.value.empty()) record.output = done.output;
  }
  void operator()(const event::Measured& done) const {
    for (const Sample& sample : done.samples) {
      record.measuring += sample.wall;
      const bool shown =
          sample.phase == Phase::screen || sample.phase == Phase::confirm || sample.phase == Phase::canary;
      if (sample.role != Role::candidate || !shown) continue;  // a hold-out is nobody's to see
      ++record.sample_count;
      if (!sample.output.value.empty()) record.output = sample.output;
      if (!sample.value) {
        record.reason = sample.invalid;
        continue;
      }
      double mean = record.value.value_or(0);
      add_to_mean(mean, record.valid_samples, *sample.value);
      record.value = mean;
      for (const NamedValue& one : sample.values) add_value(record, one.name, one.value);
      add_value(record, "wall", sample.wall.value);
      add_value(record, "cpu", sample.cpu.value);
      add_value(record, "peak-memory", static_cast<double>(sample.peak_memory.value));
    }
  }
  void operator()(const event::Judged& judged) const {
    record.verdict = judged.file.verdict;
    record.guards = judged.file.guards;
    record.reason = judged.reason;
    if (judged.file.verdict.samples > 0) record.value = judged.file.verdict.after;
  }
  void operator()(const event::Advanced& done) const { record.commit = done.commit; }
  void operator()(const event::EffectFailed& failed) const { record.reason = failed.error.message; }
  void operator()(const event::Finished& done) const {
    record.outcome = done.outcome;
    if (!done.reason.empty()) record.reason = done.reason;
    record.ended = event.at;
    record.date = event.date;
  }
  void operator()(const event::RunStarted&) const {}
  void operator()(const event::SessionOpened&) const {}
  void operator()(const event::LimitsChanged&) const {}
  void operator()(const event::Told&) const {}
  void operator()(const event::StopAsked&) const {}
  void operator()(const event::Closing&) const {}
  void operator()(const event::FinalWord&) const {}
  void operator()(const event::RunEnded&) const {}
  void operator()(const event::CanaryBegan& began) const {
    record.idea = began.how;
    record.backend = "hone";
    record.parent = began.parent;
    record.parent_tree = began.parent_tree;
    record.cost = MicroDollars{};
  }
  void operator()(const event::Doubted& doubted) const { record.doubt = doubted.reason; }
};

}  // namespace

void fold_record(Record& record, const Event& event) {
  if (record.id.value == 0) {
    record.id = event.experiment;
    record.began = event.at;
  }
  std::visit(Fold{record, event}, event.body);
}

}  // namespace hone
