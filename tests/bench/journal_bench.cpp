// The journal's cost: an append beside the bare cost of one durable SQLite commit in the same folder, and what a
// night of 100 to 100,000 experiments weighs and how long it takes to read. Prints a table; asserts nothing.
//   journal_bench [FOLDER] [MOST_EXPERIMENTS]
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "adapters/journal/archive.hpp"
#include "adapters/journal/journal_file.hpp"
#include "adapters/journal/schema.hpp"
#include "contract/journal/night.hpp"
#include "fakes/faulty_vfs.hpp"

using namespace hone;
using fakes::FaultyVfs;

namespace {

double now_ms() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
}
template <class Work>
double time_ms(Work&& work) {
  const double start = now_ms();
  work();
  return now_ms() - start;
}

// One row of 200 bytes in a transaction of its own, WAL and synchronous=FULL: nothing durable is cheaper in SQLite.
double bare_commit_ms(const std::string& folder, int commits) {
  const std::string path = folder + "/bare.db";
  std::ofstream(path).close();
  auto database = journal::Database::open(path, journal::Access::write).value();
  (void)database.value("PRAGMA journal_mode=WAL");
  (void)database.run("PRAGMA synchronous=FULL; CREATE TABLE t(id INTEGER PRIMARY KEY, body TEXT)").has_value();
  auto insert = database.prepare("INSERT INTO t(body) VALUES(?)").value();
  const std::string body(200, 'x');
  return time_ms([&] {
           for (int i = 0; i < commits; ++i) (void)insert.run(body).has_value();
         }) /
         commits;
}

double resident_mb() {
  std::ifstream in("/proc/self/statm");
  long total = 0, resident = 0;
  in >> total >> resident;
  return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1e6;
}

std::uint64_t files_bytes(const std::string& folder) {
  std::uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) bytes += entry.file_size();
  return bytes;
}

// Appends are counted by the night as events; an experiment of it makes six.
constexpr double appends_an_experiment = 6.125;

void measure(test::Night& night, Journal& open, const std::string& folder, std::uint64_t experiments, double floor) {
  constexpr int measured = 50;
  FaultyVfs::skip_syncs(false);
  const std::int64_t syncs = FaultyVfs::syncs();
  const double append = time_ms([&] { night.play(measured); }) / (measured * appends_an_experiment);
  const double syncs_an_append = static_cast<double>(FaultyVfs::syncs() - syncs) / (measured * appends_an_experiment);
  FaultyVfs::skip_syncs(true);
  const double status = time_ms([&] { (void)Archive::open(folder).value().summary().value(); });
  const double log = time_ms([&] { (void)Archive::open(folder).value().last_records(20).value(); });
  std::uint64_t count = 0;
  const double records = time_ms([&] {
    (void)Archive::open(folder)
        .value()
        .each_record([&](const Record&) -> Done {
          ++count;
          return {};
        })
        .has_value();
  });
  const double outlines = time_ms([&] {
    (void)Archive::open(folder)
        .value()
        .each_outline([&](const Record&) -> Done {
          ++count;
          return {};
        })
        .has_value();
  });
  std::uint64_t events = 0;
  const double replay = time_ms([&] {
    (void)open
        .replay([&](const Event&) -> Done {
          ++events;
          return {};
        })
        .has_value();
  });
  fmt::print(
      "{:>11} {:>9.3f} {:>7.2f} {:>7.2f} {:>10.0f} {:>9.2f} {:>9.2f} {:>11.0f} {:>11.0f} {:>11.0f} {:>9} {:>7.1f}\n",
      experiments, append, append / floor, syncs_an_append,
      static_cast<double>(files_bytes(folder)) / static_cast<double>(experiments + measured), status, log, records,
      outlines, replay, events, resident_mb());
  std::fflush(stdout);
}

}  // namespace

int main(int count, char** arguments) {
  const std::string root = fmt::format("{}/journal-bench-{}", count > 1 ? arguments[1] : "/tmp", ::getpid());
  const std::uint64_t most = count > 2 ? std::strtoull(arguments[2], nullptr, 10) : 100'000;
  std::filesystem::create_directories(root);
  const double floor = bare_commit_ms(root, 500);
  fmt::print("one bare durable commit here: {:.3f} ms\n", floor);
  fmt::print("{:>11} {:>9} {:>7} {:>7} {:>10} {:>9} {:>9} {:>11} {:>11} {:>11} {:>9} {:>7}\n", "experiments",
             "ms/append", "x bare", "syncs", "bytes/exp", "status ms", "log20 ms", "records ms", "outlines ms",
             "replay ms", "events", "RSS MB");
  {
    const FaultyVfs counting;
    const std::string folder = root + "/night";
    const auto journal = create_journal(folder, "night").value();
    test::Night night(*journal);
    std::uint64_t played = 0;
    for (std::uint64_t mark = 100; mark <= most; mark *= 10) {
      FaultyVfs::skip_syncs(true);
      night.play(mark - played);
      measure(night, *journal, folder, mark, floor);
      played = mark + 50;
    }
  }
  std::filesystem::remove_all(root);
}
