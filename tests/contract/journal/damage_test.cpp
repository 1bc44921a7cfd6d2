// What the journal survives: kill -9, torn tails, flipped bits, full and broken disks.
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "adapters/journal/archive.hpp"
#include "adapters/journal/journal_file.hpp"
#include "adapters/journal/schema.hpp"
#include "contract/journal/night.hpp"
#include "contract/journal/scratch.hpp"
#include "fakes/faulty_vfs.hpp"
#include "fakes/random_values.hpp"
#include "hone/core/codec/event.hpp"

using namespace hone;
using fakes::FaultyVfs;
using test::Night;
using test::Scratch;
namespace fs = std::filesystem;

namespace {

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
void write_file(const std::string& path, std::string_view bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

struct Seen {
  std::vector<std::string> events;
  std::string error;
};
Seen replay(Journal& journal) {
  Seen seen;
  const Done done = journal.replay([&](const Event& event) -> Done {
    seen.events.push_back(render_event(event));
    return {};
  });
  if (!done) seen.error = done.error().message;
  return seen;
}
bool starts_with(const std::vector<std::string>& whole, const std::vector<std::string>& part) {
  return part.size() <= whole.size() && std::equal(part.begin(), part.end(), whole.begin());
}

// Derived rows and events of an open journal tell the same story.
void check_agreement(Journal& journal, const std::string& folder) {
  Summary summary;
  std::map<ExperimentId, Record> records;
  REQUIRE(journal.replay([&](const Event& event) -> Done {
    fold_summary(summary, event);
    if (event.experiment.value != 0) fold_record(records[event.experiment], event);
    return {};
  }));
  Archive archive = Archive::open(folder).value();
  REQUIRE(fakes::identical(archive.summary().value(), summary));
  const auto stored = archive.records(ExperimentId{0}, 1'000'000).value();
  REQUIRE(stored.size() == records.size());
  for (const Record& record : stored) REQUIRE(fakes::identical(record, records[record.id]));
}

Event numbered(std::uint64_t number) {
  return {
      0, Seconds{static_cast<double>(number)}, {}, ExperimentId{number / 5 + 1}, event::Told{std::to_string(number)}};
}

// Appends for ever and says on the pipe what is durable.
[[noreturn]] void append_for_ever(const std::string& folder, std::uint64_t next, int pipe) {
  const auto journal = open_journal(folder).value();
  Random random(next);
  for (;;) {
    std::vector<Event> events;
    for (auto n = 1 + random.below(4); n > 0; --n) events.push_back(numbered(++next));
    const std::string text = Night::prompt(next);
    const std::vector<NewText> texts = {{text_id(text), text}};
    if (!journal->append(events, texts)) ::_exit(1);
    if (::write(pipe, &next, sizeof next) != sizeof next) ::_exit(0);
  }
}

// A closed journal of `experiments`, all of it in the database file.
std::vector<std::string> closed_night(const Scratch& scratch, std::uint64_t experiments) {
  const auto journal = create_journal(scratch.folder(), "night").value();
  Night night(*journal);
  night.play(experiments);
  return replay(*journal).events;
}

}  // namespace

TEST_CASE("kill -9 at any moment loses nothing that was reported durable") {
  Scratch scratch;
  (void)create_journal(scratch.folder(), "night").value();
  Random random(11);
  std::uint64_t durable = 0;
  for (int round = 0; round < 15; ++round) {
    int pipe[2];
    REQUIRE(::pipe(pipe) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(pipe[0]);
      append_for_ever(scratch.folder(), durable, pipe[1]);
    }
    ::close(pipe[1]);
    std::uint64_t reported = durable;
    for (auto n = 1 + random.below(25); n > 0 && ::read(pipe[0], &reported, sizeof reported) == sizeof reported; --n) {
    }
    ::usleep(static_cast<useconds_t>(random.below(3000)));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    while (::read(pipe[0], &reported, sizeof reported) == sizeof reported) {
    }
    ::close(pipe[0]);

    const auto journal = open_journal(scratch.folder()).value();
    std::uint64_t number = 0;
    REQUIRE(journal->replay([&](const Event& event) -> Done {
      ++number;
      if (event.sequence != number || std::get<event::Told>(event.body).text != std::to_string(number)) {
        return fail(Reaction::stop_run, "out of order");
      }
      return {};
    }));
    REQUIRE(number >= reported);
    check_agreement(*journal, scratch.folder());
    CHECK(journal->text(text_id(Night::prompt(reported))).value() == Night::prompt(reported));
    durable = number;
  }
  CHECK(durable > 15);
}

TEST_CASE("power that fails at any write or sync loses nothing durable, whatever the disk kept of unsynced writes") {
  struct Photo {
    std::map<std::string, std::string> files;
    std::uint64_t durable;
  };
  std::vector<Photo> photos;
  std::uint64_t durable = 0, number = 0, moments = 0;
  Random dice(5);
  {
    const FaultyVfs disk;
    fakes::PowerCut cut;
    FaultyVfs::tell(&cut);
    Scratch scratch;
    auto journal = create_journal(scratch.folder(), "night").value();
    cut.look = [&] {
      if (++moments % 9 == 0 && photos.size() < 150) photos.push_back({cut.contents(dice), durable});
    };
    for (int round = 0; round < 60; ++round) {
      std::vector<Event> events = {numbered(++number), numbered(++number)};
      // Some of them large, so that the log is moved into the database in between.
      std::string text = std::to_string(number);
      for (int i = 0; i < (round % 5 == 0 ? 80'000 : 10); ++i) text += static_cast<char>('a' + dice.below(26));
      const std::vector<NewText> texts = {{text_id(text), text}};
      REQUIRE(journal->append(events, texts));
      durable = number;
      if (round % 20 == 19) {
        journal.reset();
        journal = open_journal(scratch.folder()).value();
      }
    }
    FaultyVfs::tell(nullptr);
  }
  REQUIRE(photos.size() > 50);
  for (const Photo& photo : photos) {
    Scratch scratch;
    fs::create_directories(scratch.folder());
    for (const auto& [path, content] : photo.files)
      write_file(scratch.folder() + "/" + fs::path(path).filename().string(), content);
    const auto journal = open_journal(scratch.folder());
    INFO((journal ? "" : journal.error().message));
    REQUIRE(journal);
    const Seen seen = replay(**journal);
    REQUIRE(seen.error.empty());
    REQUIRE(seen.events.size() >= photo.durable);
    REQUIRE(seen.events.size() % 2 == 0);  // whole appends
    for (std::size_t i = 0; i < seen.events.size(); ++i) {
      Event expected = numbered(i + 1);
      expected.sequence = i + 1;
      REQUIRE(seen.events[i] == render_event(expected));
    }
    check_agreement(**journal, scratch.folder());
    std::vector<Event> next = {numbered(9999)};
    REQUIRE((*journal)->append(next, {}));
  }
}

TEST_CASE("a log cut at any byte of its last records gives whole appends, none of them false") {
  Scratch scratch;
  const auto journal = create_journal(scratch.folder(), "night").value();
  Night night(*journal);
  night.play(3);
  const std::string path = journal::database_path(scratch.folder());
  const std::string start_wal = read_file(path + "-wal");
  for (std::uint64_t number = 1; number <= 3; ++number) {
    std::vector<Event> one = {numbered(number)};
    REQUIRE(journal->append(one, {}));
  }
  const std::vector<std::string> whole = replay(*journal).events;
  const std::string database = read_file(path);
  const std::string wal = read_file(path + "-wal");
  REQUIRE(wal.size() > start_wal.size() + 4 * 4096);

  constexpr std::size_t header = 32, frame = 24 + 4096;  // SQLite file format, section 4.1
  Scratch copy;
  fs::create_directories(copy.folder());
  const std::string torn = journal::database_path(copy.folder());
  std::size_t least = whole.size(), tried = 0;
  for (std::size_t cut = start_wal.size(); cut <= wal.size(); ++cut) {
    const std::size_t inside = (cut - header) % frame;
    if (inside > 30 && inside < frame - 3 && inside % 509 != 0)
      continue;  // every byte of the heads, samples of the pages
    for (const char* tail : {"-shm", "-wal"}) fs::remove(torn + tail);
    write_file(torn, database);
    write_file(torn + "-wal", std::string_view(wal).substr(0, cut));
    std::vector<std::string> events;
    Archive archive = Archive::open(copy.folder()).value();  // no fsync on closing, unlike the writer
    REQUIRE(archive.events_after(0, [&](const Event& event) -> Done {
      events.push_back(render_event(event));
      return {};
    }));
    REQUIRE(starts_with(whole, events));
    if (tried % 16 == 0) {
      const auto writer = open_journal(copy.folder()).value();
      const Seen seen = replay(*writer);
      REQUIRE(seen.error.empty());
      REQUIRE(seen.events == events);
    }
    least = std::min(least, events.size());
    ++tried;
  }
  CHECK(tried > 200);
  CHECK(least > 0);
  CHECK(least < whole.size());
}

TEST_CASE("a flipped bit in a record is refused with its number, and salvage keeps what is before it") {
  Scratch scratch;
  const std::vector<std::string> whole = closed_night(scratch, 40);
  const std::string path = journal::database_path(scratch.folder());
  std::string bytes = read_file(path);
  const std::string mark = "change number " + std::to_string(20 * 7919 % 1000) + "\"";  // the proposal of experiment 20
  // The text stands in derived tables and in freed pages as well: the one that the replay reads is the record's.
  bool found = false;
  for (auto at = bytes.find(mark); at != std::string::npos && !found; at = bytes.find(mark, at + 1)) {
    bytes[at + 14] = static_cast<char>(bytes[at + 14] ^ 1);
    write_file(path, bytes);
    found = !replay(*open_journal(scratch.folder()).value()).error.empty();
    if (!found) bytes[at + 14] = static_cast<char>(bytes[at + 14] ^ 1);
  }
  REQUIRE(found);
  std::size_t record = 0;
  {
    const auto journal = open_journal(scratch.folder()).value();
    const Seen seen = replay(*journal);
    record = seen.events.size() + 1;
    CHECK(starts_with(whole, seen.events));
    CHECK(whole[record - 1].find("\"kind\":\"proposed\"") != std::string::npos);
    CHECK(seen.error.find("record " + std::to_string(record) + " does not match its checksum") != std::string::npos);
    CHECK(seen.error.find("--salvage") != std::string::npos);
  }
  const Salvage salvage = salvage_journal(scratch.folder()).value();
  CHECK(salvage.kept == record - 1);
  CHECK(salvage.lost_texts == 0);
  CHECK(salvage.damage.find("checksum") != std::string::npos);
  CHECK(fs::exists(salvage.old_path));
  CHECK_FALSE(fs::exists(scratch.folder() + "/salvage"));
  const auto journal = open_journal(scratch.folder()).value();
  const Seen seen = replay(*journal);
  CHECK(seen.error.empty());
  CHECK(seen.events.size() == record - 1);
  CHECK(starts_with(whole, seen.events));
  check_agreement(*journal, scratch.folder());
  CHECK(journal->text(text_id(Night::prompt(19))).value() == Night::prompt(19));
  std::vector<Event> more = {numbered(1)};
  CHECK(journal->append(more, {}));
}

TEST_CASE("salvage keeps whole appends only, and a healthy journal whole") {
  Scratch scratch;
  const std::vector<std::string> whole = closed_night(scratch, 5);
  CHECK(salvage_journal(scratch.folder()).value().kept == whole.size());
  const std::string path = journal::database_path(scratch.folder());
  std::string bytes = read_file(path);
  const auto at = bytes.rfind("not better by the margin");  // somewhere in a Measured, Judged, Finished append
  REQUIRE(at != std::string::npos);
  bytes[at] = 'N';
  write_file(path, bytes);
  const Salvage salvage = salvage_journal(scratch.folder()).value();
  const auto journal = open_journal(scratch.folder()).value();
  const Seen seen = replay(*journal);
  CHECK(seen.events.size() == salvage.kept);
  CHECK(starts_with(whole, seen.events));
  CHECK(seen.events.back().find("\"kind\":\"measured\"") == std::string::npos);
}

TEST_CASE("records cut off the end by force are missed") {
  Scratch scratch;
  const std::vector<std::string> whole = closed_night(scratch, 5);
  {
    auto shell = journal::Database::open(journal::database_path(scratch.folder()), journal::Access::write).value();
    REQUIRE(shell.run("DROP TRIGGER events_no_delete; DELETE FROM events WHERE sequence > 10"));
  }
  const auto journal = open_journal(scratch.folder()).value();
  const Seen seen = replay(*journal);
  CHECK(seen.events.size() == 10);
  CHECK(seen.error.find("record 11 and those after it are missing") != std::string::npos);
}

TEST_CASE("any flipped bit of the file is harmless, seen, or salvaged; what is read is never false") {
  Scratch scratch;
  const std::vector<std::string> whole = closed_night(scratch, 12);
  const std::string healthy = read_file(journal::database_path(scratch.folder()));
  Random random(77);
  int refused = 0;
  for (int round = 0; round < 120; ++round) {
    Scratch copy;
    fs::create_directories(copy.folder());
    const std::string path = journal::database_path(copy.folder());
    std::string bent = healthy;
    char& c = bent[random.below(bent.size())];
    c = static_cast<char>(static_cast<unsigned char>(c) ^ (1U << random.below(8)));
    write_file(path, bent);
    {
      const auto opened = open_journal(copy.folder());
      if (opened) {
        const Seen seen = replay(**opened);
        REQUIRE(starts_with(whole, seen.events));
        if (seen.error.empty()) {
          REQUIRE(seen.events.size() == whole.size());
          continue;
        }
      }
    }
    ++refused;
    if (!salvage_journal(copy.folder())) continue;  // not even the table of tables could be read
    const auto saved = open_journal(copy.folder()).value();
    const Seen seen = replay(*saved);
    REQUIRE(seen.error.empty());
    REQUIRE(starts_with(whole, seen.events));
    check_agreement(*saved, copy.folder());
  }
  CHECK(refused > 10);
}

TEST_CASE("a full or broken disk at any write or sync is a clean Error, and the journal goes on when it heals") {
  for (const int code : {SQLITE_FULL, SQLITE_IOERR_WRITE}) {
    for (const bool lasting : {false, true}) {
      const FaultyVfs disk;
      Scratch scratch;
      const auto journal = create_journal(scratch.folder(), "night").value();
      Night(*journal).play(1);
      std::vector<std::string> whole = replay(*journal).events;
      std::uint64_t number = 1000;
      for (std::int64_t n = 1;; ++n) {
        std::vector<Event> events = {numbered(++number), numbered(++number)};
        const std::string text = Night::prompt(number);
        const std::vector<NewText> texts = {{text_id(text), text}};
        FaultyVfs::forget_strike();
        FaultyVfs::fail_at(n, code, lasting);
        const Done done = journal->append(events, texts);
        FaultyVfs::heal();
        if (!FaultyVfs::struck()) {
          REQUIRE(done);
          break;
        }
        INFO("failing write or sync " << n << " with " << code);
        if (done) {  // a failure after the commit was durable: tidying the log may wait
          for (const Event& event : events) whole.push_back(render_event(event));
        } else {
          CHECK(events[0].sequence == 0);
          CHECK(done.error().reaction == Reaction::stop_run);
          CHECK(done.error().message.find(scratch.folder()) != std::string::npos);
          CHECK_FALSE(journal->text(texts[0].id));
        }
        REQUIRE(replay(*journal).events == whole);
        std::vector<Event> next = {numbered(++number)};
        REQUIRE(journal->append(next, {}));
        whole.push_back(render_event(next[0]));
        REQUIRE(n < 100);
      }
      check_agreement(*journal, scratch.folder());
    }
  }
}

TEST_CASE("a disk that fails while the run is made leaves nothing that looks like a run") {
  const FaultyVfs disk;
  for (std::int64_t n = 1;; ++n) {
    Scratch scratch;
    FaultyVfs::forget_strike();
    FaultyVfs::fail_at(n, SQLITE_FULL, true);
    const bool made = create_journal(scratch.folder(), "night").has_value();
    FaultyVfs::heal();
    if (!FaultyVfs::struck()) {
      REQUIRE(made);
      break;
    }
    if (!made) {
      const bool left = fs::exists(journal::database_path(scratch.folder()));
      REQUIRE((!left || open_journal(scratch.folder())));  // not there, or whole
      if (!left) REQUIRE(create_journal(scratch.folder(), "night"));
    }
    REQUIRE(n < 100);
  }
}
