// What every Journal promises: the SQLite one and the fake that the simulator uses.
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <memory>
#include <thread>

#include "adapters/journal/archive.hpp"
#include "adapters/journal/journal_file.hpp"
#include "adapters/journal/writer_lock.hpp"
#include "contract/journal/night.hpp"
#include "contract/journal/scratch.hpp"
#include "fakes/memory_journal.hpp"
#include "fakes/random_values.hpp"
#include "hone/core/base/digest.hpp"

using namespace hone;
using test::Scratch;

namespace {

// One journal that can be "the next process": reopen() drops all that was not durable.
struct Durable {
  Scratch scratch;
  std::unique_ptr<Journal> journal = create_journal(scratch.folder(), "quiet-otter").value();
  Journal& get() { return *journal; }
  void reopen() {
    journal.reset();
    journal = open_journal(scratch.folder()).value();
  }
  void put(const EventBody& body) { REQUIRE(put_message(scratch.folder(), body)); }
};
struct Fake {
  fakes::MemoryJournal journal;
  Journal& get() { return journal; }
  void reopen() { journal.crash(); }
  void put(const EventBody& body) { journal.put(body); }
};

std::vector<Event> all_events(Journal& journal) {
  std::vector<Event> events;
  REQUIRE(journal.replay([&](const Event& event) -> Done {
    events.push_back(event);
    return {};
  }));
  return events;
}

Event told(std::string text) {
  return {0, Seconds{1}, UnixTime{2}, {}, event::Told{std::move(text)}};
}

}  // namespace

TEMPLATE_TEST_CASE("a journal replays what was appended, in order, numbered from 1 without gaps", "", Durable, Fake) {
  TestType place;
  Random random(3);
  std::vector<Event> written;
  for (std::size_t round = 0; round < 60; ++round) {
    std::vector<Event> batch;
    for (auto n = random.below(4); n > 0; --n) {
      batch.push_back(fakes::random_event(random, random.below(std::variant_size_v<EventBody>)));
    }
    REQUIRE(place.get().append(batch, {}));
    for (const Event& event : batch) written.push_back(event);
    if (round % 20 == 7) place.reopen();
  }
  place.reopen();
  const std::vector<Event> read = all_events(place.get());
  REQUIRE(read.size() == written.size());
  for (std::size_t i = 0; i < read.size(); ++i) {
    REQUIRE(read[i].sequence == i + 1);
    REQUIRE(fakes::identical(read[i], written[i]));
  }
}

TEMPLATE_TEST_CASE("texts come back by their id, whatever their bytes, also after a reopen", "", Durable, Fake) {
  TestType place;
  std::string megabyte;
  Random random(5);
  while (megabyte.size() < (1U << 20)) megabyte += static_cast<char>(random.below(256));
  std::string prompt;
  while (prompt.size() < 60'000) prompt += "line " + std::to_string(random.below(1000)) + "\n";
  const std::vector<std::string> texts = {"short",
                                          std::string("\xff\xfe\0 not utf-8", 13),
                                          megabyte,
                                          prompt,
                                          prompt + "one more line\n",
                                          "a new head\n" + prompt,
                                          std::string()};
  for (const std::string& text : texts) {
    std::vector<Event> events = {told("x")};
    const std::vector<NewText> news = {{text_id(text), text}, {text_id(text), text}};
    REQUIRE(place.get().append(events, news));
  }
  for (int process = 0; process < 2; ++process) {
    for (const std::string& text : texts) CHECK(place.get().text(text_id(text)).value() == text);
    place.reopen();
  }
  CHECK(place.get().text(TextId{}).value().empty());
  const auto missing = place.get().text(text_id("never stored"));
  REQUIRE_FALSE(missing);
  CHECK(missing.error().message.find("does not hold it") != std::string::npos);
}

TEMPLATE_TEST_CASE("a message from another process comes once, and again only if it was not journalled", "", Durable,
                   Fake) {
  TestType place;
  CHECK(place.get().take_inbox().value().empty());
  place.put(event::Told{"try loop tiling"});
  place.put(event::Told{"try loop tiling"});
  place.put(event::StopAsked{true, "hone stop"});
  CHECK(place.get().take_inbox().value().size() == 3);
  CHECK(place.get().take_inbox().value().empty());
  std::vector<Event> events = {told("try loop tiling")};
  REQUIRE(place.get().append(events, {}));
  place.reopen();  // the process died before it journalled the other two
  const auto rest = place.get().take_inbox().value();
  REQUIRE(rest.size() == 2);
  CHECK(std::get<event::Told>(rest[0]).text == "try loop tiling");
  CHECK(std::get<event::StopAsked>(rest[1]).at_once);
  std::vector<Event> both = {told("try loop tiling"), told("x")};
  both[1].body = rest[1];
  REQUIRE(place.get().append(both, {}));
  place.reopen();
  CHECK(place.get().take_inbox().value().empty());
}

TEMPLATE_TEST_CASE("replay stops at the first Error of its reader and passes it on", "", Durable, Fake) {
  TestType place;
  std::vector<Event> events = {told("a"), told("b"), told("c")};
  REQUIRE(place.get().append(events, {}));
  int seen = 0;
  const Done done = place.get().replay([&](const Event&) -> Done {
    if (++seen == 2) return fail(Reaction::cancelled, "enough");
    return {};
  });
  REQUIRE_FALSE(done);
  CHECK(done.error().message == "enough");
  CHECK(seen == 2);
}

TEST_CASE("whoever asks for the writer holds up nobody and writes nothing") {
  const Scratch scratch;
  CHECK_FALSE(journal::writer_of(scratch.root()));
  {
    const auto lock = journal::WriterLock::take(scratch.root());
    REQUIRE(lock);
    CHECK(journal::writer_of(scratch.root()) == ::getpid());
    const auto second = journal::WriterLock::take(scratch.root());
    REQUIRE_FALSE(second);
    CHECK(second.error().message.find(std::to_string(::getpid())) != std::string::npos);
  }
  CHECK_FALSE(journal::writer_of(scratch.root()));
  // A look at the very moment in which somebody wants to write: the lock comes all the same.
  const int look = ::open((scratch.root() + "/writer").c_str(), O_RDONLY | O_CLOEXEC);
  REQUIRE(::flock(look, LOCK_SH) == 0);
  std::thread end_of_look([look] { ::close(look); });
  CHECK(journal::WriterLock::take(scratch.root()));
  end_of_look.join();
}

TEST_CASE("a journal that somebody removed is written no more, and says so") {
  const Scratch scratch;
  auto journal = create_journal(scratch.folder(), "night");
  REQUIRE(journal);
  test::Night night(**journal);
  night.play(1);
  std::filesystem::remove_all(scratch.folder());
  std::vector<Event> events{{0, Seconds{1}, UnixTime{1}, ExperimentId{}, event::Told{"more"}}};
  const Done written = (*journal)->append(events, {});
  REQUIRE_FALSE(written);
  CHECK(written.error().message.find("removed") != std::string::npos);
}

TEST_CASE("a path that is longer than SQLite takes is refused with its length") {
  const Scratch scratch;
  std::string folder = scratch.root();
  while (folder.size() < 520) folder += "/" + std::string(100, 'd');
  std::filesystem::create_directories(folder);
  const auto journal = create_journal(folder, "night");
  REQUIRE_FALSE(journal);
  CHECK(journal.error().reaction == Reaction::fix_input);
  CHECK(journal.error().message.find("shorter path") != std::string::npos);
}
