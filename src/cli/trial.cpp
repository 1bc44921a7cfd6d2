#include "cli/trial.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "adapters/git/runs.hpp"
#include "adapters/os/thread_crew.hpp"
#include "adapters/os/topology.hpp"

namespace hone::cli {

Result<std::unique_ptr<Trial>> Trial::open(Session& session, const CommitId& base) {
  os::block_signals();
  while (git::run_exists(session.place, session.run)) session.run += "x";  // a person's run is never touched
  session.workspaces = workspace_root(session.place, session.run);
  session.folder = session.workspaces + ".state";
  const std::string lock_path = session.workspaces + ".lock";
  HONE_TRY_VOID(session.files.make_folder(std::filesystem::path(lock_path).parent_path()));
  std::unique_ptr<Trial> trial(new Trial(session, HONE_TRY(os::RunLock::take(lock_path))));
  HONE_TRY_VOID(git::clean_run(session.place, session.run));  // what a killed one left
  HONE_TRY_VOID(session.files.make_folder(session.folder));
  HONE_TRY_VOID(wire_bench(session, base));
  if (!session.cpus.background.empty()) os::pin_thread(session.cpus.background);
  return trial;
}

Trial::~Trial() {
  Done removed = session_.repo ? session_.repo->remove_all() : Done();
  if (removed) removed = session_.files.remove_tree(session_.workspaces);
  if (removed) removed = session_.files.remove_tree(session_.folder);
  if (const Done cleaned = git::clean_run(session_.place, session_.run); removed && !cleaned) removed = cleaned;
  if (!removed) fmt::print(stderr, "hone: {}\n", removed.error().message);
  std::error_code ignored;
  std::filesystem::remove(session_.workspaces + ".lock", ignored);
}

Done Trial::go_on() const {
  if (!stop_.raised()) return {};
  return fail(Reaction::cancelled, "interrupted; nothing is left behind");
}

Result<PrepareReport> Trial::prepare(WorkspaceId workspace, const TreeId& tree, const std::string& instead,
                                     const std::vector<std::string>& collect) {
  effect::Prepare wanted{
      workspace, SlotId{0}, tree, session_.spec.build, session_.spec.check, session_.spec.limits.timeout, false, true};
  wanted.own = true;
  wanted.collect = collect;
  if (!instead.empty()) {
    wanted.build = instead;
    wanted.check.clear();
  }
  PrepareReport report = HONE_TRY(session_.executor->prepare(wanted, stop_));
  HONE_TRY_VOID(go_on());
  return report;
}

Result<std::vector<SampleReport>> Trial::measure(std::vector<effect::MeasureRun> runs, std::uint64_t seed) {
  return measure_by(session_.spec.metric, std::move(runs), seed);
}

effect::Measure Trial::series_of(std::vector<effect::MeasureRun> runs, std::uint64_t seed) const {
  effect::Measure wanted;
  wanted.phase = Phase::final_word;
  wanted.runs = std::move(runs);
  wanted.seed = seed;
  wanted.metric = session_.spec.metric;
  wanted.timeout = session_.spec.limits.timeout;
  wanted.own = true;
  return wanted;
}

Result<std::vector<SampleReport>> Trial::run_series(const effect::Measure& wanted) {
  auto reports = HONE_TRY(session_.executor->measure(wanted, stop_));
  HONE_TRY_VOID(go_on());
  return reports;
}

Result<std::vector<SampleReport>> Trial::measure_by(const MetricSpec& metric, std::vector<effect::MeasureRun> runs,
                                                    std::uint64_t seed) {
  effect::Measure wanted = series_of(std::move(runs), seed);
  wanted.metric = metric;
  return run_series(wanted);
}

Result<std::vector<SampleReport>> Trial::measure_holdout(const effect::MeasureRun& run, std::uint64_t seed) {
  effect::Measure wanted = series_of({run}, seed);
  wanted.phase = Phase::holdout;
  wanted.holdout = session_.spec.holdout;
  return run_series(wanted);
}

}  // namespace hone::cli
