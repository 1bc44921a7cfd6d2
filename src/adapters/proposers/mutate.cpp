#include "adapters/proposers/mutate.hpp"

#include <fmt/format.h>

#include "hone/core/search/mutate.hpp"

namespace hone {

std::string MutateProposer::render(const Brief& brief) const {
  const Survey survey = find_sites(brief.targets);
  std::string text =
      fmt::format("mutate sends no request: it changes one of these {} literals.\n", survey.sites.size());
  for (const Site& site : survey.sites) {
    text += fmt::format("{}:{}:{}: {} = {}", brief.targets[site.file].path, site.line, site.column, site.name,
                        site.literal);
    if (site.knob && site.alternatives.empty()) {
      text += fmt::format(", a knob from {} to {}{}", site.low, site.high, site.log_scale ? " (log)" : "");
    }
    for (const std::string& other : site.alternatives) text += fmt::format(" | {}", other);
    text += '\n';
  }
  for (const std::string& complaint : survey.complaints) text += complaint + '\n';
  return text;
}

ProposeResult MutateProposer::propose(const Brief& brief, const Stop&) {
  const Survey survey = find_sites(brief.targets);
  if (!survey.complaints.empty()) {
    return fail(Reaction::drop_backend, fmt::format("mutate read the targets and found a declaration that makes no "
                                                    "sense: {}; correct the comment",
                                                    survey.complaints.front()));
  }
  if (survey.sites.empty()) {
    return fail(Reaction::drop_backend,
                "exhausted: mutate found no number, boolean or flag to change in the targets; declare some with "
                "`hone: knob NAME LOW..HIGH [log]` or use another --backend");
  }
  const std::lock_guard lock(mutex_);
  if (seen_.empty()) seen_ = measured_before(brief.targets, history_.empty() ? brief.ledger : history_);
  seen_.insert(fingerprint(brief.targets));
  auto mutation =
      mutate(brief.targets, survey, brief.ledger, seen_, derive(brief.seed, brief.experiment.value, 0x6d757461));
  if (!mutation) {
    return fail(Reaction::drop_backend,
                fmt::format("exhausted: mutate has proposed every change it knows to the {} literals of the targets; "
                            "declare more knobs or use another --backend",
                            survey.sites.size()));
  }
  seen_.insert(mutation->fingerprint);
  Proposal proposal;
  proposal.idea = mutation->idea;
  proposal.prompt = fmt::format("mutate, experiment {}, seed {}", brief.experiment.value, brief.seed);
  proposal.reply = mutation->reply;
  proposal.cost = MicroDollars{0};
  proposal.cost_source = CostSource::free;
  proposal.backend = name();
  return proposal;
}

}  // namespace hone
