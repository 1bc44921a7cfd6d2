// run and resume.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "adapters/git/branch.hpp"
#include "adapters/git/runs.hpp"
#include "adapters/journal/journal_file.hpp"
#include "adapters/os/pattern.hpp"
#include "cli/commands.hpp"
#include "cli/config_load.hpp"
#include "cli/earlier_noise.hpp"
#include "cli/find_base.hpp"
#include "cli/find_run.hpp"
#include "cli/print.hpp"
#include "cli/session.hpp"
#include "cli/version.hpp"
#include "hone/core/base/random.hpp"
#include "hone/core/budget/preflight.hpp"
#include "hone/core/codec/profiles.hpp"
#include "hone/core/config/keys.hpp"
#include "hone/core/run/fold.hpp"

namespace hone::cli {
namespace {

constexpr std::array<std::string_view, 24> adjectives = {
    "quiet", "brisk", "calm", "clear", "eager", "early", "fair",  "fine",  "keen",  "kind",  "late", "light",
    "lucky", "mild",  "neat", "plain", "proud", "quick", "ready", "sharp", "still", "swift", "tidy", "warm"};
constexpr std::array<std::string_view, 24> animals = {
    "otter",  "heron", "lynx",   "finch",  "tern",   "hare",   "wren",    "seal",  "ibex",  "newt",  "crane", "swan",
    "marten", "robin", "badger", "falcon", "beaver", "magpie", "dolphin", "raven", "stork", "bison", "gecko", "plover"};

std::string draw_name(const git::Place& place, const os::SystemClock& clock) {
  Random random =
      derive(static_cast<std::uint64_t>(clock.monotonic().value * 1e9), static_cast<std::uint64_t>(clock.now().value));
  for (int tries = 0;; ++tries) {
    std::string name =
        fmt::format("{}-{}", adjectives[random.below(adjectives.size())], animals[random.below(animals.size())]);
    if (tries > 20) name += fmt::format("-{}", random.below(1'000'000));
    if (!git::run_exists(place, name)) return name;
  }
}

Result<RunSpec> resolve(const Flags& flags, const git::Place& place, const os::SystemClock& clock) {
  RunSpec spec = HONE_TRY(load_spec(flags, places_of(place)));
  if (!flags.until.empty()) spec.limits.until = HONE_TRY(parse_until(flags.until, clock.now()));
  if (spec.backends.empty()) {
    return fail(Reaction::fix_input,
                "no backend: --backend mutate works offline; --backend anthropic:MODEL or openai:MODEL asks a model");
  }
  HONE_TRY_VOID(check_spec(spec));
  spec.anyway = flags.anyway;
  if (!spec.metric.match.empty()) {  // a mistake of the person, not of the night
    if (auto pattern = os::Pattern::parse(spec.metric.match); !pattern)
      return fail(Reaction::fix_input, pattern.error().message);
  }
  if (spec.name.empty()) spec.name = draw_name(place, clock);
  HONE_TRY_VOID(git::check_run_name(spec.name));
  if (spec.branch.empty()) spec.branch = "hone/" + spec.name;
  return spec;
}

Done check_branch(const git::Place& place, const std::string& branch) {
  git::Handles handles(place.common_folder);
  const auto lease = HONE_TRY(handles.lease());
  return git::check_new_branch(lease.get(), branch);
}

// Says what the night will cost before the first request; a cap on an unknown price is no cap.
Done check_money(const Session& session, const event::SessionOpened& opened, const Flags& flags) {
  // Who carries prompts and keys away is said before the first one goes.
  const bool remote = std::any_of(session.spec.backends.begin(), session.spec.backends.end(),
                                  [](const BackendSpec& one) { return builtin_profile(one.kind).has_value(); });
  if (remote && !session.route.empty()) print_to(stderr, fmt::format("hone: requests go {}\n", session.route));
  for (std::size_t i = 0; i < session.proposers.size(); ++i) {
    const auto& worst = opened.worst_case[i];
    const std::string name = session.proposers[i]->name();
    if (session.spec.limits.max_cost && !worst) {
      return fail(Reaction::fix_input,
                  fmt::format("--max-cost cannot be kept: the price of {} is unknown; give --prices FILE", name));
    }
    if (flags.quiet || (worst && worst->value == 0)) continue;
    print_to(stderr,
             fmt::format("hone: {}\n", render_preflight(preflight(
                                           {name, std::nullopt, worst, session.spec.limits, {}, session.spec.slots}))));
  }
  return {};
}

void say_what_is_left_out(const git::Base& base) {
  if (!base.left_out.any()) return;
  std::string text;
  for (const auto& [listing, kind] : {std::pair{&base.left_out.staged, "staged"},
                                      {&base.left_out.modified, "modified"},
                                      {&base.left_out.untracked, "untracked"}}) {
    if (listing->count == 0) continue;
    text += fmt::format("{}{} {} ({}{})", text.empty() ? "" : ", ", listing->count, kind,
                        fmt::join(listing->first, ", "), listing->count > listing->first.size() ? ", ..." : "");
  }
  print_to(stderr, fmt::format("hone: the run starts from the commit; left out: {}\n", text));
}

Done salvage(const FoundRun& found) {
  const Salvage saved = HONE_TRY(salvage_journal(found.folder));
  print_to(stderr, fmt::format("hone: {} records are kept; {}; the old journal is {}\n", saved.kept,
                               saved.damage.empty() ? "nothing was damaged" : saved.damage, saved.old_path));
  if (saved.lost_texts > 0)
    print_to(stderr, fmt::format("hone: {} prompts, replies or outputs could not be read\n", saved.lost_texts));
  return {};
}

// Records that were lost may have been those of commits: the branch is then ahead of what the journal can vouch for.
Done check_branch_known(const Session& session, const State& state) {
  git::Handles handles(session.place.common_folder);
  const auto lease = HONE_TRY(handles.lease());
  const std::string tip = HONE_TRY(git::tip_of(lease.get(), session.spec.branch));
  const std::string& known = state.champion.commit.value;
  const bool pending = std::any_of(state.active.begin(), state.active.end(),
                                   [](const auto& entry) { return entry.second.stage == Stage::advancing; });
  if (tip.empty() || tip == known || pending) return {};
  return fail(
      Reaction::stop_run,
      fmt::format("the branch {0} is at {1}, and the salvaged journal knows it up to {2} only; keep both and go "
                  "on from there: git branch {0}-lost {1} && git branch -f {0} {2} && hone resume {3}",
                  session.spec.branch, tip.substr(0, 12), known.substr(0, 12), session.run));
}

// C14: what was measured with another compiler is never compared with what comes now.
Done check_tools(Session& session, const std::string& then, const std::string& now) {
  const std::string before = executors::tools_in(then), after = executors::tools_in(now);
  if (before.empty() || before == after) return {};
  HONE_TRY_VOID(remove_workspaces(session));
  return fail(Reaction::fix_input,
              fmt::format("evaluator_changed: compilers, interpreters or inputs of run '{0}' are not what they were "
                          "({1} then, {2} now); start a new run from {3}, or compare what cannot be compared: `hone "
                          "resume {0} --anyway`",
                          session.run, before, after, session.spec.branch));
}

}  // namespace

Result<int> command_run(const Flags& flags) {
  os::block_signals();
  Session session;
  session.place = HONE_TRY(here(flags));
  session.spec = HONE_TRY(resolve(flags, session.place, session.clock));
  session.run = session.spec.name;
  const git::Base base = HONE_TRY(find_base(session.place, session.spec));
  HONE_TRY_VOID(check_branch(session.place, session.spec.branch));
  if (!flags.quiet) say_what_is_left_out(base);
  if (const std::string recalled = recall_noise(session.place, session.spec); !recalled.empty() && !flags.quiet)
    print_to(stderr, "hone: " + recalled + "\n");
  HONE_TRY_VOID(git::make_state_folder(session.place, session.run));
  session.folder = git::state_folder(session.place, session.run);
  const auto start = [&]() -> Result<int> {
    session.journal = HONE_TRY(create_journal(session.folder, session.run));
    HONE_TRY_VOID(wire(session, base.commit));
    if (!flags.quiet)
      print_to(stderr, fmt::format("hone: run {} on branch {}, from {}\n", session.run, session.spec.branch,
                                   base.commit.value.substr(0, 10)));
    const event::RunStarted started{session.spec, base.commit,  base.tree,
                                    base.targets, base.context, std::string(version)};
    const event::SessionOpened opened = opening_of(session, fold(State{}, Event{1, {}, {}, {}, started}));
    HONE_TRY_VOID(check_money(session, opened, flags));
    return work(session, State{}, {started, opened}, flags);
  };
  auto code = start();
  if (!code) {  // before its first event a run leaves nothing
    auto archive = Archive::open(session.folder);
    const bool empty = !archive || archive->summary().value_or(Summary{}).started == UnixTime{};
    session.journal.reset();
    if (empty) [[maybe_unused]]
      const Done cleaned = git::clean_run(session.place, session.run);
  }
  return code;
}

Result<int> command_resume(const Flags& flags) {
  os::block_signals();
  const FoundRun found = HONE_TRY(find_run(flags));
  if (flags.salvage) HONE_TRY_VOID(salvage(found));
  Session session;
  session.place = found.place;
  session.run = found.name;
  session.folder = found.folder;
  session.journal = HONE_TRY(open_journal(found.folder));
  State state = HONE_TRY(recall_state(*session.journal));
  if (state.base.value.empty()) {
    return fail(Reaction::fix_input,
                fmt::format("run '{}' died before it began; `hone clean {}` removes it", found.name, found.name));
  }
  session.spec = state.spec;
  if (!flags.anyway && !state.canary.alarm.empty()) {
    return fail(Reaction::fix_input,
                fmt::format("run '{}' was ended because {}; mend the evaluator and start a new run, or go on with what "
                            "cannot be trusted: `hone resume {} --anyway`",
                            found.name, state.canary.alarm, found.name));
  }
  std::vector<EventBody> opening;
  if (!flags.settings.empty() || !flags.until.empty() || flags.anyway) {
    for (const auto& [name, values] : flags.settings) HONE_TRY_VOID(set_key(session.spec, name, values.back()));
    if (!flags.until.empty()) session.spec.limits.until = HONE_TRY(parse_until(flags.until, session.clock.now()));
    opening.push_back(event::LimitsChanged{session.spec.limits, flags.anyway});
  } else if (state.ended && !may_go_on(*state.ended)) {
    HONE_TRY_VOID(remove_workspaces(session));  // of a process that died between the end and its tidying up
    return fail(Reaction::fix_input,
                fmt::format("run '{}' has ended ({}); give it a larger limit, e.g. `hone resume {} --budget 12h`",
                            found.name, render_reason(*state.ended), found.name));
  }
  if (HONE_TRY(git::mend_branch_file(session.place.common_folder, session.spec.branch, state.champion.commit))) {
    print_to(stderr, fmt::format("hone: the file of the branch {} was empty, as a power cut may leave it; it is at {} "
                                 "again, which the journal knows\n",
                                 session.spec.branch, state.champion.commit.value.substr(0, 12)));
  }
  if (flags.salvage) HONE_TRY_VOID(check_branch_known(session, state));
  HONE_TRY_VOID(wire(session, state.base));
  const event::SessionOpened opened = opening_of(session, state);
  if (!flags.anyway) HONE_TRY_VOID(check_tools(session, state.machine, opened.machine));
  HONE_TRY_VOID(check_money(session, opened, flags));
  opening.push_back(opened);
  return work(session, std::move(state), std::move(opening), flags);
}

}  // namespace hone::cli
