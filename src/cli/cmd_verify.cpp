// verify: the run's baseline against its champion once more, from clean checkouts; and each keep against the rest.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "adapters/executors/sample_of.hpp"
#include "adapters/git/revert.hpp"
#include "adapters/journal/writer_lock.hpp"
#include "cli/commands.hpp"
#include "cli/find_run.hpp"
#include "cli/trial.hpp"
#include "hone/core/base/random.hpp"
#include "hone/core/base/text.hpp"
#include "hone/core/codec/verification.hpp"
#include "hone/core/measure/ablation.hpp"
#include "hone/core/measure/t_interval.hpp"
#include "hone/views/verification.hpp"

namespace hone::cli {
namespace {

constexpr WorkspaceId first_folder{0}, second_folder{1};
constexpr std::uint64_t seed_use = 0x7E51F1;  // of derive(): no seed of the night comes again

struct Side {
  Role role = Role::baseline;
  WorkspaceId folder;
  TreeId tree;
};

// Two trees side by side, in turn; which goes first alternates.
struct Duel {
  Trial& trial;
  Side before, after;
  std::vector<double> before_values, after_values;
  std::string failed;  // why `after` gave no value
};

// False: no further pair makes sense, see `failed`.
Result<bool> run_pair(Duel& duel, std::uint64_t number) {
  std::vector<effect::MeasureRun> runs;
  for (const Side* side : {&duel.before, &duel.after}) runs.push_back({side->role, side->folder, side->tree});
  if (number % 2 == 1) std::swap(runs[0], runs[1]);
  const std::uint64_t seed = derive(duel.trial.session().spec.seed, seed_use, number).next();
  double before = 0, after = 0;
  const auto reports = HONE_TRY(duel.trial.measure(std::move(runs), seed));
  for (const SampleReport& report : reports) {
    const Sample& sample = report.sample;
    if (!sample.value) {
      if (sample.role == Role::champion) {
        duel.failed = sample.invalid;
        return false;
      }
      return fail(
          Reaction::stop_run,
          fmt::format("measuring the tree to compare with: {}; look at the metric with `hone doctor`", sample.invalid));
    }
    (sample.role == duel.before.role ? before : after) = *sample.value;
  }
  duel.before_values.push_back(before);
  duel.after_values.push_back(after);
  return true;
}

std::string trouble(const PrepareReport& report) {
  const std::string_view said =
      trim(report.process.error_output.empty() ? report.process.output : report.process.error_output);
  const std::string tail = one_line(said.substr(said.size() > 300 ? said.size() - 300 : 0), 300);
  return executors::trouble_of(report.process, fmt::format("the {} command", report.failed)) +
         (tail.empty() ? "" : ": " + tail);
}

struct Job {
  const Flags& flags;
  Trial& trial;
  const FoundRun& run;
  Direction direction;
  std::vector<Record> keeps;
  Verification found;
  double pair_sd = 0;  // of relative gains
};

void say(const Job& job, const std::string& line) {
  if (!job.flags.quiet) fmt::print(stderr, "hone: {}\n", line);
}

Done measure_whole(Job& job) {
  Duel duel{job.trial,
            {Role::baseline, first_folder, job.keeps.front().parent_tree},
            {Role::champion, second_folder, job.keeps.back().tree},
            {},
            {},
            ""};
  PrepareReport prepared = HONE_TRY(job.trial.prepare(first_folder, duel.before.tree));
  if (!prepared.failed.empty())
    return fail(Reaction::stop_run,
                fmt::format("preparing the baseline: {}; does it still work on this machine?", trouble(prepared)));
  prepared = HONE_TRY(job.trial.prepare(second_folder, duel.after.tree));
  if (!prepared.failed.empty()) job.found.failed = trouble(prepared);
  while (job.found.failed.empty()) {
    if (!HONE_TRY(run_pair(duel, duel.before_values.size()))) {
      job.found.failed = duel.failed;
      return {};
    }
    job.found.result = remeasure(job.direction, duel.before_values, duel.after_values);
    const Remeasured& result = job.found.result;
    const std::string interval =
        result.pairs < 2 ? ""
                         : fmt::format(" [{:+.2f}, {:+.2f}]", 100 * result.interval.low, 100 * result.interval.high);
    say(job, fmt::format("pair {}: {:+.2f} %{}", result.pairs, 100 * result.effect, interval));
    if (remeasured_enough(result)) break;
  }
  std::vector<double> gains;
  for (std::size_t i = 0; i < duel.before_values.size(); ++i) {
    gains.push_back(
        remeasure(job.direction, std::span(&duel.before_values[i], 1), std::span(&duel.after_values[i], 1)).effect);
  }
  job.pair_sd = std::sqrt(mean_spread(gains).variance);
  return {};
}

// The champion without this keep; empty: it does not apply.
Result<std::optional<TreeId>> tree_without(const Job& job, const Record& keep) {
  git::Handles handles(job.run.place.common_folder);
  const auto lease = HONE_TRY(handles.lease());
  return git::without_change(lease.get(), job.keeps.back().tree, {keep.parent_tree, keep.tree});
}

Done race(Job& job, KeepWorth& worth, const TreeId& rest) {
  Duel duel{
      job.trial, {Role::baseline, first_folder, rest}, {Role::champion, second_folder, job.keeps.back().tree}, {}, {},
      ""};
  std::vector<double> gains;
  for (std::uint64_t number = 0;; ++number) {
    if (!HONE_TRY(run_pair(duel, 1000 * worth.experiment.value + number)))
      return fail(Reaction::stop_run, fmt::format("measuring the champion: {}", duel.failed));
    gains.push_back(
        remeasure(job.direction, std::span(&duel.before_values.back(), 1), std::span(&duel.after_values.back(), 1))
            .effect);
    const AblationCall call = judge_ablation(gains, worth.claimed, job.pair_sd);
    if (call == AblationCall::need_more) continue;
    worth.call = call == AblationCall::worth_keeping ? KeepCall::pays : KeepCall::worth_nothing;
    worth.worth = remeasure(job.direction, duel.before_values, duel.after_values);
    return {};
  }
}

// A tree that crashes without the keep is an answer, not an error.
Result<bool> gives_value(Job& job, KeepWorth& worth, const TreeId& rest) {
  const PrepareReport prepared = HONE_TRY(job.trial.prepare(first_folder, rest));
  if (!prepared.failed.empty()) {
    worth.note = trouble(prepared);
    return false;
  }
  const auto reports =
      HONE_TRY(job.trial.measure({{Role::baseline, first_folder, rest}}, job.trial.session().spec.seed));
  if (!reports.empty() && reports.back().sample.value) return true;
  worth.note = reports.empty() ? "nothing was measured" : reports.back().sample.invalid;
  return false;
}

Done ablate(Job& job) {
  for (const Record& keep : job.keeps) {
    KeepWorth worth{keep.id, keep.commit, keep.idea, keep.verdict ? keep.verdict->effect : 0, KeepCall::entangled,
                    {},      ""};
    const auto rest = HONE_TRY(tree_without(job, keep));
    if (!rest) {
      worth.note = "later keeps changed the same lines";
    } else if (*rest == job.keeps.back().tree) {
      worth.call = KeepCall::worth_nothing;
      worth.note = "later keeps undid it";
    } else if (!HONE_TRY(gives_value(job, worth, *rest))) {
      worth.call = KeepCall::needed;
    } else {
      HONE_TRY_VOID(race(job, worth, *rest));
    }
    say(job, fmt::format("keep #{}: {}", keep.id.value, render_call(worth)));
    job.found.keeps.push_back(std::move(worth));
  }
  return {};
}

}  // namespace

Result<int> command_verify(const Flags& flags) {
  const FoundRun run = HONE_TRY(find_run(flags));
  const auto lock = HONE_TRY(journal::WriterLock::take(run.folder));  // nobody resumes it meanwhile
  Archive archive = HONE_TRY(Archive::open(run.folder));
  const Summary summary = HONE_TRY(archive.summary());
  std::vector<Record> keeps;
  HONE_TRY_VOID(archive.each_record([&](const Record& record) -> Done {
    if (record.outcome == Outcome::kept) keeps.push_back(record);
    return {};
  }));
  // In the order of the branch: a later experiment may have been decided first.
  std::sort(keeps.begin(), keeps.end(), [](const Record& a, const Record& b) { return a.ended < b.ended; });
  if (keeps.empty()) {
    if (flags.json) {
      fmt::print("{}\n",
                 render_verification_json({run.name, summary.base, summary.base, 0, {}, "nothing was kept", {}}));
    } else {
      fmt::print("{}: nothing was kept, so there is nothing to verify\n", run.name);
    }
    return exit_nothing_better;
  }
  Session session;
  session.place = run.place;
  session.run = run.name.substr(0, 57) + "-verify";
  session.spec = HONE_TRY(archive.spec());
  const auto trial = HONE_TRY(Trial::open(session, summary.base));
  Job job{flags,
          *trial,
          run,
          session.spec.metric.goal,
          std::move(keeps),
          {run.name, summary.base, summary.champion_commit, logged_gain(summary), {}, "", {}},
          0};
  HONE_TRY_VOID(measure_whole(job));
  if (flags.ablate && job.found.failed.empty()) HONE_TRY_VOID(ablate(job));
  fmt::print("{}", flags.json ? render_verification_json(job.found) + "\n"
                              : render_verification(job.found, summary, stdout_canvas(flags)));
  return confirmed(job.found) ? exit_improved : exit_nothing_better;
}

}  // namespace hone::cli
