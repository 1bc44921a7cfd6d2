#include "adapters/journal/sqlite.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

namespace hone::journal {
namespace {

// What a person can do about it, by SQLite's primary result code.
std::string_view advice(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL:
      return "free some disk space, then `hone resume` goes on where it stopped";
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      return "make the state folder and its files writable for this user";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another process holds the journal; end it (an open sqlite3 shell?) and try again";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return "the file is damaged; `hone resume --salvage` keeps every record before the damage";
    default:
      return "look at the disk and the system log, then `hone resume`";
  }
}

Error make_error(sqlite3* handle) {
  const int code = sqlite3_extended_errcode(handle);
  const char* file = sqlite3_db_filename(handle, "main");
  return {Reaction::stop_run, fmt::format("journal {}: {} (SQLite {}); {}", file != nullptr ? file : "?",
                                          sqlite3_errmsg(handle), code, advice(code))};
}

std::string uri(const std::string& path, std::string_view query) {
  std::string result = "file:";
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#') {
      result += fmt::format("%{:02x}", static_cast<unsigned>(c));
    } else {
      result += c;
    }
  }
  return result.append(query);
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* handle) const {
  sqlite3_finalize(handle);
}

Error Statement::error() const {
  return make_error(sqlite3_db_handle(handle_.get()));
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  const Error found = error();
  reset();
  return fail(found);
}

void Statement::reset() {
  sqlite3_reset(handle_.get());
  sqlite3_clear_bindings(handle_.get());
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(handle_.get(), column);
}
double Statement::real(int column) const {
  return sqlite3_column_double(handle_.get(), column);
}
std::string_view Statement::text(int column) const {
  const void* bytes = sqlite3_column_blob(handle_.get(), column);
  if (bytes == nullptr) return {};
  return {static_cast<const char*>(bytes), static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}
bool Statement::is_null(int column) const {
  return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL;
}

bool Statement::bind(int at, std::int64_t value) {
  return sqlite3_bind_int64(handle_.get(), at, value) == SQLITE_OK;
}
bool Statement::bind(int at, double value) {
  return sqlite3_bind_double(handle_.get(), at, value) == SQLITE_OK;
}
bool Statement::bind(int at, std::string_view value) {
  const char* bytes = value.data() == nullptr ? "" : value.data();  // a null pointer would bind NULL
  return sqlite3_bind_text64(handle_.get(), at, bytes, value.size(), SQLITE_STATIC, SQLITE_UTF8) == SQLITE_OK;
}
bool Statement::bind(int at, Blob value) {
  const char* bytes = value.bytes.data() == nullptr ? "" : value.bytes.data();
  return sqlite3_bind_blob64(handle_.get(), at, bytes, value.bytes.size(), SQLITE_STATIC) == SQLITE_OK;
}
bool Statement::bind(int at, std::nullopt_t) {
  return sqlite3_bind_null(handle_.get(), at) == SQLITE_OK;
}

void Database::Close::operator()(sqlite3* handle) const {
  sqlite3_close_v2(handle);
}

Result<Database> Database::open(const std::string& path, Access access) {
  const std::string_view query = access == Access::write  ? "?mode=rw"
                                 : access == Access::read ? "?mode=ro"
                                                          : "?mode=ro&immutable=1";
  const int flags = SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                    (access == Access::write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(uri(path, query).c_str(), &handle, flags, nullptr);
  Database database;
  database.handle_.reset(handle);
  if (handle == nullptr) return fail(Reaction::stop_run, fmt::format("open journal {}: out of memory", path));
  if (code != SQLITE_OK) {
    return fail(Reaction::stop_run, fmt::format("open journal {}: {}; {}", path, sqlite3_errmsg(handle), advice(code)));
  }
  sqlite3_busy_timeout(handle, 10'000);  // writers from other processes hold the lock for milliseconds
  // A damaged or planted file must not make SQLite do more than read it.
  HONE_TRY_VOID(database.run("PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON"));
  return database;
}

Done Database::run(const std::string& script) {
  if (sqlite3_exec(handle_.get(), script.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return fail(make_error(handle_.get()));
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* made = nullptr;
  const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &made, nullptr);
  if (code != SQLITE_OK) return fail(make_error(handle_.get()));
  Statement statement;
  statement.handle_.reset(made);
  return statement;
}

Result<std::string> Database::value(const std::string& sql) {
  Statement statement = HONE_TRY(prepare(sql));
  const bool row = HONE_TRY(statement.step());
  return row ? std::string(statement.text(0)) : std::string();
}

bool Database::read_only() const {
  return sqlite3_db_readonly(handle_.get(), "main") != 0;
}

void Database::roll_back() {
  if (sqlite3_get_autocommit(handle_.get()) == 0) {
    sqlite3_exec(handle_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

}  // namespace hone::journal
