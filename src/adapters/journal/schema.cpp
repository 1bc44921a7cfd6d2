#include "adapters/journal/schema.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "hone/core/base/text.hpp"

namespace hone::journal {
namespace {

// `application_id` is "hone" in ASCII, for file(1) and for telling a stranger's database from ours.
constexpr std::size_t longest_path = 490;  // SQLite's own limit is 512, for the names beside the file, too
constexpr const char* application_id = "1752133221";

constexpr const char* schema = R"sql(
PRAGMA application_id = 1752133221;
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE events(
  sequence INTEGER PRIMARY KEY, at REAL NOT NULL, date INTEGER NOT NULL, experiment INTEGER NOT NULL,
  kind TEXT NOT NULL, body TEXT NOT NULL, whole INTEGER NOT NULL, chain TEXT NOT NULL) STRICT;
CREATE INDEX events_experiment ON events(experiment);
CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER events_no_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER events_no_gap BEFORE INSERT ON events
  WHEN NEW.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM events)
  BEGIN SELECT RAISE(ABORT, 'events are append-only and have no gaps'); END;

CREATE TABLE texts(id TEXT PRIMARY KEY, size INTEGER NOT NULL, base TEXT, zstd BLOB NOT NULL) STRICT;

CREATE TABLE experiments(
  id INTEGER PRIMARY KEY, outcome TEXT, idea TEXT, backend TEXT, effect REAL, low REAL, high REAL, n INTEGER,
  value REAL, cost_usd REAL, lines_added INTEGER, lines_removed INTEGER, commit_id TEXT, tree TEXT, reason TEXT,
  began REAL, ended REAL, proposing REAL, building REAL, measuring REAL, date TEXT, record TEXT NOT NULL) STRICT;
CREATE TABLE samples(
  experiment INTEGER NOT NULL, sequence INTEGER NOT NULL, role TEXT NOT NULL, phase TEXT NOT NULL, value REAL,
  wall REAL, cpu REAL, peak_memory INTEGER, exit TEXT NOT NULL, exit_code INTEGER, seed INTEGER, at REAL NOT NULL) STRICT;
CREATE INDEX samples_experiment ON samples(experiment);
CREATE VIEW keeps AS
  SELECT id, round(effect * 100, 2) AS percent, round(low * 100, 2) AS percent_low, round(high * 100, 2) AS percent_high,
         n, value, idea, backend, cost_usd, lines_added, lines_removed, commit_id, date
  FROM experiments WHERE outcome = 'kept' ORDER BY id;

CREATE TABLE summary(one INTEGER PRIMARY KEY CHECK (one = 1), sequence INTEGER NOT NULL, summary TEXT NOT NULL) STRICT;
CREATE TABLE inbox(
  id INTEGER PRIMARY KEY, date INTEGER NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL,
  taken INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX inbox_waiting ON inbox(id) WHERE taken = 0;
)sql";

Done fill_database(const std::string& path, const std::string& run) {
  Database database = HONE_TRY(Database::open(path, Access::write));
  const std::string mode = HONE_TRY(database.value("PRAGMA journal_mode=WAL"));
  if (mode != "wal") {
    return fail(Reaction::fix_input,
                fmt::format("make journal {}: this file system has no shared memory for SQLite's WAL mode (a network "
                            "mount?); put the repository on a local disk",
                            path));
  }
  HONE_TRY_VOID(database.run("PRAGMA synchronous=FULL; BEGIN IMMEDIATE"));
  HONE_TRY_VOID(database.run(schema));
  Statement meta = HONE_TRY(database.prepare("INSERT INTO meta(key, value) VALUES(?, ?)"));
  HONE_TRY_VOID(meta.run(std::string_view("schema"), std::string_view(std::to_string(schema_version))));
  HONE_TRY_VOID(meta.run(std::string_view("run"), std::string_view(run)));
  HONE_TRY_VOID(database.run("COMMIT"));
  // Into the file itself: it is about to be renamed away from its log.
  const std::string busy = HONE_TRY(database.value("PRAGMA wal_checkpoint(TRUNCATE)"));
  if (busy == "0") return {};
  return fail(Reaction::stop_run, fmt::format("make journal {}: another process holds it", path));
}

void remove_all(const std::string& path) {
  for (const char* tail : {"-wal", "-shm", ""}) ::unlink((path + tail).c_str());
}

}  // namespace

std::string database_path(const std::string& folder) {
  return folder + "/journal.db";
}
std::string poke_path(const std::string& folder) {
  return folder + "/inbox";
}

Error system_error(std::string_view tried, const std::string& path, int code) {
  return {Reaction::stop_run,
          fmt::format("{} {}: {}; make it possible for this user and try again", tried, path, std::strerror(code))};
}

Done sync_folder(const std::string& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return fail(system_error("open folder", folder, errno));
  const int code = ::fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  if (code != 0) return fail(system_error("sync folder", folder, code));
  return {};
}

Done make_database(const std::string& path, const std::string& run) {
  if (path.size() > longest_path) {
    return fail(Reaction::fix_input,
                fmt::format("make a journal in the git folder: its path has {} bytes, and SQLite takes {}; move the "
                            "repository to a shorter path or clone it there",
                            path.size(), longest_path));
  }
  if (::access(path.c_str(), F_OK) == 0) {
    return fail(Reaction::fix_input, fmt::format("make journal {}: it is already there; `hone resume {}` goes on with "
                                                 "that run, or choose another --branch",
                                                 path, run));
  }
  const std::string fresh = path + ".new";  // a half-made one from a crash is made again
  remove_all(fresh);
  // SQLite gives the mode of the database to its -wal and -shm files.
  const int descriptor = ::open(fresh.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
  if (descriptor < 0) return fail(system_error("make journal", fresh, errno));
  ::close(descriptor);
  const Done filled = fill_database(fresh, run);
  if (!filled) {
    remove_all(fresh);
    return filled;
  }
  if (::rename(fresh.c_str(), path.c_str()) != 0) return fail(system_error("make journal", path, errno));
  remove_all(fresh);
  return sync_folder(path.substr(0, path.rfind('/')));
}

Result<Database> open_database(const std::string& path, Access access) {
  if (::access(path.c_str(), F_OK) != 0) {
    return fail(Reaction::fix_input,
                fmt::format("open journal {}: {}; `hone runs` lists what is there", path, std::strerror(errno)));
  }
  Database database = HONE_TRY(Database::open(path, access));
  const std::string found = HONE_TRY(database.value("PRAGMA application_id"));
  if (found != application_id) {
    return fail(Reaction::fix_input, fmt::format("open journal {}: this is not a journal of hone", path));
  }
  const std::string version = HONE_TRY(database.value("SELECT value FROM meta WHERE key = 'schema'"));
  const auto number = parse_number(version);
  if (!number || *number > static_cast<double>(schema_version)) {
    return fail(Reaction::fix_input,
                fmt::format("open journal {}: its schema is version {}, this hone knows up to {}; use the newer hone "
                            "that wrote it",
                            path, version, schema_version));
  }
  if (access == Access::write) {
    if (database.read_only()) {
      return fail(Reaction::stop_run,
                  fmt::format("open journal {}: it is read-only for this user; make the state folder "
                              "and its files writable",
                              path));
    }
    const std::string mode = HONE_TRY(database.value("PRAGMA journal_mode=WAL"));
    if (mode != "wal") return fail(Reaction::stop_run, fmt::format("open journal {}: WAL mode is refused", path));
    HONE_TRY_VOID(database.run("PRAGMA synchronous=FULL"));
  }
  return database;
}

}  // namespace hone::journal
