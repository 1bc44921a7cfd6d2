#include "cli/session.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "adapters/os/identity.hpp"
#include "adapters/os/process.hpp"
#include "adapters/os/topology.hpp"
#include "cli/commands.hpp"
#include "cli/print.hpp"
#include "cli/progress.hpp"
#include "cli/proposers.hpp"
#include "hone/core/base/text.hpp"
#include "hone/core/run/make_brief.hpp"
#include "hone/loop/perform.hpp"
#include "hone/views/sentence.hpp"

namespace hone::cli {
namespace {

std::string host_name() {
  char name[256] = {};
  gethostname(name, sizeof name - 1);
  return name;
}

int exit_code_of(const NightEnd& night) {
  if (night.interrupted) return exit_interrupted;
  switch (night.state.ended.value_or(EndReason::interrupted)) {
    case EndReason::baseline_failed:
    case EndReason::evaluator_insensitive:
    case EndReason::evaluator_changed:
      return exit_bad_input;
    case EndReason::ref_moved:
    case EndReason::environment:
    case EndReason::no_backend:
      return exit_environment;
    default:
      return night.state.kept > 0 ? exit_improved : exit_nothing_better;
  }
}

}  // namespace

Done remove_workspaces(Session& session) {
  if (session.repo) HONE_TRY_VOID(session.repo->remove_all());
  HONE_TRY(git::sweep(session.place, session.run));
  return session.files.remove_tree(workspace_root(session.place, session.run));
}

std::string workspace_root(const git::Place& place, const std::string& run) {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  std::string base = cache && *cache ? cache : home && *home ? std::string(home) + "/.cache" : "/var/tmp";
  const std::size_t key = std::hash<std::string>{}(place.common_folder);
  return fmt::format("{}/hone/{:08x}-{}", base, static_cast<std::uint32_t>(key), run);
}

namespace {

// All but the executor, which must know every key by then.
Done wire_ground(Session& session, const CommitId& base) {
  std::vector<git::Carry> carry;
  for (const std::string& path : session.spec.carry) carry.push_back(HONE_TRY(git::parse_carry(session.place, path)));
  session.workspaces = workspace_root(session.place, session.run);
  session.repo = HONE_TRY(git::open_run({session.place, session.run, base, session.workspaces, carry}));
  HONE_TRY_VOID(session.repo->prepare());
  session.process = HONE_TRY(os::make_process());
  session.cpus = split_cpus(os::allowed_cores(), session.spec.slots);
  return {};
}

}  // namespace

Done wire_bench(Session& session, const CommitId& base) {
  HONE_TRY_VOID(wire_ground(session, base));
  session.executor = HONE_TRY(make_executor(session));
  return {};
}

Done wire(Session& session, const CommitId& base) {
  HONE_TRY_VOID(wire_ground(session, base));
  session.proposers = HONE_TRY(make_proposers(session));
  session.executor = HONE_TRY(make_executor(session));
  return {};
}

event::SessionOpened opening_of(Session& session, const State& state) {
  event::SessionOpened opened;
  opened.pid = getpid();
  opened.host = host_name();
  opened.machine = os::machine_line() + executors::render_tools(session.tools);
  opened.protection = session.protection;
  opened.overlap = !session.cpus.background.empty();
  const auto& until = session.spec.limits.until;
  if (until) opened.until = state.now + Seconds{static_cast<double>((*until - session.clock.now()).value)};
  Brief brief = make_brief(state, nullptr);
  if (auto complete = complete_brief(brief, {*session.journal, *session.repo, *session.executor, session.proposers})) {
    brief = std::move(*complete);
  }
  for (const auto& proposer : session.proposers) opened.worst_case.push_back(proposer->worst_case(brief));
  return opened;
}

// The baseline is the user's own code: what its command wrote, and how to see it again.
void say_what_the_baseline_wrote(const State& state, Journal& journal) {
  if (state.ended != EndReason::baseline_failed || state.last_failure.value.empty()) return;
  const auto output = journal.text(state.last_failure);
  constexpr std::size_t most = 1500;
  if (output && !output->empty()) {
    print_to(stderr, fmt::format("{}\n", printable_lines(clip_middle(*output, 0, most))));
  }
  print_to(stderr,
           "hone: that was the unchanged code in a clean checkout of the commit; run the same command in a fresh clone "
           "to see it, and give what git ignores but it needs with --carry PATH\n");
}

Result<int> work(Session& session, State state, std::vector<EventBody> opening, const Flags& flags) {
  hone::Workbench bench{*session.journal, *session.repo, *session.executor, session.proposers};
  if (!session.cpus.background.empty()) os::pin_thread(session.cpus.background);
  NightView progress(flags, session.run);
  HONE_TRY_VOID(session.journal->replay([&](const Event& event) -> Done {
    progress.recall(event);
    return {};
  }));
  auto night = [&]() -> Result<NightEnd> {
    os::ThreadCrew crew(session.clock, state.now, session.cpus.background,
                        [&](const Effect& effect, const Stop& stop) { return perform(effect, bench, stop); });
    return run_night(std::move(state), opening, session.clock.now(), {*session.journal, crew, {&progress}});
  }();
  Done removed = remove_workspaces(session);
  if (!removed) removed = remove_workspaces(session);  // what failed once may have been a shortage of the moment
  if (!night) return fail(night.error());
  progress.finish(*night);
  if (!flags.quiet) say_what_the_baseline_wrote(night->state, *session.journal);
  if (!removed) print_to(stderr, fmt::format("hone: {}\n", removed.error().message));
  return exit_code_of(*night);
}

}  // namespace hone::cli
