// The commands that only read: status, log, show, runs.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "adapters/git/runs.hpp"
#include "cli/commands.hpp"
#include "cli/find_run.hpp"
#include "cli/open_repo.hpp"
#include "hone/core/base/text.hpp"
#include "hone/core/codec/record.hpp"
#include "hone/core/codec/views_json.hpp"
#include "hone/core/run/canary.hpp"
#include "hone/views/sentence.hpp"
#include "hone/views/tables.hpp"

namespace hone::cli {
namespace {

UnixTime now() {
  return UnixTime{
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count()};
}

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

}  // namespace

Result<int> command_status(const Flags& flags) {
  const FoundRun run = HONE_TRY(find_run(flags));
  Archive archive = HONE_TRY(Archive::open(run.folder));
  const Summary summary = HONE_TRY(archive.summary());
  print(flags.json ? render_summary(summary) + "\n" : render_status(summary, now(), stdout_canvas(flags)));
  if (!flags.json && !summary.ended && !running(run.folder)) {
    print(fmt::format("Not running. `hone resume {}` goes on.\n", run.name));
  }
  return 0;
}

Result<int> command_log(const Flags& flags) {
  const FoundRun run = HONE_TRY(find_run(flags));
  Archive archive = HONE_TRY(Archive::open(run.folder));
  std::vector<Record> records;
  if (flags.most > 0) {
    records = HONE_TRY(archive.last_records(static_cast<std::size_t>(flags.most)));
  } else {
    HONE_TRY_VOID(archive.each_record([&](const Record& record) -> Done {
      records.push_back(record);
      return {};
    }));
    // Canaries are numbered by themselves, and stand where they began.
    std::ranges::stable_sort(records, {}, &Record::began);
  }
  if (flags.json) {
    for (const Record& record : records) print(render_record(record) + "\n");
  } else if (flags.tsv) {
    print(render_log_tsv(records));
  } else {
    print(render_log(HONE_TRY(archive.summary()), records, stdout_canvas(flags)));
  }
  return 0;
}

Result<int> command_show(const Flags& flags) {
  const bool canary = flags.experiment.starts_with("c");
  const auto number = parse_number(std::string_view(flags.experiment).substr(canary ? 1 : 0));
  if (!number || *number < 1 || *number != static_cast<double>(static_cast<std::uint64_t>(*number))) {
    return fail(Reaction::fix_input,
                fmt::format("'{}' is no experiment: give its number, e.g. `hone show 12`", flags.experiment));
  }
  const FoundRun run = HONE_TRY(find_run(flags));
  Archive archive = HONE_TRY(Archive::open(run.folder));
  Exhibit exhibit;
  exhibit.record = HONE_TRY(archive.record(canary ? canary_id(static_cast<std::int64_t>(*number))
                                                  : ExperimentId{static_cast<std::uint64_t>(*number)}));
  for (TimedSample& timed : HONE_TRY(archive.samples(exhibit.record.id)))
    exhibit.samples.push_back(std::move(timed.sample));
  if (!exhibit.record.output.value.empty()) exhibit.output = HONE_TRY(archive.text(exhibit.record.output));
  git::Handles handles(run.place.common_folder);
  exhibit.diff = HONE_TRY(diff_of(handles, exhibit.record));
  const Summary summary = HONE_TRY(archive.summary());
  if (flags.json) {
    std::string words;
    if (exhibit.record.verdict) words = render_verdict(*exhibit.record.verdict, choose_scale(summary));
    print(render_detail({&exhibit.record, &exhibit.diff, &exhibit.samples, &exhibit.output, words}) + "\n");
    return 0;
  }
  print(render_show(summary, exhibit, stdout_canvas(flags)));
  return 0;
}

Result<int> command_runs(const Flags& flags) {
  const git::Place place = HONE_TRY(here(flags));
  std::vector<Summary> summaries;
  for (const std::string& name : HONE_TRY(git::list_runs(place))) {
    auto archive = Archive::open(git::state_folder(place, name));
    if (!archive) continue;
    if (auto summary = archive->summary()) summaries.push_back(std::move(*summary));
  }
  std::sort(summaries.begin(), summaries.end(),
            [](const Summary& a, const Summary& b) { return a.started > b.started; });
  if (flags.json) {
    for (const Summary& summary : summaries) print(render_summary(summary) + "\n");
    return 0;
  }
  print(render_runs(summaries, now(), stdout_canvas(flags)));
  return 0;
}

}  // namespace hone::cli
