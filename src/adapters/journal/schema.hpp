// The file: its tables, how it is made and how it is opened. Everything a person may want to ask is a readable
// column: sqlite3 journal.db 'select * from keeps'.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "adapters/journal/sqlite.hpp"
#include "hone/core/base/result.hpp"
#include "hone/core/run/event.hpp"

namespace hone::journal {

inline constexpr std::int64_t schema_version = 1;

[[nodiscard]] std::string database_path(const std::string& folder);
// Touched after every new message in the inbox, so that a running night can watch this one file.
[[nodiscard]] std::string poke_path(const std::string& folder);

// A new, empty database under `path` (mode 0600), whole or not there at all. Error when it exists.
[[nodiscard]] Done make_database(const std::string& path, const std::string& run);
// Checks that it is ours, of a version we know, and (writing) that it is in WAL mode.
[[nodiscard]] Result<Database> open_database(const std::string& path, Access);

[[nodiscard]] Done sync_folder(const std::string& folder);
[[nodiscard]] Error system_error(std::string_view tried, const std::string& path, int code);

// One row of `events`, before its body is parsed.
struct Row {
  std::int64_t sequence = 0;
  double at = 0;
  std::int64_t date = 0;
  std::int64_t experiment = 0;
  std::string_view kind, body;
  bool whole = false;  // an append ended with it
};
// The checksum of a record covers all before it: a change anywhere breaks every later link.
[[nodiscard]] std::string chain_link(std::string_view previous, const Row&);

// Every event from the first one on, each link checked; `whole`: an append ended with it. An Error names the record
// that is damaged or missing; `each` has then seen all before it.
[[nodiscard]] Done read_chain(Database&, const std::function<Done(const Event&, bool whole)>& each);
// Reads the columns sequence, at, date, experiment, kind, body, whole.
[[nodiscard]] Row read_row(const Statement&);
[[nodiscard]] Result<Event> parse_row(const Row&);

}  // namespace hone::journal
