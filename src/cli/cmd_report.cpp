#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "cli/commands.hpp"
#include "cli/find_run.hpp"
#include "cli/open_repo.hpp"
#include "hone/core/run/canary.hpp"
#include "hone/views/report.hpp"

namespace hone::cli {
namespace {

Result<Exhibit> exhibit_of(git::Handles& handles, Archive& archive, ExperimentId id) {
  Exhibit exhibit;
  exhibit.record = HONE_TRY(archive.record(id));
  exhibit.diff = HONE_TRY(diff_of(handles, exhibit.record));
  for (TimedSample& timed : HONE_TRY(archive.samples(id))) exhibit.samples.push_back(std::move(timed.sample));
  if (!exhibit.record.output.value.empty()) exhibit.output = HONE_TRY(archive.text(exhibit.record.output));
  return exhibit;
}

Done store_page(const std::string& path, const std::string& page) {
  std::error_code ignored;
  const auto there = std::filesystem::status(path, ignored);
  // A pipe, /dev/stdout or another device is written to, never replaced by a file.
  const bool special = std::filesystem::exists(there) && !std::filesystem::is_regular_file(there);
  const std::string temporary = special ? path : path + ".part";
  std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
  out << page;
  out.close();
  if (!out || (!special && std::rename(temporary.c_str(), path.c_str()) != 0)) {
    if (!special) std::remove(temporary.c_str());
    return fail(Reaction::fix_input, fmt::format("{} cannot be written; name another file with -o", path));
  }
  return {};
}

}  // namespace

Result<int> command_report(const Flags& flags) {
  const FoundRun run = HONE_TRY(find_run(flags));
  Archive archive = HONE_TRY(Archive::open(run.folder));
  const Summary summary = HONE_TRY(archive.summary());
  const RunSpec spec = HONE_TRY(archive.spec());
  std::vector<Record> records;
  HONE_TRY_VOID(archive.each_outline([&](Record record) -> Done {
    if (!is_canary(record.id)) records.push_back(std::move(record));
    return {};
  }));
  std::vector<Exhibit> exhibits;
  git::Handles handles(run.place.common_folder);
  for (const std::size_t at : choose_exhibits(records))
    exhibits.push_back(HONE_TRY(exhibit_of(handles, archive, records[at].id)));
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
  const std::string page = render_report({summary, spec, records, exhibits, UnixTime{now.count()}});
  const std::string path = flags.output.empty() ? "report.html" : flags.output;
  HONE_TRY_VOID(store_page(path, page));
  fmt::print("{}\n", path);
  return 0;
}

}  // namespace hone::cli
