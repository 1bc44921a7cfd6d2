// What the SQLite file promises beside the port: what a person or another process can do to it.
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <atomic>
#include <filesystem>
#include <map>
#include <thread>

#include "adapters/journal/archive.hpp"
#include "adapters/journal/journal_file.hpp"
#include "adapters/journal/schema.hpp"
#include "contract/journal/night.hpp"
#include "contract/journal/scratch.hpp"
#include "fakes/random_values.hpp"

using namespace hone;
using test::Night;
using test::Scratch;

namespace {

journal::Database raw(const Scratch& scratch) {
  return journal::Database::open(journal::database_path(scratch.folder()), journal::Access::write).value();
}

unsigned mode_of(const std::string& path) {
  struct stat found {};
  REQUIRE(::stat(path.c_str(), &found) == 0);
  return found.st_mode & 0777U;
}

}  // namespace

TEST_CASE("nobody can change or remove an event, or leave a gap") {
  Scratch scratch;
  const auto journal = create_journal(scratch.folder(), "night").value();
  Night night(*journal);
  night.play(2);
  journal::Database shell = raw(scratch);
  for (const char* evil :
       {"UPDATE events SET kind = 'told' WHERE sequence = 1", "DELETE FROM events WHERE sequence = 2",
        "INSERT INTO events SELECT sequence + 7, at, date, experiment, kind, body, whole, chain FROM "
        "events ORDER BY sequence DESC LIMIT 1"}) {
    const Done done = shell.run(evil);
    REQUIRE_FALSE(done);
    CHECK(done.error().message.find("append-only") != std::string::npos);
  }
}

TEST_CASE("the derived tables say what the events say, in columns a person can ask for") {
  Scratch scratch;
  const auto journal = create_journal(scratch.folder(), "night").value();
  Night night(*journal);
  night.play(40);
  Summary summary;
  std::map<ExperimentId, Record> records;
  REQUIRE(journal->replay([&](const Event& event) -> Done {
    fold_summary(summary, event);
    if (event.experiment.value != 0) fold_record(records[event.experiment], event);
    return {};
  }));
  Archive archive = Archive::open(scratch.folder()).value();
  CHECK(fakes::identical(archive.summary().value(), summary));
  const std::vector<Record> stored = archive.records(ExperimentId{1}, 1000).value();
  REQUIRE(stored.size() == 40);
  for (const Record& record : stored) CHECK(fakes::identical(record, records[record.id]));
  CHECK(archive.last_records(3).value().front().id == ExperimentId{38});
  CHECK(archive.records(ExperimentId{5}, 2).value().back().id == ExperimentId{6});
  CHECK(fakes::identical(archive.record(ExperimentId{7}).value(), records[ExperimentId{7}]));
  const auto none = archive.record(ExperimentId{41});
  REQUIRE_FALSE(none);
  CHECK(none.error().message.find("experiments 1 to 40") != std::string::npos);
  CHECK(archive.samples(ExperimentId{7}).value().size() == 4);
  CHECK(archive.spec().value().name == "night");
  CHECK(archive.text(records[ExperimentId{7}].reply).value() == Night::reply(7));

  journal::Database shell = raw(scratch);
  CHECK(shell.value("SELECT count(*) FROM keeps").value() == std::to_string(summary.outcomes[0]));
  CHECK(shell.value("SELECT idea FROM experiments WHERE id = 7").value() == records[ExperimentId{7}].idea);
  CHECK(shell.value("SELECT count(*) FROM samples WHERE experiment = 7 AND role = 'candidate'").value() == "2");
  CHECK(shell.value("SELECT outcome FROM experiments WHERE id = 8").value() == "kept");
  CHECK(shell.value("SELECT date FROM experiments WHERE id = 1").value().substr(0, 4) == "2026");
}

TEST_CASE("an outline says of every experiment what its record says, without reading it") {
  Scratch scratch;
  const auto journal = create_journal(scratch.folder(), "night").value();
  Night night(*journal);
  night.play(17);
  Archive archive = Archive::open(scratch.folder()).value();
  std::vector<Record> records;
  REQUIRE(archive.each_record([&](const Record& record) -> Done {
    records.push_back(record);
    return {};
  }));
  std::size_t at = 0;
  REQUIRE(archive.each_outline([&](const Record& outline) -> Done {
    const Record& whole = records.at(at++);
    CHECK(outline.id == whole.id);
    CHECK(outline.outcome == whole.outcome);
    CHECK(outline.idea == whole.idea);
    CHECK(outline.reason == whole.reason);
    CHECK(outline.doubt == whole.doubt);
    CHECK(outline.backend == whole.backend);
    CHECK(outline.commit == whole.commit);
    CHECK(outline.value == whole.value);
    CHECK(outline.cost == whole.cost);
    CHECK(outline.began == whole.began);
    CHECK(outline.ended == whole.ended);
    REQUIRE(outline.verdict.has_value());
    CHECK(outline.verdict->before == whole.verdict->before);
    CHECK(outline.verdict->effect == whole.verdict->effect);
    CHECK(outline.verdict->interval.low == whole.verdict->interval.low);
    CHECK(outline.verdict->interval.high == whole.verdict->interval.high);
    CHECK(outline.verdict->samples == whole.verdict->samples);
    REQUIRE(outline.guards.size() == 1);
    CHECK(outline.guards[0].name == whole.guards.at(0).name);
    CHECK(outline.guards[0].candidate == whole.guards.at(0).candidate);
    return {};
  }));
  CHECK(at == 17);
}

TEST_CASE("a newer schema, a stranger's database and a text file are refused as bad input") {
  Scratch scratch;
  (void)create_journal(scratch.folder(), "night").value();
  REQUIRE(raw(scratch).run("UPDATE meta SET value = '2' WHERE key = 'schema'"));
  for (const auto& error : {open_journal(scratch.folder()).error(), Archive::open(scratch.folder()).error()}) {
    CHECK(error.reaction == Reaction::fix_input);
    CHECK(error.message.find("version 2") != std::string::npos);
  }
  REQUIRE(raw(scratch).run("PRAGMA application_id = 7"));
  CHECK(open_journal(scratch.folder()).error().reaction == Reaction::fix_input);
  CHECK(open_journal(scratch.root()).error().reaction == Reaction::fix_input);
  CHECK(Archive::open(scratch.root()).error().reaction == Reaction::fix_input);
  std::filesystem::resize_file(journal::database_path(scratch.folder()), 0);
  std::filesystem::resize_file(journal::database_path(scratch.folder()), 5000);
  CHECK_FALSE(open_journal(scratch.folder()));
}

TEST_CASE("a run that exists is not made again") {
  Scratch scratch;
  (void)create_journal(scratch.folder(), "night").value();
  const auto again = create_journal(scratch.folder(), "night");
  REQUIRE_FALSE(again);
  CHECK(again.error().reaction == Reaction::fix_input);
  CHECK(again.error().message.find("hone resume") != std::string::npos);
}

TEST_CASE("folder and files belong to the user alone, whatever the umask") {
  Scratch scratch;
  const mode_t before = ::umask(0);
  const auto journal = create_journal(scratch.folder(), "night").value();
  Night night(*journal);
  night.play(1);
  ::umask(before);
  CHECK(mode_of(scratch.folder()) == 0700);
  const std::string path = journal::database_path(scratch.folder());
  for (const std::string& file :
       {path, path + "-wal", path + "-shm", scratch.folder() + "/writer", journal::poke_path(scratch.folder())}) {
    INFO(file);
    CHECK(mode_of(file) == 0600);
  }
}

TEST_CASE("two processes never write one journal, and a dead one holds nothing") {
  Scratch scratch;
  auto journal = create_journal(scratch.folder(), "night").value();
  const auto second = open_journal(scratch.folder());
  REQUIRE_FALSE(second);
  CHECK(second.error().reaction == Reaction::fix_input);
  CHECK(second.error().message.find("process " + std::to_string(::getpid())) != std::string::npos);
  journal.reset();
  CHECK(open_journal(scratch.folder()));
}

TEST_CASE("readers beside a busy writer see whole appends, never wait and never disturb it") {
  Scratch scratch;
  const auto journal = create_journal(scratch.folder(), "night").value();
  Night night(*journal);
  night.play(1);
  std::atomic<bool> over = false;
  std::atomic<int> rounds = 0;
  std::string wrong;
  std::thread reader([&] {
    Archive archive = Archive::open(scratch.folder()).value();
    std::int64_t last = 0;
    while (!over) {
      const Summary summary = archive.summary().value();
      const auto records = archive.last_records(5).value();
      if (summary.finished < last) wrong = "the summary went back";
      for (const Record& record : records) {
        if (record.outcome == Outcome::kept && archive.text(record.reply).value() != Night::reply(record.id.value)) {
          wrong = "a text is not there";
        }
      }
      last = summary.finished;
      ++rounds;
    }
  });
  while (rounds < 3) night.play(10);
  for (int i = 0; i < 3; ++i) REQUIRE(put_message(scratch.folder(), event::Told{"faster"}));
  CHECK(journal->take_inbox().value().size() == 3);
  over = true;
  reader.join();
  CHECK(wrong.empty());
}

TEST_CASE("a folder that may not be written gives a sentence, and can still be read") {
  Scratch scratch;
  {
    const auto journal = create_journal(scratch.folder(), "night").value();
    Night night(*journal);
    night.play(3);
  }
  for (const auto& entry : std::filesystem::recursive_directory_iterator(scratch.root())) {
    const unsigned mode = entry.is_directory() ? 0555 : 0444;
    REQUIRE(::chmod(entry.path().c_str(), mode) == 0);
  }
  REQUIRE(::chmod(scratch.root().c_str(), 0555) == 0);
  const pid_t child = ::fork();  // root may write anywhere: become nobody
  if (child == 0) {
    if (::geteuid() == 0 && ::setuid(65534) != 0) ::_exit(9);
    const auto opened = open_journal(scratch.folder());
    if (opened || opened.error().message.find("user") == std::string::npos) ::_exit(1);
    Result<Archive> archive = Archive::open(scratch.folder());
    if (!archive) ::_exit(2);
    const auto summary = archive->summary();
    ::_exit(summary && summary->finished == 3 ? 0 : 3);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(scratch.root())) {
    if (entry.is_directory()) ::chmod(entry.path().c_str(), 0700);
  }
}
