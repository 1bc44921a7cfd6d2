#include "adapters/journal/archive.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <utility>

#include "adapters/journal/schema.hpp"
#include "hone/core/codec/event.hpp"
#include "hone/core/codec/record.hpp"
#include "hone/core/run/canary.hpp"

namespace hone {
namespace {

using journal::Access;
using journal::Database;
using journal::Statement;

Done each_event(Statement& rows, const std::function<Done(const Event&)>& each) {
  for (;;) {
    const bool more = HONE_TRY(rows.step());
    if (!more) return {};
    HONE_TRY_VOID(each(HONE_TRY(journal::parse_row(journal::read_row(rows)))));
  }
}

Result<std::vector<Record>> all_records(Statement& rows) {
  std::vector<Record> records;
  for (;;) {
    const bool more = HONE_TRY(rows.step());
    if (!more) return records;
    records.push_back(HONE_TRY(parse_record(rows.text(0))));
  }
}

constexpr const char* outline_columns =
    "SELECT id, outcome, idea, backend, effect, low, high, n, value, cost_usd, commit_id, reason, began, ended, "
    "json_extract(record, '$.verdict.before'), json_extract(record, '$.guards'), json_extract(record, '$.format'), "
    "json_extract(record, '$.doubt') FROM experiments ORDER BY id";

std::optional<double> real_or_none(const Statement& row, int column) {
  return row.is_null(column) ? std::nullopt : std::optional(row.real(column));
}

Result<Record> read_outline(const Statement& row) {
  Record record;
  // Guards go through the one reader of records: nothing here knows their form.
  if (!row.is_null(15)) record = HONE_TRY(parse_record(fmt::format("{{\"guards\":{}}}", row.text(15))));
  record.id = ExperimentId{static_cast<std::uint64_t>(row.integer(0))};
  Outcome outcome{};
  if (parse_outcome(row.text(1), outcome)) record.outcome = outcome;
  EditFormat format{};
  if (!row.is_null(16) && parse_format(row.text(16), format)) record.format = format;
  record.idea = row.text(2);
  record.backend = row.text(3);
  record.sample_count = row.integer(7);
  if (const auto effect = real_or_none(row, 4)) {
    Verdict verdict;
    verdict.before = row.real(14);
    verdict.effect = *effect;
    verdict.interval = {row.real(5), row.real(6)};
    verdict.samples = row.integer(7);
    record.verdict = std::move(verdict);
  }
  record.value = real_or_none(row, 8);
  if (const auto cost = real_or_none(row, 9)) record.cost = MicroDollars{std::llround(*cost * 1e6)};
  record.commit.value = row.text(10);
  record.reason = row.text(11);
  if (!row.is_null(17)) record.doubt = row.text(17);
  record.began = Seconds{row.real(12)};
  record.ended = Seconds{row.real(13)};
  return record;
}

}  // namespace

Result<Archive> Archive::open(const std::string& folder) {
  const std::string path = journal::database_path(folder);
  Archive archive;
  Result<Database> database = journal::open_database(path, Access::read);
  // Without a live writer and without the right to make the shared memory that WAL needs: nobody writes, then.
  if (!database && database.error().reaction != Reaction::fix_input && ::access(folder.c_str(), W_OK) != 0 &&
      ::access((path + "-wal").c_str(), F_OK) != 0) {
    database = journal::open_database(path, Access::read_frozen);
  }
  archive.database_ = HONE_TRY(std::move(database));
  archive.texts_ = HONE_TRY(journal::TextReader::open(archive.database_));
  return archive;
}

Result<Summary> Archive::summary() {
  const std::string stored = HONE_TRY(database_.value("SELECT summary FROM summary"));
  if (stored.empty()) return Summary{};
  return parse_summary(stored);
}

Result<RunSpec> Archive::spec() {
  Statement rows =
      HONE_TRY(database_.prepare("SELECT kind, body FROM events WHERE sequence = 1 UNION ALL SELECT kind, body FROM "
                                 "(SELECT kind, body FROM events "
                                 "WHERE experiment = 0 AND kind = 'limits_changed' ORDER BY sequence DESC LIMIT 1)"));
  RunSpec spec;
  bool started = false;
  for (;;) {
    const bool more = HONE_TRY(rows.step());
    if (!more) break;
    const EventBody body = HONE_TRY(parse_body(rows.text(0), rows.text(1)));
    if (const auto* start = std::get_if<event::RunStarted>(&body)) {
      spec = start->spec;
      started = true;
    }
    if (const auto* changed = std::get_if<event::LimitsChanged>(&body)) spec.limits = changed->limits;
  }
  if (started) return spec;
  return fail(Reaction::fix_input,
              "read the run's settings: it was made, but never started; start it again with `hone run`");
}

Result<std::vector<Record>> Archive::records(ExperimentId first, std::size_t most) {
  Statement rows = HONE_TRY(database_.prepare("SELECT record FROM experiments WHERE id >= ? ORDER BY id LIMIT ?"));
  HONE_TRY_VOID(rows.start(static_cast<std::int64_t>(first.value), static_cast<std::int64_t>(most)));
  return all_records(rows);
}

Result<std::vector<Record>> Archive::last_records(std::size_t most) {
  // Canaries are numbered apart; two ends of the table by their key, so that the night is not read.
  Statement rows = HONE_TRY(database_.prepare(
      fmt::format("SELECT record FROM ("
                  "SELECT * FROM (SELECT record, began, id FROM experiments WHERE id <= {0} ORDER BY id DESC LIMIT ?1) "
                  "UNION ALL "
                  "SELECT * FROM (SELECT record, began, id FROM experiments WHERE id > {0} ORDER BY id DESC LIMIT ?1)) "
                  "ORDER BY began DESC, id DESC LIMIT ?1",
                  canary_base)));
  HONE_TRY_VOID(rows.start(static_cast<std::int64_t>(most)));
  std::vector<Record> records = HONE_TRY(all_records(rows));
  std::reverse(records.begin(), records.end());
  return records;
}

Done Archive::each_record(const std::function<Done(const Record&)>& each) {
  Statement rows = HONE_TRY(database_.prepare("SELECT record FROM experiments ORDER BY id"));
  for (;;) {
    const bool more = HONE_TRY(rows.step());
    if (!more) return {};
    HONE_TRY_VOID(each(HONE_TRY(parse_record(rows.text(0)))));
  }
}

Done Archive::each_outline(const std::function<Done(Record)>& each) {
  Statement rows = HONE_TRY(database_.prepare(outline_columns));
  for (;;) {
    const bool more = HONE_TRY(rows.step());
    if (!more) return {};
    HONE_TRY_VOID(each(HONE_TRY(read_outline(rows))));
  }
}

Result<Record> Archive::record(ExperimentId id) {
  Statement rows = HONE_TRY(database_.prepare("SELECT record FROM experiments WHERE id = ?"));
  HONE_TRY_VOID(rows.start(static_cast<std::int64_t>(id.value)));
  const bool found = HONE_TRY(rows.step());
  if (found) return parse_record(rows.text(0));
  const std::string last = HONE_TRY(
      database_.value(fmt::format("SELECT coalesce(max(id), 0) FROM experiments WHERE id <= {}", canary_base)));
  return fail(Reaction::fix_input, fmt::format("show experiment {}: this run has experiments 1 to {}", id.value, last));
}

Result<std::vector<TimedSample>> Archive::samples(ExperimentId id) {
  std::vector<TimedSample> samples;
  HONE_TRY_VOID(events(id, [&](const Event& event) -> Done {
    if (const auto* measured = std::get_if<event::Measured>(&event.body)) {
      for (const Sample& sample : measured->samples) samples.push_back({event.at, sample});
    }
    return {};
  }));
  return samples;
}

Result<std::string> Archive::text(const TextId& id) {
  return texts_.get(id);
}

Done Archive::events(ExperimentId id, const std::function<Done(const Event&)>& each) {
  Statement rows = HONE_TRY(database_.prepare(
      "SELECT sequence, at, date, experiment, kind, body, whole FROM events WHERE experiment = ? ORDER BY sequence"));
  HONE_TRY_VOID(rows.start(static_cast<std::int64_t>(id.value)));
  return each_event(rows, each);
}

Done Archive::events_after(std::uint64_t sequence, const std::function<Done(const Event&)>& each) {
  Statement rows = HONE_TRY(database_.prepare(
      "SELECT sequence, at, date, experiment, kind, body, whole FROM events WHERE sequence > ? ORDER BY sequence"));
  HONE_TRY_VOID(rows.start(static_cast<std::int64_t>(sequence)));
  return each_event(rows, each);
}

Done put_message(const std::string& folder, const EventBody& body) {
  Database database = HONE_TRY(journal::open_database(journal::database_path(folder), Access::write));
  Statement insert = HONE_TRY(database.prepare("INSERT INTO inbox(date, kind, body) VALUES(unixepoch(), ?, ?)"));
  HONE_TRY_VOID(insert.run(kind_name(body), render_body(body)));
  const std::string poke = journal::poke_path(folder);
  const int descriptor = ::open(poke.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return fail(journal::system_error("touch", poke, errno));
  ::futimens(descriptor, nullptr);
  ::close(descriptor);
  return {};
}

}  // namespace hone
