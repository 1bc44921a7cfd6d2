#include "adapters/journal/derived.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <utility>

#include "hone/core/base/text.hpp"
#include "hone/core/codec/record.hpp"

namespace hone::journal {
namespace {

constexpr std::size_t line_bytes = 500;  // of an idea or a reason in its readable column; the record has it whole

std::string render_date(UnixTime date) {
  const auto seconds = static_cast<std::time_t>(date.value);
  std::tm parts{};
  if (gmtime_r(&seconds, &parts) == nullptr) return {};
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", parts);
}

std::int64_t signed_id(ExperimentId id) {
  return static_cast<std::int64_t>(id.value);
}

}  // namespace

Result<Derived> Derived::open(Database& database) {
  Derived derived;
  derived.find_record_ = HONE_TRY(database.prepare("SELECT record FROM experiments WHERE id = ?"));
  derived.put_record_ = HONE_TRY(database.prepare(
      "INSERT OR REPLACE INTO experiments(id, outcome, idea, backend, effect, low, high, n, value, cost_usd, "
      "lines_added, lines_removed, commit_id, tree, reason, began, ended, proposing, building, measuring, date, "
      "record) "
      "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  derived.put_sample_ =
      HONE_TRY(database.prepare("INSERT INTO samples(experiment, sequence, role, phase, value, wall, cpu, peak_memory, "
                                "exit, exit_code, seed, at) "
                                "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  derived.put_summary_ =
      HONE_TRY(database.prepare("INSERT OR REPLACE INTO summary(one, sequence, summary) VALUES(1, ?, ?)"));
  const std::string stored = HONE_TRY(database.value("SELECT summary FROM summary"));
  if (!stored.empty()) derived.summary_ = HONE_TRY(parse_summary(stored));
  return derived;
}

Result<Record*> Derived::touch(ExperimentId id) {
  if (const auto found = touched_.find(id); found != touched_.end()) return &found->second;
  if (const auto found = active_.find(id); found != active_.end())
    return &touched_.emplace(id, found->second).first->second;
  HONE_TRY_VOID(find_record_.start(signed_id(id)));
  const bool known = HONE_TRY(find_record_.step());
  Record record;
  if (known) record = HONE_TRY(parse_record(find_record_.text(0)));
  find_record_.reset();
  return &touched_.emplace(id, std::move(record)).first->second;
}

Done Derived::fold(const Event& event) {
  if (!std::exchange(in_transaction_, true)) next_summary_ = summary_;
  fold_summary(next_summary_, event);
  if (event.experiment.value != 0) fold_record(*HONE_TRY(touch(event.experiment)), event);
  if (const auto* measured = std::get_if<event::Measured>(&event.body)) return store_samples(event, *measured);
  return {};
}

Done Derived::store(std::uint64_t sequence) {
  for (const auto& [id, record] : touched_) HONE_TRY_VOID(store_record(record));
  if (!in_transaction_) return {};
  return put_summary_.run(static_cast<std::int64_t>(sequence), render_summary(next_summary_));
}

void Derived::settle(bool committed) {
  if (committed && in_transaction_) {
    summary_ = std::move(next_summary_);
    for (auto& [id, record] : touched_) {
      if (record.outcome) {
        active_.erase(id);
      } else {
        active_.insert_or_assign(id, std::move(record));
      }
    }
  }
  touched_.clear();
  in_transaction_ = false;
}

Done Derived::store_record(const Record& record) {
  const auto text = [](const std::string& value) {
    return value.empty() ? std::nullopt : std::optional<std::string_view>(value);
  };
  const std::string idea = one_line(record.idea, line_bytes);
  const std::string reason = one_line(record.reason, line_bytes);
  const std::string date = record.outcome ? render_date(record.date) : std::string();
  std::optional<double> effect, low, high, cost;
  if (record.verdict) {
    effect = record.verdict->effect;
    low = record.verdict->interval.low;
    high = record.verdict->interval.high;
  }
  if (record.cost) cost = static_cast<double>(record.cost->value) * 1e-6;
  const std::optional<std::string_view> outcome =
      record.outcome ? std::optional(render_outcome(*record.outcome)) : std::nullopt;
  const std::int64_t count = record.verdict ? record.verdict->samples : record.sample_count;
  const std::optional<double> ended = record.outcome ? std::optional(record.ended.value) : std::nullopt;
  return put_record_.run(signed_id(record.id), outcome, text(idea), text(record.backend), effect, low, high, count,
                         record.value, cost, record.lines_added, record.lines_removed, text(record.commit.value),
                         text(record.tree.value), text(reason), record.began.value, ended, record.proposing.value,
                         record.building.value, record.measuring.value, text(date), render_record(record));
}

Done Derived::store_samples(const Event& event, const event::Measured& measured) {
  for (const Sample& sample : measured.samples) {
    HONE_TRY_VOID(put_sample_.run(signed_id(event.experiment), static_cast<std::int64_t>(event.sequence),
                                  name_of(sample.role), name_of(sample.phase), sample.value, sample.wall.value,
                                  sample.cpu.value, sample.peak_memory.value, name_of(sample.exit),
                                  static_cast<std::int64_t>(sample.exit_code), static_cast<std::int64_t>(sample.seed),
                                  event.at.value));
  }
  return {};
}

}  // namespace hone::journal
