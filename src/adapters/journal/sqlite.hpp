// SQLite as values and Results. Each object belongs to one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "hone/core/base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace hone::journal {

struct Blob {
  std::string_view bytes;
};

// A prepared statement. run() and first() reset it, bind all parameters and step; texts must outlive the stepping.
class Statement {
 public:
  // Executes; rows are ignored.
  template <class... Values>
  [[nodiscard]] Done run(const Values&... values) {
    HONE_TRY_VOID(start(values...));
    const bool row = HONE_TRY(step());
    (void)row;
    reset();
    return {};
  }
  // Binds; then step() gives the rows.
  template <class... Values>
  [[nodiscard]] Done start(const Values&... values) {
    reset();
    int at = 0;
    const bool bound = (bind(++at, values) && ...);
    if (!bound) return fail(error());
    return {};
  }
  [[nodiscard]] Result<bool> step();  // true: a row is there
  void reset();

  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] double real(int column) const;
  [[nodiscard]] std::string_view text(int column) const;  // also blobs; until the next step
  [[nodiscard]] bool is_null(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt*) const;
  };
  [[nodiscard]] bool bind(int at, std::int64_t value);
  [[nodiscard]] bool bind(int at, double value);
  [[nodiscard]] bool bind(int at, std::string_view value);
  [[nodiscard]] bool bind(int at, Blob value);
  [[nodiscard]] bool bind(int at, std::nullopt_t);
  template <class T>
  [[nodiscard]] bool bind(int at, const std::optional<T>& value) {
    return value ? bind(at, *value) : bind(at, std::nullopt);
  }
  [[nodiscard]] Error error() const;

  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

enum class Access { write, read, read_frozen };  // read_frozen: nobody writes; for read-only media

class Database {
 public:
  // The file must exist. Error: fix_input when it is not a database.
  [[nodiscard]] static Result<Database> open(const std::string& path, Access);
  [[nodiscard]] Done run(const std::string& script);
  [[nodiscard]] Result<Statement> prepare(std::string_view sql);
  [[nodiscard]] Result<std::string> value(const std::string& sql);  // first column of the first row; "" = none
  [[nodiscard]] bool read_only() const;  // SQLite opens a write-protected file for reading without a word
  // Ends a transaction that failed; nothing of it is left. SQLite may have ended it by itself already.
  void roll_back();

 private:
  struct Close {
    void operator()(sqlite3*) const;
  };
  std::unique_ptr<sqlite3, Close> handle_;
};

}  // namespace hone::journal
