#include "cli/proposers.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstring>

#include <cstdlib>
#include <random>

#include "adapters/executors/plain.hpp"
#include "adapters/executors/prove.hpp"
#include "adapters/git/carry.hpp"
#include "adapters/git/runs.hpp"
#include "adapters/http/curl_http.hpp"
#include "adapters/http/http_settings.hpp"
#include "adapters/journal/archive.hpp"
#include "adapters/os/process.hpp"
#include "adapters/proposers/factory.hpp"
#include "adapters/proposers/mutate.hpp"
#include "adapters/proposers/replay.hpp"
#include "hone/core/guard/odd_code.hpp"
#include "hone/core/guard/protection.hpp"
#include "hone/core/guard/suspicion.hpp"
#include "hone/core/run/canary.hpp"

extern char** environ;

namespace hone::cli {
namespace {

constexpr Bytes most_prices{64LL << 20};

std::map<std::string, std::string> environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry; ++entry) {
    if (const char* equals = std::strchr(*entry, '='))
      variables[std::string(*entry, static_cast<std::size_t>(equals - *entry))] = equals + 1;
  }
  return variables;
}

Result<std::unique_ptr<Proposer>> make_replay(const git::Place& place, const std::string& run) {
  if (!git::run_exists(place, run))
    return fail(Reaction::fix_input, fmt::format("replay:{}: there is no such run", run));
  Archive archive = HONE_TRY(Archive::open(git::state_folder(place, run)));
  std::vector<StoredReply> replies;
  HONE_TRY_VOID(archive.each_record([&](const Record& record) -> Done {
    if (record.reply.value.empty()) return {};
    replies.push_back({record.idea, HONE_TRY(archive.text(record.reply))});
    return {};
  }));
  return std::make_unique<ReplayProposer>(run, std::move(replies));
}

// Every attempt of the run so far, so that blind search repeats none after a resume.
Result<std::vector<LedgerEntry>> history_of(const Session& session) {
  std::vector<LedgerEntry> history;
  if (session.folder.empty()) return history;
  auto archive = Archive::open(session.folder);
  if (!archive) return history;
  HONE_TRY_VOID(archive->each_record([&](const Record& record) -> Done {
    if (is_canary(record.id)) return {};
    LedgerEntry entry;
    entry.experiment = record.id;
    entry.idea = record.idea;
    entry.outcome = record.outcome.value_or(Outcome::abandoned);
    history.push_back(std::move(entry));
    return {};
  }));
  return history;
}

// A setting that no chosen backend reads is a mistake, not silence.
Done check_settings(const RunSpec& spec) {
  for (const auto& [name, value] : spec.extra) {
    const std::string kind = name.substr(0, name.find('.'));
    bool known = name == "prices" || kind == "sandbox" || kind == "guard";
    for (const BackendSpec& backend : spec.backends) known = known || backend.kind == kind;
    if (!known) return fail(Reaction::fix_input, fmt::format("--set {}: no backend of this run reads it", name));
  }
  return {};
}

}  // namespace

namespace {

// What proposers are made with; wires the session's way out.
Result<ProposerOptions> options_of(Session& session) {
  HONE_TRY_VOID(check_settings(session.spec));
  ProposerOptions options;
  options.environment = environment();
  options.prices = builtin_price_table();
  for (const auto& [name, value] : session.spec.extra) {
    if (name == "prices") {
      const std::string text = HONE_TRY(session.files.load(value, most_prices));
      options.prices = merge_prices(std::move(options.prices), HONE_TRY(parse_prices(text, value)));
    } else if (!name.starts_with("sandbox.") && !name.starts_with("guard.")) {
      options.settings[name] = value;
    }
  }
  options.folder = session.place.work_folder.empty() ? session.place.common_folder : session.place.work_folder;
  options.git_folder = session.place.common_folder;
  options.scratch = session.workspaces.empty() ? "/tmp" : session.workspaces + "/agents";
  const HttpSettings http = read_http_settings(options.environment);
  session.http = make_curl_http(http);
  session.route = render_http_settings(http);
  session.limiter = std::make_unique<Limiter>();
  if (!session.process) session.process = HONE_TRY(os::make_process());
  return options;
}

}  // namespace

Result<std::vector<Reached>> reach_backends(Session& session, const Stop& stop) {
  const ProposerOptions options = HONE_TRY(options_of(session));
  const ProposerWorld world{*session.http, *session.process, session.clock, *session.limiter};
  const std::string way = render_http_settings(read_http_settings(options.environment));
  std::vector<Reached> reached;
  for (const BackendSpec& backend : session.spec.backends) {
    if (backend.kind == "mutate" || backend.kind == "replay") continue;
    auto one = HONE_TRY(reach(backend, options, world, stop));
    if (!one) continue;
    one->way = way;
    reached.push_back(std::move(*one));
  }
  return reached;
}

Result<std::vector<std::unique_ptr<Proposer>>> make_proposers(Session& session, Asking asking) {
  ProposerOptions options = HONE_TRY(options_of(session));
  options.sends = asking == Asking::sends;
  const ProposerWorld world{*session.http, *session.process, session.clock, *session.limiter};

  // Services first: commands and agents hide the keys of all of them.
  options.keys = &session.keys;
  std::vector<std::unique_ptr<Proposer>> proposers(session.spec.backends.size());
  for (const bool services : {true, false}) {
    for (std::size_t i = 0; i < proposers.size(); ++i) {
      const BackendSpec& backend = session.spec.backends[i];
      const bool local = backend.kind == "command" || backend.kind == "agent";
      if (local == services) continue;
      if (backend.kind == "mutate") {
        proposers[i] = std::make_unique<MutateProposer>(HONE_TRY(history_of(session)));
      } else if (backend.kind == "replay") {
        proposers[i] = HONE_TRY(make_replay(session.place, backend.model));
      } else {
        proposers[i] = HONE_TRY(make_proposer(backend, options, world));
      }
    }
  }
  return proposers;
}

// One GPU a slot when there are several slots.
Done share_gpus(Session& session, const executors::GpuSide& side, int found) {
  const auto visible = side.environment.find("CUDA_VISIBLE_DEVICES");
  session.gpus = HONE_TRY(
      sandbox::share_gpus(visible == side.environment.end() ? "" : visible->second, found, session.spec.slots));
  return {};
}

Done protect(Session& session) {
  executors::BwrapOptions options;
  options.settings = HONE_TRY(parse_sandbox(session.spec.extra));
  if (options.settings.gpu) options.gpus = executors::look_at_gpus(*session.process);
  HONE_TRY(parse_plausible(session.spec.extra));
  HONE_TRY(parse_odd_code(session.spec.extra));
  if (session.spec.sandbox == SandboxLevel::none) {
    session.protection = "none: commands run with the rights of the user who started hone";
    if (!options.gpus) return {};
    const auto found = HONE_TRY(executors::check_gpus_outside(*session.process, *options.gpus));
    session.protection += fmt::format("; GPU: {}", found.text);
    return share_gpus(session, *options.gpus, found.count);
  }
  options.folder = session.folder + "/sandbox";
  for (const std::string& typed : session.spec.carry) {
    const git::Carry carry = HONE_TRY(git::parse_carry(session.place, typed));
    if (!carry.copy) options.carried.push_back(session.place.work_folder + "/" + carry.path);
  }
  executors::Outskirts outskirts;
  outskirts.forbidden = {session.place.common_folder, session.folder, session.workspaces};
  if (!session.place.work_folder.empty()) outskirts.forbidden.push_back(session.place.work_folder);
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != 0) outskirts.forbidden.emplace_back(home);
  outskirts.hidden = {session.place.common_folder, session.folder};
  auto made = HONE_TRY(executors::make_protection(options, outskirts, *session.process, session.files));
  session.probes = made.probes;
  HONE_TRY_VOID(executors::demand(made));
  session.sandbox = std::move(made.wrap);
  session.protection = std::move(made.level);
  return options.gpus ? share_gpus(session, *options.gpus, made.gpus->count) : Done();
}

// Without a sandbox a command may write into what is carried or read, and often has a right to.
executors::ToolSearch tools_of(const Session& session, const SandboxSettings& settings) {
  const RunSpec& spec = session.spec;
  executors::ToolSearch search{fmt::format("{}\n{}\n{}\n{}", spec.build, spec.check, spec.metric.command, spec.holdout),
                               {}};
  if (!session.sandbox) return search;
  search.inputs = settings.read;
  for (const std::string& typed : spec.carry) {
    const auto carry = git::parse_carry(session.place, typed);
    if (carry && !carry->copy) search.inputs.push_back(session.place.work_folder + "/" + carry->path);
  }
  return search;
}

Result<std::unique_ptr<Executor>> make_executor(Session& session) {
  HONE_TRY_VOID(protect(session));
  executors::PlainOptions options;
  options.scratch = session.workspaces + "/scratch";
  options.secret = std::uint64_t{std::random_device{}()} << 32 | std::random_device{}();
  options.passed = executors::pick_environment(session.spec.pass_env);
  options.cpus = session.cpus;
  options.redactor = session.keys;
  learn_keys(environment(), options.redactor);
  options.judges = fmt::format("{}\n{}\n{}", session.spec.metric.command, session.spec.check, session.spec.holdout);
  const SandboxSettings settings = HONE_TRY(parse_sandbox(session.spec.extra));
  if (session.sandbox) options.limits = executors::limits_of(settings);
  options.limits.count_hidden = accounts_matter(session.spec);
  options.limits.memory = settings.memory;
  options.limits.disk.most = settings.disk;
  options.tools = session.tools = executors::find_tools(tools_of(session, settings));
  options.gpu = settings.gpu;
  options.gpus = session.gpus;
  if (settings.gpu && !session.sandbox) {
    for (const auto& [name, value] : executors::look_at_gpus(*session.process).environment) {
      options.passed.try_emplace(name, value);
    }
  }
  return executors::make_plain(std::move(options),
                               {*session.process, *session.repo, session.files, session.sandbox.get()});
}

}  // namespace hone::cli
