// prompt: the exact request of the first experiment, without sending it.
#include <cstdio>

#include "cli/commands.hpp"
#include "cli/config_load.hpp"
#include "cli/find_base.hpp"
#include "cli/find_run.hpp"
#include "cli/open_repo.hpp"
#include "cli/proposers.hpp"
#include "hone/core/config/keys.hpp"
#include "hone/core/run/fold.hpp"
#include "hone/core/run/make_brief.hpp"

namespace hone::cli {

Result<int> command_prompt(const Flags& flags) {
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
  for (const auto& proposer : session.proposers) {
    const std::string request = proposer->render(brief);
    std::fwrite(request.data(), 1, request.size(), stdout);
  }
  return 0;
}

}  // namespace hone::cli
