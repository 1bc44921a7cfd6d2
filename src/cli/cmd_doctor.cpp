// doctor: is this metric worth a night?
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>

#include "adapters/executors/sample_of.hpp"
#include "adapters/git/revert.hpp"
#include "adapters/os/identity.hpp"
#include "cli/commands.hpp"
#include "cli/config_load.hpp"
#include "cli/doctor_runs.hpp"
#include "cli/find_base.hpp"
#include "cli/find_run.hpp"
#include "cli/proposers.hpp"
#include "hone/core/base/text.hpp"
#include "hone/core/codec/checkup.hpp"
#include "hone/core/config/keys.hpp"
#include "hone/core/guard/auto_loaded.hpp"
#include "hone/core/run/fold.hpp"
#include "hone/core/run/make_brief.hpp"
#include "hone/views/doctor.hpp"
#include "hone/views/numbers.hpp"

namespace hone::cli {
namespace {

constexpr std::size_t most_paths = 100'000;
constexpr std::size_t most_named = 5;
constexpr Bytes scarce_disk{1LL << 30}, no_disk{100LL << 20};

struct Visit {
  const Flags& flags;
  Session session;
  git::Base base;
  Checkup checkup;
  Seconds preparing{};
};

void note(Visit& visit, Health health, std::string subject, std::string text, std::string advice = "") {
  visit.checkup.findings.push_back({health, std::move(subject), std::move(text), std::move(advice)});
}

// What a proposal usually takes, before any was seen: blind search nothing, a model some 20 s, an agent minutes.
Seconds usual_proposal(const RunSpec& spec) {
  Seconds longest{0.01};
  for (const BackendSpec& backend : spec.backends) {
    if (backend.kind == "mutate" || backend.kind == "replay") continue;
    longest = std::max(longest, Seconds{backend.kind == "agent" ? 120.0 : backend.kind == "command" ? 5.0 : 20.0});
  }
  return spec.backends.empty() ? Seconds{20} : longest;
}

void look_at_target(Visit& visit) {
  const git::Base& base = visit.base;
  note(visit, Health::good, "target",
       fmt::format("{} in commit {}", fmt::join(base.targets, ", "), base.commit.value.substr(0, 10)));
  for (const git::Skipped& skipped : base.skipped)
    note(visit, Health::warning, "target", fmt::format("{} {}", skipped.path, skipped.reason));
  if (base.left_out.modified.count + base.left_out.staged.count > 0) {
    note(visit, Health::warning, "checkout",
         "there are changes that are not committed; the run starts from the commit and leaves them out",
         "commit them if they belong to the start");
  }
  const auto& command = visit.checkup.spec.metric.command;
  for (const std::string& path : base.targets) {
    if (command.find(path) == std::string::npos || visit.checkup.spec.metric.measure != Measure::printed) continue;
    note(visit, Health::warning, "judge",
         fmt::format("the command runs {}, which the model may change, and believes the number that it prints", path),
         "let a file outside the targets measure and print, or give --check or --holdout");
  }
}

Done look_at_files(Visit& visit) {
  git::Handles handles(visit.session.place.common_folder);
  const auto lease = HONE_TRY(handles.lease());
  const std::vector<std::string> paths = HONE_TRY(git::list_paths(lease.get(), visit.base.tree, most_paths));
  const RunSpec& spec = visit.checkup.spec;
  std::vector<std::string> frozen;
  for (const AutoLoaded& one : auto_loaded(spec.metric.command + "\n" + spec.build + "\n" + spec.check, paths)) {
    if (std::find(visit.base.targets.begin(), visit.base.targets.end(), one.path) == visit.base.targets.end()) {
      frozen.push_back(one.path);
      continue;
    }
    note(visit, Health::warning, "auto-load", fmt::format("{} is a target: {}", one.path, one.why),
         "a patch there can change the judge; leave it out of the targets");
  }
  if (frozen.empty()) return {};
  const std::size_t more = frozen.size() > most_named ? frozen.size() - most_named : 0;
  frozen.resize(frozen.size() - more);
  note(visit, Health::good, "auto-load",
       fmt::format("{}{} may be read without being named; no target, so always the commit's", fmt::join(frozen, ", "),
                   more > 0 ? fmt::format(" and {} more", more) : ""));
  return {};
}

Done look_at_machine(Visit& visit) {
  Session& session = visit.session;
  const RunSpec& spec = visit.checkup.spec;
  const bool open = spec.sandbox == SandboxLevel::none;
  note(visit, open ? Health::warning : Health::good, "sandbox", session.protection,
       open ? "--sandbox auto keeps a patch away from your files and the network" : "");
  const Bytes free = HONE_TRY(session.files.free_space(std::filesystem::path(session.workspaces).parent_path()));
  const Health health = free < no_disk ? Health::bad : free < scarce_disk ? Health::warning : Health::good;
  note(visit, health, "disk", fmt::format("{} free for worktrees", render_bytes(free)),
       health == Health::good ? "" : "free some space, or set XDG_CACHE_HOME to another disk");
  if (session.cpus.background.empty())
    note(visit, Health::good, "cpus", "no core to spare: nothing else is done while a command is timed");
  return {};
}

// Build and check of both checkouts. False: it makes no sense to go on.
Result<bool> look_at_build(Visit& visit, Trial& trial) {
  for (const std::uint32_t folder : {0U, 1U}) {
    const PrepareReport report = HONE_TRY(trial.prepare(WorkspaceId{folder}, visit.base.tree));
    visit.preparing = report.build_wall + report.check_wall;
    if (!report.failed.empty()) {
      const std::string_view said =
          trim(report.process.error_output.empty() ? report.process.output : report.process.error_output);
      const std::string tail = one_line(said.substr(said.size() > 400 ? said.size() - 400 : 0), 400);
      note(visit, Health::bad, report.failed,
           fmt::format("{} on the unchanged tree{}", executors::trouble_of(report.process, "the command"),
                       tail.empty() ? "" : "; it said: " + tail),
           "the commit must pass before patches can; ignored files that it needs: --carry PATH");
      return false;
    }
    if (folder == 1) continue;
    const RunSpec& spec = visit.checkup.spec;
    if (!spec.build.empty())
      note(visit, Health::good, "build", fmt::format("passes, {}", render_duration(report.build_wall)));
    if (!spec.check.empty())
      note(visit, Health::good, "check", fmt::format("passes, {}", render_duration(report.check_wall)));
  }
  if (visit.checkup.spec.check.empty())
    note(visit, Health::warning, "check", "none: a patch that is fast and wrong would be kept",
         "give --check, a command that exits 0 only when the result is right");
  return true;
}

Done measure_all(Visit& visit, Trial& trial) {
  const Flags& flags = visit.flags;
  const Bedside bed{trial, visit.base, [&flags](const std::string& line) {
                      if (!flags.quiet) fmt::print(stderr, "hone: {}\n", line);
                    }};
  const std::vector<Sample> runs = HONE_TRY(measure_unchanged(bed));
  DiagnosisInput input{visit.checkup.spec, runs, {}, nullptr, usual_proposal(visit.checkup.spec), visit.preparing};
  Diagnosis& found = visit.checkup.diagnosis;
  found = diagnose(input);
  std::vector<Sample> seeds;
  if (found.values.size() == runs.size() && found.values.size() >= 2) {
    seeds = HONE_TRY(measure_other_seeds(bed, found.run_wall));
    input.other_seeds = seeds;
    visit.checkup.planted = HONE_TRY(plant(bed, flags.sensitivity, found));
    input.planted = visit.checkup.planted ? &*visit.checkup.planted : nullptr;
    found = diagnose(input);
  }
  visit.checkup.findings.insert(visit.checkup.findings.end(), found.findings.begin(), found.findings.end());
  return {};
}

// What the night may cost at most: the worst case of each request, as it is reserved.
void look_at_money(Visit& visit) {
  Session& session = visit.session;
  if (session.spec.backends.empty()) return note(visit, Health::good, "cost", "no backend was named, so none is told");
  auto made = make_proposers(session);
  if (!made) return note(visit, Health::bad, "backend", made.error().message);
  session.proposers = std::move(*made);
  const Event started{
      1,
      {},
      {},
      {},
      event::RunStarted{session.spec, visit.base.commit, visit.base.tree, visit.base.targets, visit.base.context, ""}};
  Brief brief = make_brief(fold(State{}, started), nullptr);
  if (auto files = session.repo->load(visit.base.tree, visit.base.targets)) brief.targets = std::move(*files);
  if (auto files = session.repo->load(visit.base.tree, visit.base.context)) brief.context = std::move(*files);
  for (const auto& proposer : session.proposers) {
    const auto worst = proposer->worst_case(brief);
    if (!worst) {
      const bool capped = session.spec.limits.max_cost.has_value();
      note(visit, capped ? Health::bad : Health::warning, "cost",
           fmt::format("the price of {} is unknown", proposer->name()), "give --prices FILE");
    } else if (worst->value == 0) {
      note(visit, Health::good, "cost", fmt::format("{} is free", proposer->name()));
    } else {
      const double night = static_cast<double>(worst->value) * visit.checkup.diagnosis.experiments;
      std::string text = fmt::format("{}: at most {} a request", proposer->name(), render_money(*worst));
      if (night > 0)
        text += fmt::format(", so at most {} tonight",
                            render_money(MicroDollars{static_cast<std::int64_t>(std::min(night, 9e17))}));
      if (session.spec.limits.max_cost)
        text += fmt::format("; --max-cost ends it at {}", render_money(*session.spec.limits.max_cost));
      note(visit, Health::good, "cost", text);
    }
  }
}

Done examine(Visit& visit) {
  look_at_target(visit);
  auto opened = Trial::open(visit.session, visit.base.commit);
  if (!opened) {
    if (opened.error().reaction == Reaction::cancelled) return fail(opened.error());
    note(visit, Health::bad, "set-up", opened.error().message);
    return {};
  }
  const std::unique_ptr<Trial> trial = std::move(*opened);
  HONE_TRY_VOID(look_at_machine(visit));
  HONE_TRY_VOID(look_at_files(visit));
  if (!HONE_TRY(look_at_build(visit, *trial))) return {};
  HONE_TRY_VOID(measure_all(visit, *trial));
  look_at_money(visit);
  return {};
}

Result<int> tell(Visit& visit) {
  const Flags& flags = visit.flags;
  visit.checkup.machine = os::machine_line();
  if (!flags.output.empty()) {
    const auto now =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
    HONE_TRY_VOID(visit.session.files.store(flags.output, render_checkup_page(visit.checkup, UnixTime{now.count()})));
  }
  fmt::print("{}", flags.json ? render_checkup_json(visit.checkup) + "\n"
                              : render_checkup(visit.checkup, stdout_canvas(flags)));
  return readiness(visit.checkup.findings) == Readiness::not_ready ? exit_bad_input : 0;
}

}  // namespace

Result<int> command_doctor(const Flags& flags) {
  Visit visit{flags, {}, {}, {}, {}};
  Session& session = visit.session;
  session.place = HONE_TRY(here(flags));
  session.spec = HONE_TRY(load_spec(flags, places_of(session.place)));
  if (!flags.until.empty()) {
    session.spec.limits.until = HONE_TRY(parse_until(flags.until, session.clock.now()));
    const auto left = static_cast<double>((*session.spec.limits.until - session.clock.now()).value);
    session.spec.limits.budget = std::min(session.spec.limits.budget, Seconds{left});
  }
  RunSpec whole = session.spec;  // a metric can be judged before a backend is chosen
  if (whole.backends.empty()) whole.backends.push_back({.kind = "mutate", .model = "", .base_url = ""});
  HONE_TRY_VOID(check_spec(whole));
  session.run = "doctor-trial";
  visit.checkup.spec = session.spec;
  auto base = find_base(session.place, session.spec);
  if (!base) {
    note(visit, Health::bad, "target", base.error().message);
    return tell(visit);
  }
  visit.base = std::move(*base);
  HONE_TRY_VOID(examine(visit));
  return tell(visit);
}

}  // namespace hone::cli
