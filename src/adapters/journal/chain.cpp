#include <fmt/format.h>

#include <utility>

#include "adapters/journal/schema.hpp"
#include "hone/core/base/digest.hpp"
#include "hone/core/base/text.hpp"
#include "hone/core/codec/event.hpp"

namespace hone::journal {
namespace {

Done damaged(std::int64_t record, std::string_view what) {
  return fail(Reaction::stop_run,
              fmt::format("read the journal: record {} {}; the branch is not affected, `hone resume --salvage` keeps "
                          "the {} records before it",
                          record, what, record - 1));
}

}  // namespace

std::string chain_link(std::string_view previous, const Row& row) {
  const std::string text = fmt::format("{}|{}|{}|{}|{}|{}|{}|{}", previous, row.sequence, row.at, row.date,
                                       row.experiment, row.kind, row.body, row.whole);
  return text_id(text).value.substr(0, 16);
}

Row read_row(const Statement& rows) {
  return {rows.integer(0), rows.real(1), rows.integer(2),     rows.integer(3),
          rows.text(4),    rows.text(5), rows.integer(6) != 0};
}

Result<Event> parse_row(const Row& row) {
  return Event{static_cast<std::uint64_t>(row.sequence), Seconds{row.at}, UnixTime{row.date},
               ExperimentId{static_cast<std::uint64_t>(row.experiment)}, HONE_TRY(parse_body(row.kind, row.body))};
}

Done read_chain(Database& database, const std::function<Done(const Event&, bool whole)>& each) {
  Statement rows = HONE_TRY(database.prepare(
      "SELECT sequence, at, date, experiment, kind, body, whole, chain FROM events ORDER BY sequence"));
  std::string chain;
  std::int64_t next = 1;
  for (;; ++next) {
    const Result<bool> more = rows.step();
    if (!more) return damaged(next, fmt::format("cannot be read ({})", more.error().message));
    if (!*more) break;
    const Row row = read_row(rows);
    if (row.sequence != next) return damaged(next, "is missing");
    chain = chain_link(chain, row);
    if (chain != rows.text(7)) return damaged(next, "does not match its checksum");
    HONE_TRY_VOID(each(HONE_TRY(parse_row(row)), row.whole));
  }
  const Result<std::string> last = database.value("SELECT sequence FROM summary");
  if (!last || (next > 1 && last->empty()))
    return damaged(next, "cannot be proved to be the end: the summary is unreadable");
  const auto expected = parse_number(last->empty() ? "0" : *last);
  if (!expected || *expected != static_cast<double>(next - 1)) return damaged(next, "and those after it are missing");
  return {};
}

}  // namespace hone::journal
