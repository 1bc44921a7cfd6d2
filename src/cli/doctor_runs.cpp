#include "cli/doctor_runs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "hone/core/base/random.hpp"
#include "hone/core/base/text.hpp"

namespace hone::cli {
namespace {

constexpr WorkspaceId first_folder{0}, second_folder{1};
constexpr std::size_t usual_runs = 16, least_runs = 6, fewest_runs = 4;
constexpr double runs_share = 0.05;  // of the budget: as much as a night's calibration may take
constexpr std::size_t most_failures = 3;
constexpr std::int64_t trial_loops = 300'000;
constexpr double most_slowed = 4;  // runs: a loop of at least this must be seen

std::size_t runs_wanted(const RunSpec& spec, Seconds run) {
  const double budget = spec.limits.budget.value;
  if (run.value <= 0 || budget <= 0) return usual_runs;
  if (static_cast<double>(least_runs) * run.value > 2 * runs_share * budget) return fewest_runs;
  const double affordable = std::min(runs_share * budget / run.value, 1e3);
  return std::clamp(static_cast<std::size_t>(affordable) / 2 * 2, least_runs, usual_runs);
}

std::uint64_t seed_of(const Bedside& bed, std::uint64_t number) {
  return derive(bed.trial.session().spec.seed, 0xD0C707, number).next();
}

// The one sample of a series of one, perhaps without a value.
Result<Sample> sample_in(std::vector<SampleReport> reports) {
  if (reports.empty()) return fail(Reaction::stop_run, "measuring: the executor gave no sample");
  Sample sample = std::move(reports.front().sample);
  // The last words of a command that printed no number tell more than that it printed none.
  const std::string_view said = trim(reports.front().output);
  if (!sample.value && !said.empty())
    sample.invalid +=
        fmt::format("; it printed: {}", one_line(said.substr(said.size() > 160 ? said.size() - 160 : 0), 160));
  return sample;
}

Result<Sample> run_once(const Bedside& bed, const MetricSpec& metric, const effect::MeasureRun& run,
                        std::uint64_t seed) {
  return sample_in(HONE_TRY(bed.trial.measure_by(metric, {run}, seed)));
}

// How much longer the metric command takes by one turn of a shell loop.
Result<std::optional<double>> seconds_a_loop(const Bedside& bed) {
  MetricSpec loop;
  loop.measure = Measure::cpu;
  loop.command = fmt::format("i=0; while [ $i -lt {} ]; do i=$((i+1)); done", trial_loops);
  const Sample sample = HONE_TRY(run_once(bed, loop, {Role::champion, first_folder, bed.base.tree}, 1));
  if (!sample.value || *sample.value <= 0) return std::optional<double>();
  return std::optional(*sample.value / static_cast<double>(trial_loops));
}

struct Contest {
  MetricSpec unchanged_metric, worse_metric;
  TreeId worse_tree;
};

Done race(const Bedside& bed, const Contest& contest, Planted& planted) {
  for (std::uint64_t pair = 0;; ++pair) {
    std::optional<double> unchanged, worse;
    for (int turn = 0; turn < 2; ++turn) {
      const bool worse_now = (turn + pair) % 2 == 1;
      const effect::MeasureRun run{worse_now ? Role::candidate : Role::champion,
                                   worse_now ? second_folder : first_folder,
                                   worse_now ? contest.worse_tree : bed.base.tree};
      const Sample sample = HONE_TRY(
          run_once(bed, worse_now ? contest.worse_metric : contest.unchanged_metric, run, seed_of(bed, 100 + pair)));
      if (!sample.value) {
        planted.failed = sample.invalid;
        return {};
      }
      (worse_now ? worse : unchanged) = sample.value;
    }
    planted.unchanged.push_back(*unchanged);
    planted.worse.push_back(*worse);
    bed.say(fmt::format("planted worsening, pair {}: {:.6g} beside {:.6g}", pair + 1, *worse, *unchanged));
    if (judge_planted(contest.worse_metric.goal, planted) != Sight::need_more) return {};
  }
}

// The tree that the user's command makes of the base; empty: see planted.failed.
Result<std::optional<TreeId>> tree_after(const Bedside& bed, const std::string& command, Planted& planted) {
  const PrepareReport edited = HONE_TRY(bed.trial.prepare(second_folder, bed.base.tree, command, bed.base.targets));
  if (!edited.failed.empty()) {
    planted.failed = fmt::format("it fails with status {}: {}", edited.process.exit_code,
                                 one_line(edited.process.error_output, 160));
    return std::optional<TreeId>();
  }
  const TreeChange change = HONE_TRY(bed.trial.session().repo->replace(bed.base.tree, edited.files));
  if (change.tree == bed.base.tree) {
    planted.failed = "it changed none of the targets";
    return std::optional<TreeId>();
  }
  const PrepareReport prepared = HONE_TRY(bed.trial.prepare(second_folder, change.tree));
  if (prepared.failed.empty()) return std::optional(change.tree);
  planted.failed = fmt::format("after it the {} command fails", prepared.failed);
  return std::optional<TreeId>();
}

// A machine under load can hide a small slow-down, which is no fault of the metric; one that hides a run 16 times as
// long would be.
Result<std::optional<Planted>> slow_down(const Bedside& bed, const Diagnosis& found, double loop) {
  const RunSpec& spec = bed.trial.session().spec;
  const double first = std::clamp(4 * found.detectable, 0.1, 1.0);
  for (double share = first;; share *= 4) {
    Planted planted;
    planted.how = fmt::format("a busy loop of {:.0f} % of a run", 100 * share);
    planted.louder = share > first;
    const auto loops = static_cast<std::int64_t>(std::ceil(share * found.run_wall.value / loop));
    Contest contest{spec.metric, spec.metric, bed.base.tree};
    contest.worse_metric.command =
        fmt::format("i=0; while [ $i -lt {} ]; do i=$((i+1)); done\n{}", loops, spec.metric.command);
    HONE_TRY_VOID(race(bed, contest, planted));
    if (!planted.failed.empty() || judge_planted(spec.metric.goal, planted) == Sight::seen || share >= most_slowed)
      return std::optional(planted);
  }
}

bool loop_can_be_seen(Measure measure) {
  return measure == Measure::wall || measure == Measure::cpu || measure == Measure::instructions;
}

}  // namespace

Result<std::vector<Sample>> measure_unchanged(const Bedside& bed) {
  const RunSpec& spec = bed.trial.session().spec;
  std::vector<Sample> samples;
  std::size_t wanted = fewest_runs, failures = 0;
  for (std::size_t i = 0; i < wanted && failures < most_failures; ++i) {
    const bool second = (i % 4 == 1) || (i % 4 == 2);  // A B B A
    Sample sample = HONE_TRY(
        run_once(bed, spec.metric,
                 {second ? Role::candidate : Role::champion, second ? second_folder : first_folder, bed.base.tree},
                 seed_of(bed, 0)));
    bed.say(fmt::format("run {} of {}: {}", i + 1, wanted,
                        sample.value ? fmt::format("{:.6g}", *sample.value) : sample.invalid));
    if (!sample.value) ++failures;
    samples.push_back(std::move(sample));
    if (i == 1) wanted = runs_wanted(spec, std::min(samples[0].wall, samples[1].wall));
  }
  return samples;
}

Result<std::vector<Sample>> measure_other_seeds(const Bedside& bed, const Diagnosis& found) {
  const RunSpec& spec = bed.trial.session().spec;
  std::vector<Sample> samples;
  const bool dear = 200 * found.run_wall.value > spec.limits.budget.value;
  if (dear && !found.deterministic) return samples;
  const std::uint64_t seeds = dear ? 2 : 3;
  for (std::uint64_t number = 1; number <= seeds; ++number) {
    samples.push_back(
        HONE_TRY(run_once(bed, spec.metric, {Role::champion, first_folder, bed.base.tree}, seed_of(bed, number))));
  }
  bed.say(fmt::format("{} runs with other seeds are done", seeds));
  return samples;
}

Result<std::string> find_holdout_trouble(const Bedside& bed) {
  if (bed.trial.session().spec.holdout.empty()) return std::string();
  const Sample sample = HONE_TRY(sample_in(
      HONE_TRY(bed.trial.measure_holdout({Role::champion, first_folder, bed.base.tree, ""}, seed_of(bed, 0)))));
  bed.say(fmt::format("hold-out: {}", sample.value ? fmt::format("{:.6g}", *sample.value) : sample.invalid));
  return sample.value ? std::string() : sample.invalid;
}

Result<std::optional<Planted>> plant(const Bedside& bed, const std::string& command, const Diagnosis& found) {
  const RunSpec& spec = bed.trial.session().spec;
  Planted planted;
  Contest contest{spec.metric, spec.metric, bed.base.tree};
  if (!command.empty()) {
    planted.asked = true;
    planted.how = fmt::format("what `{}` does", command);
    const auto tree = HONE_TRY(tree_after(bed, command, planted));
    if (!tree) return std::optional(planted);
    contest.worse_tree = *tree;
  } else {
    const double runs = 2.0 * planted_pairs_most * found.run_wall.value;
    if (!loop_can_be_seen(spec.metric.measure) || runs > runs_share * spec.limits.budget.value)
      return std::optional<Planted>();
    const auto loop = HONE_TRY(seconds_a_loop(bed));
    if (!loop) return std::optional<Planted>();
    return slow_down(bed, found, *loop);
  }
  HONE_TRY_VOID(race(bed, contest, planted));
  return std::optional(planted);
}

}  // namespace hone::cli
