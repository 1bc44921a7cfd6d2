#include "adapters/journal/journal_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <deque>
#include <mutex>
#include <utility>

#include "adapters/journal/derived.hpp"
#include "adapters/journal/schema.hpp"
#include "adapters/journal/texts.hpp"
#include "adapters/journal/writer_lock.hpp"
#include "hone/core/codec/event.hpp"

namespace hone {
namespace {

using journal::Database;
using journal::Statement;

// The connection of Journal::text(), which any thread may call.
struct TextSide {
  Database database;
  journal::TextReader reader;
  std::mutex mutex;
};

class SqliteJournal final : public Journal {
 public:
  static Result<std::unique_ptr<Journal>> open(const std::string& folder, journal::WriterLock lock);

  [[nodiscard]] Done append(std::span<Event> events, std::span<const NewText> texts) override;
  [[nodiscard]] Done replay(const std::function<Done(const Event&)>& each) override {
    return journal::read_chain(database_, [&](const Event& event, bool) { return each(event); });
  }
  [[nodiscard]] Result<std::string> text(const TextId& id) override {
    const std::lock_guard lock(texts_.mutex);
    return texts_.reader.get(id);
  }
  [[nodiscard]] Result<std::vector<EventBody>> take_inbox() override;

 private:
  // A message that was given to the loop; it counts as taken only with the event that journals it.
  struct Given {
    std::int64_t id = 0;
    std::string kind, body;
  };
  SqliteJournal() = default;
  [[nodiscard]] Done prepare(const std::string& folder);
  [[nodiscard]] Done write(std::span<Event> events, std::span<const NewText> texts);
  [[nodiscard]] Done write_event(Event&, bool whole);
  [[nodiscard]] Done settle_message(std::string_view kind, std::string_view body);

  journal::WriterLock lock_;  // given up last
  std::string path_;
  Database database_;
  TextSide texts_;
  Statement insert_event_, waiting_, take_message_, begin_, commit_;
  journal::TextWriter writer_;
  journal::Derived derived_;
  std::uint64_t sequence_ = 0;
  std::string chain_;
  std::uint64_t next_sequence_ = 0;  // of the transaction under way
  std::string next_chain_;
  std::deque<Given> given_, next_given_;
};

Done SqliteJournal::prepare(const std::string& folder) {
  path_ = journal::database_path(folder);
  const std::string& path = path_;
  database_ = HONE_TRY(journal::open_database(path, journal::Access::write));
  begin_ = HONE_TRY(database_.prepare("BEGIN IMMEDIATE"));
  commit_ = HONE_TRY(database_.prepare("COMMIT"));
  insert_event_ = HONE_TRY(database_.prepare(
      "INSERT INTO events(sequence, at, date, experiment, kind, body, whole, chain) VALUES(?, ?, ?, ?, ?, ?, ?, ?)"));
  waiting_ = HONE_TRY(database_.prepare("SELECT id, kind, body FROM inbox WHERE taken = 0 AND id > ? ORDER BY id"));
  take_message_ = HONE_TRY(database_.prepare("UPDATE inbox SET taken = 1 WHERE id = ?"));
  writer_ = HONE_TRY(journal::TextWriter::open(database_));
  derived_ = HONE_TRY(journal::Derived::open(database_));
  Statement last = HONE_TRY(database_.prepare("SELECT sequence, chain FROM events ORDER BY sequence DESC LIMIT 1"));
  const bool any = HONE_TRY(last.step());
  if (any) {
    sequence_ = static_cast<std::uint64_t>(last.integer(0));
    chain_ = last.text(1);
  }
  last.reset();
  texts_.database = HONE_TRY(journal::open_database(path, journal::Access::read));
  texts_.reader = HONE_TRY(journal::TextReader::open(texts_.database));
  const int poke = ::open(journal::poke_path(folder).c_str(), O_CREAT | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (poke < 0) return fail(journal::system_error("make", journal::poke_path(folder), errno));
  ::close(poke);
  return {};
}

Result<std::unique_ptr<Journal>> SqliteJournal::open(const std::string& folder, journal::WriterLock lock) {
  std::unique_ptr<SqliteJournal> made(new SqliteJournal);
  made->lock_ = std::move(lock);
  HONE_TRY_VOID(made->prepare(folder));
  return std::unique_ptr<Journal>(std::move(made));
}

Done SqliteJournal::append(std::span<Event> events, std::span<const NewText> texts) {
  if (events.empty() && texts.empty()) return {};
  if (::access(path_.c_str(), F_OK) != 0) {  // SQLite would go on in a file that nobody finds again
    return fail(Reaction::stop_run, fmt::format("write the journal {}: {}; somebody removed or moved the run's folder, "
                                                "and what was kept is on its branch",
                                                path_, std::strerror(errno)));
  }
  next_sequence_ = sequence_;
  next_chain_ = chain_;
  next_given_ = given_;
  const Done written = write(events, texts);
  derived_.settle(written.has_value());
  if (written) {
    sequence_ = next_sequence_;
    chain_ = std::move(next_chain_);
    given_ = std::move(next_given_);
    return {};
  }
  database_.roll_back();
  writer_.forget();
  for (Event& event : events) event.sequence = 0;
  return written;
}

Done SqliteJournal::write(std::span<Event> events, std::span<const NewText> texts) {
  HONE_TRY_VOID(begin_.run());
  for (const NewText& one : texts) HONE_TRY_VOID(writer_.put(one.id, one.content));
  for (Event& event : events) HONE_TRY_VOID(write_event(event, &event == &events.back()));
  HONE_TRY_VOID(derived_.store(next_sequence_));
  return commit_.run();
}

Done SqliteJournal::write_event(Event& event, bool whole) {
  event.sequence = ++next_sequence_;
  const std::string body = render_body(event.body);
  const journal::Row row{static_cast<std::int64_t>(event.sequence),
                         event.at.value,
                         event.date.value,
                         static_cast<std::int64_t>(event.experiment.value),
                         kind_name(event.body),
                         body,
                         whole};
  next_chain_ = journal::chain_link(next_chain_, row);
  HONE_TRY_VOID(insert_event_.run(row.sequence, row.at, row.date, row.experiment, row.kind, row.body,
                                  std::int64_t{row.whole}, next_chain_));
  HONE_TRY_VOID(settle_message(row.kind, row.body));
  return derived_.fold(event);
}

Done SqliteJournal::settle_message(std::string_view kind, std::string_view body) {
  for (auto message = next_given_.begin(); message != next_given_.end(); ++message) {
    if (message->kind != kind || message->body != body) continue;
    const std::int64_t id = message->id;
    next_given_.erase(message);
    return take_message_.run(id);
  }
  return {};
}

Result<std::vector<EventBody>> SqliteJournal::take_inbox() {
  std::vector<EventBody> bodies;
  HONE_TRY_VOID(waiting_.start(given_.empty() ? std::int64_t{0} : given_.back().id));
  for (;;) {
    const bool more = HONE_TRY(waiting_.step());
    if (!more) break;
    Given message{waiting_.integer(0), std::string(waiting_.text(1)), std::string(waiting_.text(2))};
    EventBody body = HONE_TRY(parse_body(message.kind, message.body));
    given_.push_back(std::move(message));
    bodies.push_back(std::move(body));
  }
  waiting_.reset();
  return bodies;
}

Done make_folder(const std::string& folder) {
  for (std::size_t at = folder.find('/', 1); at != std::string::npos; at = folder.find('/', at + 1)) {
    if (::mkdir(folder.substr(0, at).c_str(), 0700) != 0 && errno != EEXIST) {
      return fail(journal::system_error("make folder", folder.substr(0, at), errno));
    }
  }
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return fail(journal::system_error("make folder", folder, errno));
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Journal>> create_journal(const std::string& folder, const std::string& run) {
  HONE_TRY_VOID(make_folder(folder));
  journal::WriterLock lock = HONE_TRY(journal::WriterLock::take(folder));
  HONE_TRY_VOID(journal::make_database(journal::database_path(folder), run));
  HONE_TRY_VOID(journal::sync_folder(folder + "/.."));
  return SqliteJournal::open(folder, std::move(lock));
}

Result<std::unique_ptr<Journal>> open_journal(const std::string& folder) {
  if (::access(journal::database_path(folder).c_str(), F_OK) != 0) {
    return fail(Reaction::fix_input,
                fmt::format("open the run in {}: there is no journal; `hone runs` lists what is there", folder));
  }
  journal::WriterLock lock = HONE_TRY(journal::WriterLock::take(folder));
  // Prompts and outputs are in there. Whoever opened the folder to others since did not mean that.
  struct stat found {};
  if (::stat(folder.c_str(), &found) == 0 && (found.st_mode & 077) != 0 && ::chmod(folder.c_str(), 0700) != 0)
    return fail(journal::system_error("close to other users", folder, errno));
  return SqliteJournal::open(folder, std::move(lock));
}

}  // namespace hone
