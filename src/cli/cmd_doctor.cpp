// doctor: is this metric worth a night?
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <set>
#include <utility>

#include "adapters/executors/sample_of.hpp"
#include "adapters/git/revert.hpp"
#include "adapters/os/identity.hpp"
#include "adapters/os/process.hpp"
#include "adapters/os/stop.hpp"
#include "adapters/os/surroundings.hpp"
#include "cli/commands.hpp"
#include "cli/config_load.hpp"
#include "cli/doctor_runs.hpp"
#include "cli/earlier_noise.hpp"
#include "cli/find_base.hpp"
#include "cli/find_run.hpp"
#include "cli/proposers.hpp"
#include "hone/core/base/text.hpp"
#include "hone/core/codec/checkup.hpp"
#include "hone/core/config/keys.hpp"
#include "hone/core/guard/auto_loaded.hpp"
#include "hone/core/guard/guard.hpp"
#include "hone/core/guard/protection.hpp"
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
  CpuFacts cpu;                 // before doctor itself worked
  std::string group = "start";  // of the lines that come next
  Seconds preparing{};
};

void note(Visit& visit, Health health, std::string subject, std::string text, std::string advice = "") {
  visit.checkup.findings.push_back({health, std::move(subject), std::move(text), std::move(advice), visit.group});
}

// The guess at the trust level that the command line allowed gives way to what the runs did.
void believe_the_channel(Visit& visit, const std::vector<Sample>& runs) {
  const auto least =
      std::min_element(runs.begin(), runs.end(), [](const Sample& a, const Sample& b) { return a.source < b.source; });
  if (least == runs.end() || !least->value || least->source == Source::printed) return;
  const Trust trust = trust_of(visit.checkup.spec, least->source);
  std::string text = fmt::format("{}: {}", render_trust(trust), explain_trust(trust));
  for (Finding& finding : visit.checkup.findings) {
    if (finding.subject != "trust") continue;
    finding.health = trust == Trust::t0 ? Health::warning : Health::good;
    finding.text = std::exchange(text, "");
    finding.advice = advise_on_trust(trust);
  }
  if (!text.empty()) note(visit, Health::good, "trust", text, advise_on_trust(trust));
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
  if (base.left_out.any()) {
    std::vector<std::string> names;
    std::size_t all = 0;
    for (const auto* listing : {&base.left_out.staged, &base.left_out.modified, &base.left_out.untracked}) {
      all += listing->count;
      for (const std::string& name : listing->first) {
        if (std::find(names.begin(), names.end(), name) == names.end() && names.size() < most_named)
          names.push_back(name);
      }
    }
    note(visit, Health::warning, "checkout",
         fmt::format("{}{} not committed; the run starts from the commit and leaves them out", fmt::join(names, ", "),
                     all > names.size() ? " and more" : ""),
         "commit what belongs to the start");
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
  const bool target = std::any_of(visit.checkup.findings.begin(), visit.checkup.findings.end(),
                                  [](const Finding& one) { return one.subject == "auto-load"; });
  if (frozen.empty() && !target)
    note(visit, Health::good, "auto-load", "nothing: the commands read no file that they do not name");
  if (frozen.empty()) return {};
  const std::size_t more = frozen.size() > most_named ? frozen.size() - most_named : 0;
  frozen.resize(frozen.size() - more);
  note(visit, Health::good, "auto-load",
       fmt::format("{}{} may be read without being named; no target, so always the commit's", fmt::join(frozen, ", "),
                   more > 0 ? fmt::format(" and {} more", more) : ""));
  return {};
}

void add(Visit& visit, std::vector<Finding> rows) {
  for (Finding& row : rows) {
    row.group = visit.group;
    visit.checkup.findings.push_back(std::move(row));
  }
}

Done look_at_sandbox(Visit& visit) {
  const Session& session = visit.session;
  add(visit, sandbox_rows({session.spec.sandbox, session.protection, session.probes,
                           HONE_TRY(parse_sandbox(session.spec.extra))}));
  return {};
}

// What a model would be sent; the same texts that a request is refused for.
Done look_at_secrets(Visit& visit) {
  std::vector<SentFile> sent;
  for (const auto* paths : {&visit.base.targets, &visit.base.context}) {
    for (SourceFile& file : HONE_TRY(visit.session.repo->load(visit.base.tree, *paths)))
      sent.push_back({std::move(file.path), std::move(file.text)});
  }
  if (!visit.session.spec.instructions.empty()) sent.push_back({"the instructions", visit.session.spec.instructions});
  add(visit, secret_rows(sent));
  return {};
}

Done look_at_machine(Visit& visit) {
  Session& session = visit.session;
  const Bytes free = HONE_TRY(session.files.free_space(std::filesystem::path(session.workspaces).parent_path()));
  const Health health = free < no_disk ? Health::bad : free < scarce_disk ? Health::warning : Health::good;
  note(visit, health, "disk", fmt::format("{} free for worktrees", render_bytes(free)),
       health == Health::good ? "" : "free some space, or set XDG_CACHE_HOME to another disk");
  add(visit, {login_row(os::look_at_login())});
  visit.cpu.spare = session.cpus.background.size();
  add(visit, {cpu_row(visit.cpu, visit.checkup.spec.metric)});
  if (const auto hidden = accounts_row(visit.checkup.spec, os::counts_the_unwaited())) add(visit, {*hidden});
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
    if (!report.changed.empty()) {
      std::vector<std::string> named(
          report.changed.begin(),
          report.changed.begin() + static_cast<std::ptrdiff_t>(std::min(most_named, report.changed.size())));
      note(visit, Health::warning, "build",
           fmt::format("it writes to {}{}, which is tracked or read by the judge unasked", fmt::join(named, ", "),
                       report.changed.size() > named.size() ? " and more" : ""),
           "what the build of the unchanged code writes to is not guarded: let the build write elsewhere");
    }
    const RunSpec& spec = visit.checkup.spec;
    if (!spec.build.empty())
      note(visit, Health::good, "build", fmt::format("passes, {}", render_duration(report.build_wall)));
    if (!spec.check.empty())
      note(visit, Health::good, "check", fmt::format("passes, {}", render_duration(report.check_wall)));
  }
  return true;
}

void look_at_guards(Visit& visit, const std::vector<Sample>& runs) {
  std::vector<std::string> printed;
  for (const Sample& run : runs) {
    for (const NamedValue& value : run.values) {
      if (std::find(printed.begin(), printed.end(), value.name) == printed.end()) printed.push_back(value.name);
    }
  }
  const bool measured = std::any_of(runs.begin(), runs.end(), [](const Sample& run) { return run.value.has_value(); });
  if (const auto blind = measured ? find_blind_guard(visit.checkup.spec.guards, printed) : std::nullopt)
    note(visit, Health::bad, "guards", *blind, "guard what is printed, or print it");
}

Done measure_all(Visit& visit, Trial& trial) {
  const Flags& flags = visit.flags;
  const Bedside bed{trial, visit.base, [&flags](const std::string& line) {
                      if (!flags.quiet) fmt::print(stderr, "hone: {}\n", line);
                    }};
  const std::vector<Sample> runs = HONE_TRY(measure_unchanged(bed));
  std::set<std::string> changed;
  for (const Sample& run : runs) changed.insert(run.changed.begin(), run.changed.end());
  if (!changed.empty()) {
    note(visit, Health::warning, "seal",
         fmt::format("the metric command writes to {}, which is tracked or read by it unasked",
                     fmt::join(changed, ", ")),
         "what the unchanged code writes to is not guarded: let it write elsewhere");
  }
  believe_the_channel(visit, runs);
  look_at_guards(visit, runs);
  if (const std::string why = HONE_TRY(find_holdout_trouble(bed)); !why.empty())
    note(visit, Health::bad, "hold-out", "on the unchanged code: " + why, "every gain would be refused by it");
  DiagnosisInput input{visit.checkup.spec, runs, {}, nullptr, usual_proposal(visit.checkup.spec), visit.preparing};
  Diagnosis& found = visit.checkup.diagnosis;
  found = diagnose(input);
  std::vector<Sample> seeds;
  if (found.values.size() == runs.size() && found.values.size() >= 2) {
    seeds = HONE_TRY(measure_other_seeds(bed, found));
    input.other_seeds = seeds;
    visit.checkup.planted = HONE_TRY(plant(bed, visit.checkup.spec.sensitivity, found));
    input.planted = visit.checkup.planted ? &*visit.checkup.planted : nullptr;
    found = diagnose(input);
  }
  visit.checkup.findings.insert(visit.checkup.findings.end(), found.findings.begin(), found.findings.end());
  return {};
}

// Whether each service answers and takes its key; nothing that costs.
Done look_at_services(Visit& visit) {
  const os::NoStop stop;
  auto reached = reach_backends(visit.session, stop);
  if (!reached) {
    if (reached.error().reaction == Reaction::cancelled) return fail(reached.error());
    note(visit, Health::bad, "backend", reached.error().message);
    return {};
  }
  for (const Reached& one : *reached) add(visit, {reach_row(one)});
  return {};
}

// What the night may cost at most: the worst case of each request, as it is reserved.
void look_at_money(Visit& visit) {
  Session& session = visit.session;
  if (session.spec.backends.empty()) return note(visit, Health::good, "cost", "no backend was named, so none is told");
  auto made = make_proposers(session);
  if (!made) return;  // said already: see look_at_services
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
      if (session.spec.repairs > 0) {
        text +=
            fmt::format(", {} an experiment with its {} repairs",
                        render_money(MicroDollars{worst->value * (1 + session.spec.repairs)}), session.spec.repairs);
      }
      if (night > 0)
        text += fmt::format(", so at most {} tonight",
                            render_money(MicroDollars{static_cast<std::int64_t>(std::min(night, 9e17))}));
      if (session.spec.limits.max_cost)
        text += fmt::format("; --max-cost ends it at {}", render_money(*session.spec.limits.max_cost));
      note(visit, Health::good, "cost", text);
    }
  }
}

// The tracked files that the metric command names.
Done look_at_judge(Visit& visit) {
  const git::Base& base = visit.base;
  git::Handles handles(visit.session.place.common_folder);
  const auto lease = HONE_TRY(handles.lease());
  std::vector<std::string> named;
  for (const std::string& path : HONE_TRY(git::list_paths(lease.get(), base.tree, most_paths))) {
    const bool target = std::find(base.targets.begin(), base.targets.end(), path) != base.targets.end();
    const bool judge = visit.checkup.spec.metric.command.find(path) != std::string::npos;
    if (judge && !target && named.size() < most_named) named.push_back(path);
  }
  std::vector<SentFile> judges;
  for (SourceFile& file : HONE_TRY(visit.session.repo->load(base.tree, named)))
    judges.push_back({std::move(file.path), std::move(file.text)});
  add(visit, {judge_row(visit.checkup.spec, base.targets, judges)});
  return {};
}

Done examine(Visit& visit) {
  look_at_target(visit);
  visit.group = "protection";
  auto opened = Trial::open(visit.session, visit.base.commit);
  if (!opened) {
    if (opened.error().reaction == Reaction::cancelled) return fail(opened.error());
    if (!visit.session.probes.empty()) return look_at_sandbox(visit);  // each probe that got through, not the first
    note(visit, Health::bad, "set-up", opened.error().message);
    return {};
  }
  const std::unique_ptr<Trial> trial = std::move(*opened);
  HONE_TRY_VOID(look_at_sandbox(visit));
  HONE_TRY_VOID(look_at_judge(visit));
  HONE_TRY_VOID(look_at_files(visit));
  add(visit, truth_rows(visit.checkup.spec));
  HONE_TRY_VOID(look_at_secrets(visit));
  add(visit, {carry_row(visit.checkup.spec)});
  HONE_TRY_VOID(look_at_machine(visit));
  visit.group = "metric";
  if (HONE_TRY(look_at_build(visit, *trial))) HONE_TRY_VOID(measure_all(visit, *trial));
  visit.group = "backend";
  HONE_TRY_VOID(look_at_services(visit));
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
  Visit visit{flags, {}, {}, {}, os::look_at_cpus()};
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
  const std::string recalled = recall_noise(session.place, session.spec);
  if (!recalled.empty()) note(visit, Health::good, "prior", recalled);
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
