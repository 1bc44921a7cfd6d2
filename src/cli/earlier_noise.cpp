#include "cli/earlier_noise.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "adapters/git/runs.hpp"
#include "adapters/journal/archive.hpp"
#include "hone/core/measure/noise_prior.hpp"
#include "hone/core/measure/single_race.hpp"
#include "hone/core/measure/t_interval.hpp"

namespace hone::cli {
namespace {

constexpr std::size_t most_runs = 5;  // the newest

bool same_metric(const RunSpec& a, const RunSpec& b) {
  return a.targets == b.targets && a.metric.command == b.metric.command && a.metric.measure == b.metric.measure &&
         a.metric.goal == b.metric.goal && a.metric.name == b.metric.name && a.metric.match == b.metric.match;
}

struct Earlier {
  std::string run;
  UnixTime date;
  std::vector<double> values, walls;  // of its calibration
};

std::vector<Earlier> earlier_runs(const git::Place& place, const RunSpec& spec) {
  std::vector<Earlier> found;
  const auto names = git::list_runs(place);
  if (!names) return found;
  for (const std::string& name : *names) {
    auto archive = Archive::open(git::state_folder(place, name));
    if (!archive) continue;
    const auto theirs = archive->spec();
    if (!theirs || !same_metric(*theirs, spec)) continue;
    const auto summary = archive->summary();
    const auto samples = archive->samples(ExperimentId{});
    if (!summary || !samples) continue;
    Earlier one{name, summary->date, {}, {}};
    for (const TimedSample& timed : *samples) {
      if (timed.sample.phase != Phase::calibrate || !timed.sample.value) continue;
      one.values.push_back(*timed.sample.value);
      one.walls.push_back(timed.sample.wall.value);
    }
    if (one.values.size() >= 2) found.push_back(std::move(one));
  }
  std::sort(found.begin(), found.end(), [](const Earlier& a, const Earlier& b) { return a.date > b.date; });
  if (found.size() > most_runs) found.resize(most_runs);
  return found;
}

}  // namespace

std::string recall_noise(const git::Place& place, RunSpec& spec) {
  const AcceptSpec& accept = spec.accept;
  const bool wanted = accept.mode == MetricMode::automatic || accept.mode == MetricMode::expensive;
  if (accept.rule != AcceptRule::gate || !wanted || accept.noise_prior) return "";
  std::vector<Earlier> runs = earlier_runs(place, spec);
  if (runs.empty()) return "";
  const double wall = median_of(runs.front().walls);
  const double afforded = wall > 0 ? std::max(1U, spec.slots) * spec.limits.budget.value / wall : affordable_runs;
  if (accept.mode == MetricMode::automatic && afforded >= affordable_runs) return "";
  std::vector<std::vector<double>> calibrations;
  std::vector<std::string> names;
  for (Earlier& run : runs) {
    calibrations.push_back(std::move(run.values));
    names.push_back(run.run);
  }
  const auto prior = pool_noise(spec.metric.goal, calibrations);
  if (!prior) return "";
  spec.accept.noise_prior = prior->spread;
  spec.accept.prior_weight = prior->weight;
  return fmt::format("noise of a run taken as {:.2g} %, from {}; --noise-prior overrides it", 100 * prior->spread,
                     fmt::join(names, ", "));
}

}  // namespace hone::cli
