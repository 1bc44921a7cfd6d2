// prompt: the exact request of the first experiment, or of a run's next one, without sending it.
#include <cstdio>

#include "adapters/journal/archive.hpp"
#include "cli/commands.hpp"
#include "cli/config_load.hpp"
#include "cli/find_base.hpp"
#include "cli/find_run.hpp"
#include "cli/open_repo.hpp"
#include "cli/proposers.hpp"
#include "hone/core/config/keys.hpp"
#include "hone/core/run/fold.hpp"
#include "hone/core/run/make_brief.hpp"
#include "hone/loop/perform.hpp"

namespace hone::cli {
namespace {

void print_requests(const Session& session, const Brief& brief) {
  for (const auto& proposer : session.proposers) {
    const std::string request = proposer->render(brief);
    std::fwrite(request.data(), 1, request.size(), stdout);
  }
}

// What the next experiment of a run would be asked; with --backend, what another model would be.
Result<int> prompt_of_run(const Flags& flags) {
  const FoundRun run = HONE_TRY(find_run(flags));
  Archive archive = HONE_TRY(Archive::open(run.folder));
  State state;
  HONE_TRY_VOID(archive.events_after(0, [&](const Event& event) -> Done {
    state = fold(std::move(state), event);
    return {};
  }));
  Session session;
  session.place = run.place;
  session.folder = run.folder;
  session.spec = state.spec;
  if (flags.settings.contains("backend")) {
    RunSpec asked = HONE_TRY(load_spec(flags, places_of(session.place)));
    session.spec.backends = std::move(asked.backends);
    session.spec.extra = std::move(asked.extra);
  }
  session.proposers = HONE_TRY(make_proposers(session, Asking::only_shows));
  const BriefSource source{
      [&](const TreeId& tree, const std::vector<std::string>& paths) { return load_from(session.place, tree, paths); },
      [&](const TextId& id) { return archive.text(id); }};
  print_requests(session, HONE_TRY(complete_brief(make_brief(state, nullptr), source)));
  return 0;
}

}  // namespace

Result<int> command_prompt(const Flags& flags) {
  if (!flags.run.empty()) return prompt_of_run(flags);
  Session session;
  session.place = HONE_TRY(here(flags));
  session.spec = HONE_TRY(load_spec(flags, places_of(session.place)));
  HONE_TRY_VOID(check_spec(session.spec));
  const git::Base base = HONE_TRY(find_base(session.place, session.spec));
  session.proposers = HONE_TRY(make_proposers(session, Asking::only_shows));
  const Event started{
      1, {}, {}, {}, event::RunStarted{session.spec, base.commit, base.tree, base.targets, base.context, ""}};
  const State state = fold(State{}, started);
  Brief brief = make_brief(state, nullptr);
  brief.targets = HONE_TRY(load_from(session.place, base.tree, base.targets));
  brief.context = HONE_TRY(load_from(session.place, base.tree, base.context));
  print_requests(session, brief);
  return 0;
}

}  // namespace hone::cli
