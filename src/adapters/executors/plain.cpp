#include "adapters/executors/plain.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <optional>
#include <set>

#include "adapters/executors/built.hpp"
#include "adapters/executors/sample_of.hpp"
#include "adapters/executors/scratch.hpp"
#include "adapters/os/pattern.hpp"
#include "adapters/os/process.hpp"
#include "hone/core/base/random.hpp"
#include "hone/core/guard/auto_loaded.hpp"
#include "hone/core/measure/read_channel.hpp"
#include "hone/core/measure/read_metric.hpp"
#include "hone/core/sandbox/gpu.hpp"

namespace hone::executors {
namespace {

constexpr std::size_t most_artifacts = 8;
constexpr Bytes most_artifact{64 * 1024};
constexpr std::size_t most_changed = 16;
constexpr Bytes most_collected{16LL << 20};
constexpr std::int64_t builds_write = 16;  // times what a run may
constexpr Seconds looks_at_timed{10};      // at the disk: a timed command is not to be looked at, and seldom is as near
constexpr Seconds worth_repeating{30};     // a longer run is not made once more with poisoned memory
constexpr int most_sleeps = 3;             // a sample in which the machine slept is taken again

// One command line of the user's and what it needs to run.
struct Errand {
  Job job = Job::metric;
  std::string script;
  SlotId slot;
  WorkspaceId workspace;
  std::string scratch;
  std::uint64_t seed = 0;
  ProcessLimits limits;
  std::vector<SourceFile>* artifacts = nullptr;  // where the ones it leaves go
  bool decisive = false;                         // see Place
  bool poisoned = false;                         // what it allocates holds rubbish, and no answer of somebody else's
  const StopPlan* stop = nullptr;                // nullptr: nobody looks at its lines while it runs
  bool stop_by_channel = false;
};

// At every line: whether the rest of the run is worth waiting for.
std::function<std::string(std::string_view)> watch_for(const StopPlan& plan, bool channel) {
  if (channel) {
    return [&plan](std::string_view line) {
      const auto value = read_record_line(line);
      return value ? why_stop(plan, *value) : std::string();
    };
  }
  return [&plan](std::string_view line) {
    for (const NamedValue& value : read_metric_line(line)) {
      if (std::string why = why_stop(plan, value); !why.empty()) return why;
    }
    return std::string();
  };
}

class PlainExecutor : public Executor {
 public:
  PlainExecutor(PlainOptions options, PlainParts parts)
      : options_(std::move(options)), parts_(parts), no_counter_(os::instruction_counter().reason) {}

  Result<PrepareReport> prepare(const effect::Prepare& wanted, const Stop& stop) override {
    HONE_TRY_VOID(still_the_same(options_.tools));
    const bool spoiled = !wanted.build.empty() && built_.may_be_spoiled(wanted.workspace, wanted.tree);
    const bool anew = wanted.fresh || spoiled || !has_room();
    if (anew) HONE_TRY_VOID(parts_.repo.wipe(wanted.workspace));
    HONE_TRY_VOID(parts_.repo.checkout(wanted.workspace, wanted.tree));
    PrepareReport report;
    for (const Job job : {Job::build, Job::check}) {
      const std::string& script = job == Job::build ? wanted.build : wanted.check;
      if (script.empty()) continue;
      // Not the slot's scratch: another command may be timed there right now.
      const std::string scratch = scratch_of("workspace", wanted.workspace.value);
      // A check must not be known by what is around it: a program could be right there and fast elsewhere.
      const std::uint64_t seed = job == Job::check ? derive(std::hash<std::string>{}(wanted.tree.value), 0).next() : 0;
      Errand errand{job, script, wanted.slot, wanted.workspace, scratch, seed, options_.limits};
      errand.limits.wall = wanted.timeout;
      if (wanted.beside_timing) errand.limits.cpus = options_.cpus.background;
      report.process = HONE_TRY(run(errand, stop));
      (job == Job::build ? report.build_wall : report.check_wall) = report.process.wall;
      if (job == Job::build) built_.remember(wanted.workspace, wanted.tree, report.process.wall, anew);
      if (succeeded(report.process)) continue;
      if (const std::string why = explain(report.process); !why.empty()) {
        report.process.error_output += fmt::format("\n[hone: {}]\n", why);
      }
      report.process.output = redacted(std::move(report.process.output));
      report.process.error_output = redacted(std::move(report.process.error_output));
      report.failed = job == Job::build ? "build" : "check";
      if (report.process.exit == ExitKind::disk_limit) HONE_TRY_VOID(parts_.repo.wipe(wanted.workspace));
      break;
    }
    if (wanted.build.empty() && wanted.check.empty()) return report;
    for (const std::string& path : wanted.collect) report.files.push_back({path, HONE_TRY(text_of(wanted, path))});
    report.changed = HONE_TRY(look_after(wanted));
    return report;
  }

  Result<std::vector<SampleReport>> measure(const effect::Measure& wanted, const Stop& stop) override {
    std::optional<os::Pattern> pattern;
    if (wanted.metric.measure == Measure::printed && !wanted.metric.match.empty()) {
      pattern = HONE_TRY(os::Pattern::parse(wanted.metric.match));
    }
    HONE_TRY_VOID(still_the_same(options_.tools));
    HONE_TRY_VOID(check_out(wanted));
    std::vector<SampleReport> reports;
    for (const effect::MeasureRun& one : wanted.runs) {
      const bool last = &one == &wanted.runs.back();
      std::vector<SourceFile> artifacts;
      const ProcessReport report = HONE_TRY(run_awake(wanted, one, stop, artifacts));
      Sample sample = sample_of(report, wanted.metric, pattern ? &*pattern : nullptr, no_counter_);
      if (wanted_memory(report, options_.limits.memory)) sample.exit = ExitKind::out_of_memory;
      sample.role = one.role;
      sample.phase = wanted.phase;
      sample.seed = wanted.seed;
      if (wanted.channel_only && sample.value && sample.source < Source::channel) {
        sample.value.reset();
        sample.invalid =
            "no_metric: the baseline's metric came over the private channel and this one did not; what stdout says "
            "does not count";
      }
      if (wanted.printed_only && sample.source != Source::printed) {
        sample.value.reset();
        sample.invalid =
            "tampered: something reported over the private channel, which the evaluator did not use for the baseline";
      }
      // In the sandbox nothing can be written to: once a series is enough, and tells of every run in it, because times
      // of change cannot be set back.
      const bool look = parts_.wrap == nullptr || last || !sample.value;
      if (look) sample.changed = HONE_TRY(look_after(wanted, one.role));
      const bool disturbed = one.role == Role::candidate && !sample.changed.empty() && !wanted.own;
      const bool goes_on = sample.value.has_value() && !disturbed;
      if (!sample.value) {
        if (const std::string why = explain(report); !why.empty()) sample.invalid += "; " + why;
      }
      for (SourceFile& artifact : artifacts) artifact.text = redacted(std::move(artifact.text));
      reports.push_back({std::move(sample), redacted(kept_output(report)), std::move(artifacts)});
      if (!goes_on) break;
    }
    HONE_TRY_VOID(try_poisoned(wanted, pattern ? &*pattern : nullptr, stop, reports));
    return reports;
  }

 private:
  // What builds leave in a workspace adds up. Where less is free than one more may write, it begins anew; on a small
  // disk when half of what there was is gone.
  bool has_room() {
    const auto free = parts_.files.free_space(options_.scratch);
    if (!free) return true;  // nothing has run yet
    if (room_ == 0) room_ = std::min(builds_write * options_.limits.disk.most.value, free->value / 2);
    return free->value >= room_;
  }

  // By a name that says nothing: where a folder is mounted from can be read inside, and a check must not be known by
  // it.
  std::string scratch_of(std::string_view kind, std::uint32_t number) const {
    return fmt::format("{}/{:016x}", options_.scratch,
                       derive(options_.secret ^ std::hash<std::string_view>{}(kind), number).next());
  }

  // Before the first timed run, never between two: what a champion's run wrote into tracked files, its next
  // run sees, as it would for a person.
  Done check_out(const effect::Measure& wanted) {
    std::set<WorkspaceId> seen;
    for (const effect::MeasureRun& one : wanted.runs) {
      if (seen.insert(one.workspace).second) HONE_TRY_VOID(parts_.repo.checkout(one.workspace, one.tree));
    }
    return {};
  }

  // Sealed files that were written to, and new ones that the judge would read; not those that are usual here.
  std::vector<std::string> unusual(const Disturbance& found, const std::vector<std::string>& usual,
                                   std::string_view command) const {
    std::set<std::string> paths(found.changed.begin(), found.changed.end());
    for (const AutoLoaded& one :
         find_planted(fmt::format("{}\n{}", options_.judges, command), found.tracked, found.added))
      paths.insert(one.path);
    std::vector<std::string> list;
    for (const std::string& path : paths) {
      const bool known = std::find(usual.begin(), usual.end(), path) != usual.end();
      if (!known && list.size() < most_changed) list.push_back(path);
    }
    return list;
  }

  Result<std::vector<std::string>> look_after(const effect::Prepare& wanted) {
    // What a large tree's own commands do is learned once, and a would-be keep is looked at as a whole.
    const Extent extent = wanted.fresh || wanted.own ? Extent::every_tree : Extent::small_trees;
    const Disturbance found = HONE_TRY(parts_.repo.inspect(wanted.workspace, wanted.tree, extent));
    std::vector<std::string> changed = unusual(found, wanted.usual, wanted.build);
    if (!changed.empty() && !wanted.own) HONE_TRY_VOID(parts_.repo.wipe(wanted.workspace));
    return changed;
  }

  // Of all workspaces of a series: a run without a sandbox can write to the champion's as well. After a candidate that
  // did, nothing in them is believed, build outputs included.
  Result<std::vector<std::string>> look_after(const effect::Measure& wanted, Role role) {
    const bool first = wanted.phase == Phase::baseline || wanted.phase == Phase::calibrate;
    const bool whole = wanted.phase == Phase::clean || (first && parts_.wrap == nullptr);
    const Extent extent = whole ? Extent::every_tree : Extent::small_trees;
    std::map<WorkspaceId, TreeId> places;
    for (const effect::MeasureRun& one : wanted.runs) places.emplace(one.workspace, one.tree);
    std::vector<std::string> changed;
    for (const auto& [workspace, tree] : places) {
      const Disturbance found = HONE_TRY(parts_.repo.inspect(workspace, tree, extent));
      for (std::string& path : unusual(found, wanted.usual, "")) changed.push_back(std::move(path));
    }
    if (changed.empty() || role != Role::candidate || wanted.own) return changed;
    for (const auto& [workspace, tree] : places) HONE_TRY_VOID(parts_.repo.wipe(workspace));
    return changed;
  }

  Result<std::string> text_of(const effect::Prepare& wanted, const std::string& path) const {
    const std::string whole = parts_.repo.folder(wanted.workspace) + "/" + path;
    struct stat status {};
    if (::lstat(whole.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::string();
    return parts_.files.load(whole, most_collected);
  }

  // H38: an answer that was never written may still lie in memory that is given out a second time. Once before a keep
  // both sides run with an allocator that fills what it gives; only whether there is a value counts, not which.
  Done try_poisoned(const effect::Measure& wanted, const os::Pattern* pattern, const Stop& stop,
                    std::vector<SampleReport>& reports) {
    const bool due = wanted.phase == Phase::clean && !wanted.runs.empty() && wanted.runs.size() == reports.size() &&
                     wanted.runs.front().role == Role::champion;
    if (!due) return {};
    const auto works = [&](const effect::MeasureRun& one) -> Result<bool> {
      Errand errand = errand_of(wanted, one);
      errand.poisoned = true;
      const Sample sample = sample_of(HONE_TRY(run(errand, stop)), wanted.metric, pattern, no_counter_);
      return sample.value.has_value() || sample.exit == ExitKind::cancelled;
    };
    for (std::size_t i = 0; i < reports.size(); ++i) {
      Sample& sample = reports[i].sample;
      if (sample.role != Role::candidate || !sample.value || sample.wall > worth_repeating) continue;
      // Twice, and never without the champion: what fails of it as well is no fault of the patch.
      if (HONE_TRY(works(wanted.runs[i])) || HONE_TRY(works(wanted.runs[i]))) continue;
      if (!HONE_TRY(works(wanted.runs.front()))) continue;
      sample.value.reset();
      sample.invalid =
          "poisoned_memory: with rubbish in the memory that it allocates the metric command fails, and the champion's "
          "does not: it uses what it never wrote";
    }
    return {};
  }

  Errand errand_of(const effect::Measure& wanted, const effect::MeasureRun& one) const {
    const std::string& command = wanted.phase == Phase::holdout ? wanted.holdout : wanted.metric.command;
    const Job job = wanted.phase == Phase::holdout ? Job::holdout : Job::metric;
    Errand errand{job,
                  one.planted.empty() ? command : one.planted + "\n" + command,
                  wanted.slot,
                  one.workspace,
                  scratch_of("slot", wanted.slot.value),
                  wanted.seed,
                  options_.limits};
    errand.decisive = wanted.phase == Phase::clean;
    if (wanted.stop && one.role == Role::candidate) errand.stop = &*wanted.stop;
    errand.stop_by_channel = wanted.channel_only;
    errand.limits.wall = wanted.timeout;
    errand.limits.count_instructions = wanted.metric.measure == Measure::instructions;
    if (wanted.slot.value < options_.cpus.slots.size()) errand.limits.cpus = options_.cpus.slots[wanted.slot.value];
    return errand;
  }

  Result<ProcessReport> run_awake(const effect::Measure& wanted, const effect::MeasureRun& one, const Stop& stop,
                                  std::vector<SourceFile>& artifacts) {
    Errand errand = errand_of(wanted, one);
    errand.artifacts = &artifacts;
    ProcessReport report = HONE_TRY(run(errand, stop));
    for (int sleeps = 1; report.suspended && sleeps < most_sleeps && !stop.raised(); ++sleeps) {
      report = HONE_TRY(run(errand, stop));
    }
    return report;
  }

  Result<ProcessReport> run(const Errand& errand, const Stop& stop) {
    const Place place{errand.job,     errand.slot,    errand.workspace, parts_.repo.folder(errand.workspace),
                      errand.scratch, errand.decisive};
    HONE_TRY_VOID(freshen_scratch(place.scratch, parts_.files));
    Command command{{"/bin/sh", "-c", errand.script}, place.folder, environment(errand, place), ""};
    if (errand.job != Job::build) {  // what a check reports is nobody's business
      command.channel = true;
      command.environment["HONE_METRIC_FD"] = fmt::format("{}", metric_descriptor);
    }
    if (errand.stop != nullptr) {
      command.watch = watch_for(*errand.stop, errand.stop_by_channel);
      command.watch_channel = errand.stop_by_channel;
    }
    if (parts_.wrap != nullptr) command = HONE_TRY(parts_.wrap->wrap(std::move(command), place));
    ProcessLimits limits = errand.limits;
    limits.disk.folders = {place.folder, place.scratch};
    if (errand.job == Job::build) limits.disk.most.value *= builds_write;
    if (errand.job == Job::metric || errand.job == Job::holdout) limits.disk.every = looks_at_timed;
    ProcessReport report = HONE_TRY(parts_.process.run(command, limits, stop));
    if (parts_.wrap != nullptr) report = HONE_TRY(parts_.wrap->unwrap(std::move(report), place));
    if (errand.artifacts != nullptr) *errand.artifacts = artifacts_in(place.scratch + "/artifacts");
    HONE_TRY_VOID(clear_scratch(place.scratch, parts_.files));
    if (report.exit != ExitKind::not_started) return report;
    return fail(Reaction::stop_run, fmt::format("tried to run '{}' in {}: {}", errand.script, place.folder,
                                                one_line_of(report.error_output)));
  }

  // What a benchmark leaves for the model to read: a few small files, by name. Anything else in there is its own
  // business.
  std::vector<SourceFile> artifacts_in(const std::string& folder) const {
    std::vector<SourceFile> found;
    const auto names = parts_.files.list(folder);
    if (!names) return found;
    for (const std::string& name : *names) {
      if (found.size() == most_artifacts) break;
      // A link could lead to what only hone may read. Nobody is alive who could exchange the file between the two
      // calls.
      struct stat status {};
      const std::string path = folder + "/" + name;
      if (::lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
      if (auto text = parts_.files.load(path, most_artifact)) found.push_back({name, std::move(*text)});
    }
    return found;
  }

  std::string explain(const ProcessReport& report) const {
    if (wanted_memory(report, options_.limits.memory)) {
      return fmt::format("memory limit: it wants more than the {} MiB that it may take; --memory raises it",
                         options_.limits.memory.value >> 20);
    }
    return parts_.wrap == nullptr ? std::string() : parts_.wrap->explain(report);
  }

  std::string redacted(std::string text) const {
    return options_.redactor.empty() ? std::move(text) : options_.redactor.redact(text);
  }

  static std::string one_line_of(std::string_view text) {
    while (text.ends_with('\n')) text.remove_suffix(1);
    return std::string(text);
  }

  // Equal for champion and candidate in all its bytes: the length of the environment moves a program's stack,
  // which alone can change its speed by several per cent (Mytkowicz et al., ASPLOS 2009).
  std::map<std::string, std::string> environment(const Errand& errand, const Place& place) const {
    std::map<std::string, std::string> variables = {
        {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
        {"HOME", place.scratch + "/home"},
        {"TMPDIR", place.scratch + "/tmp"},
        {"LANG", "C.UTF-8"},
        {"TZ", "UTC"},
        {"SOURCE_DATE_EPOCH", "1600000000"},  // or __TIME__ in a binary would tell how old it is
        {"HONE_SEED", fmt::format("{}", errand.seed)},
        {"PYTHONDONTWRITEBYTECODE", "1"},  // what one run compiled, the next would load
        {"HONE_ARTIFACTS", place.scratch + "/artifacts"},
    };
    if (errand.poisoned) {
      // malloc(3); both names, because each is somebody's only one. Small pieces come out of a cache that fills
      // nothing.
      variables["GLIBC_TUNABLES"] = "glibc.malloc.perturb=165:glibc.malloc.tcache_count=0";
      variables["MALLOC_PERTURB_"] = "165";
    }
    if (options_.gpu) variables.merge(sandbox::gpu_caches(place.scratch + "/tmp"));
    if (errand.slot.value < options_.gpus.size()) variables["CUDA_VISIBLE_DEVICES"] = options_.gpus[errand.slot.value];
    for (const auto& [name, value] : options_.passed) {
      // With more slots than one a slot has a GPU of its own, out of those that the user's variable names.
      if (options_.gpus.empty() || name != "CUDA_VISIBLE_DEVICES") variables[name] = value;
    }
    return variables;
  }

  PlainOptions options_;
  PlainParts parts_;
  std::string no_counter_;
  std::atomic<std::int64_t> room_{0};  // bytes
  Built built_;
};

}  // namespace

std::unique_ptr<Executor> make_plain(PlainOptions options, PlainParts parts) {
  return std::make_unique<PlainExecutor>(std::move(options), parts);
}

std::map<std::string, std::string> pick_environment(const std::vector<std::string>& names) {
  std::map<std::string, std::string> picked;
  for (const std::string& name : names) {
    if (const char* value = std::getenv(name.c_str())) picked[name] = value;
  }
  return picked;
}

}  // namespace hone::executors
