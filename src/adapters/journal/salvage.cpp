#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "adapters/journal/journal_file.hpp"
#include "adapters/journal/schema.hpp"
#include "adapters/journal/texts.hpp"
#include "adapters/journal/writer_lock.hpp"

namespace hone {
namespace {

using journal::Access;
using journal::Database;

constexpr std::size_t events_a_transaction = 200;

std::vector<TextId> named_texts(const EventBody& body) {
  if (const auto* proposed = std::get_if<event::Proposed>(&body)) return {proposed->prompt, proposed->reply};
  if (const auto* prepared = std::get_if<event::Prepared>(&body)) return {prepared->output};
  std::vector<TextId> ids;
  if (const auto* measured = std::get_if<event::Measured>(&body)) {
    for (const Sample& sample : measured->samples) ids.push_back(sample.output);
  }
  return ids;
}

// Carries whole appends over, many to a transaction.
struct Carrier {
  Journal& fresh;
  journal::TextReader& old_texts;
  Salvage& result;
  std::vector<Event> waiting;  // read; the first `sure` of them belong to whole appends
  std::vector<NewText> texts;
  std::size_t sure = 0;

  Done take(const Event& event, bool whole) {
    waiting.push_back(event);
    for (const TextId& id : named_texts(event.body)) {
      if (id.value.empty()) continue;
      Result<std::string> text = old_texts.get(id);
      if (text) {
        texts.push_back({id, std::move(*text)});
      } else {
        ++result.lost_texts;
      }
    }
    if (whole) sure = waiting.size();
    if (sure < events_a_transaction) return {};
    return flush();
  }
  Done flush() {
    HONE_TRY_VOID(fresh.append(std::span(waiting).first(sure), texts));
    result.kept += sure;
    waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(sure));
    texts.clear();
    sure = 0;
    return {};
  }
};

Done move_file(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) == 0 || errno == ENOENT) return {};
  return fail(journal::system_error("move", from, errno));
}

std::string free_name(const std::string& path) {
  for (int number = 1;; ++number) {
    std::string name = fmt::format("{}.damaged-{}", path, number);
    if (::access(name.c_str(), F_OK) != 0) return name;
  }
}

// Copies what is whole into a journal of its own in `folder`; its file is closed and complete on return.
Done carry(const std::string& old_path, const std::string& folder, Salvage& result) {
  Database old = HONE_TRY(Database::open(old_path, Access::write));  // writing: its WAL may hold the newest records
  Result<std::string> run = old.value("SELECT value FROM meta WHERE key = 'run'");
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);  // of a salvage that was cut off
  const std::unique_ptr<Journal> fresh = HONE_TRY(create_journal(folder, run ? *run : "salvaged"));
  journal::TextReader texts = HONE_TRY(journal::TextReader::open(old));
  Carrier carrier{*fresh, texts, result, {}, {}, 0};
  Done written;
  const Done read = journal::read_chain(old, [&](const Event& event, bool whole) {
    written = carrier.take(event, whole);
    return written;
  });
  HONE_TRY_VOID(std::move(written));
  if (!read) result.damage = read.error().message;
  return carrier.flush();
}

}  // namespace

Result<Salvage> salvage_journal(const std::string& folder) {
  const std::string path = journal::database_path(folder);
  if (::access(path.c_str(), F_OK) != 0) {
    return fail(Reaction::fix_input, fmt::format("salvage the run in {}: there is no journal", folder));
  }
  const journal::WriterLock lock = HONE_TRY(journal::WriterLock::take(folder));
  const std::string place = folder + "/salvage";
  Salvage result;
  const Done carried = carry(path, place, result);
  if (!carried) {
    return fail(carried.error().reaction, fmt::format("salvage the run in {}: {}", folder, carried.error().message));
  }
  // A log that could not be folded into its file at the end: the disk refused. The old journal is still in place.
  if (::access((journal::database_path(place) + "-wal").c_str(), F_OK) == 0) {
    return fail(Reaction::stop_run, fmt::format("salvage the run in {}: the disk refused the last writes; free some "
                                                "space and try again",
                                                folder));
  }
  result.old_path = free_name(path);
  for (const char* tail : {"-wal", "-shm", ""}) HONE_TRY_VOID(move_file(path + tail, result.old_path + tail));
  HONE_TRY_VOID(move_file(journal::database_path(place), path));
  HONE_TRY_VOID(journal::sync_folder(folder));
  std::error_code ignored;
  std::filesystem::remove_all(place, ignored);
  return result;
}

}  // namespace hone
