// What happens to an experiment on its way from a reply to a candidate that can be measured.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/run/canary_parts.hpp"
#include "core/run/fold_parts.hpp"
#include "hone/core/base/text.hpp"

namespace hone {

void fail_with(Experiment& experiment, Outcome outcome, std::string reason, bool repairable) {
  experiment.failure = Failure{outcome, std::move(reason), repairable, {}};
}

void take_proposal(Experiment& experiment, const event::Proposed& proposed) {
  experiment.reply = proposed.reply;
  if (!proposed.proposal.idea.empty()) experiment.idea = proposed.proposal.idea;  // a repair may name none anew
  experiment.stage = Stage::assembling;
  experiment.reanchored = false;
  switch (proposed.proposal.finish) {
    case Finish::complete:
    case Finish::tool_use:
      return;
    case Finish::refused:
      return fail_with(experiment, Outcome::malformed, "the model refused to answer", false);
    case Finish::truncated:
      return fail_with(experiment, Outcome::malformed, "the reply was cut off before its end", true);
    case Finish::context_overflow:
      return fail_with(experiment, Outcome::malformed, "the prompt did not fit into the model's context", false);
    case Finish::paused:
    case Finish::error:
      return fail_with(experiment, Outcome::malformed, "the reply did not come to an end", true);
  }
}

// A backend that was told what went wrong and sends the same again: what went wrong is still the reason.
std::string tried_before(const Experiment& experiment, std::string_view what) {
  const std::string plain = fmt::format("{} was tried before in this run", what);
  return experiment.repairs == 0 ? plain : fmt::format("{}; asked again: {}", experiment.complaint, plain);
}

void screen(State& state, Experiment& experiment, const event::Assembled& assembled) {
  if (experiment.tree == experiment.parent_tree) {
    return fail_with(experiment, Outcome::noop, "the edit changes nothing", !experiment.reanchored);
  }
  const bool fresh = state.seen_trees.insert(tree_key(experiment.tree)).second;
  if (!fresh) {
    return fail_with(experiment, Outcome::duplicate, tried_before(experiment, "this exact tree"),
                     !experiment.reanchored);
  }
  // The same change in other words, on the same champion: comments and white space do not count.
  if (const std::string key = assembled.key.substr(0, assembled.key.find(' ')); !key.empty()) {
    const std::size_t change = std::hash<std::string>{}(key + experiment.parent_tree.value);
    if (!state.seen_changes.insert(change).second) {
      return fail_with(experiment, Outcome::duplicate,
                       tried_before(experiment, "the same change, but for comments or blanks,"),
                       !experiment.reanchored);
    }
  }
  for (const std::string_view word : split(assembled.revert, ' ')) {
    const auto keep = state.won.find(std::string(word));
    if (word.empty() || keep == state.won.end()) continue;
    return fail_with(experiment, Outcome::denied,
                     fmt::format("it takes back what experiment {} won", keep->second.value), !experiment.reanchored);
  }
  if (assembled.seed_only) {
    return fail_with(experiment, Outcome::denied,
                     "seed_only: nothing but a random seed changed; that is luck, not a gain", !experiment.reanchored);
  }
  experiment.stage = Stage::queued;
}

void refuse_as_stale(Experiment& experiment) {
  fail_with(experiment, Outcome::stale, "made for an older champion; it does not fit the new one exactly", false);
}

void refuse(Experiment& experiment, const Rejection& rejection) {
  if (experiment.reanchored) return refuse_as_stale(experiment);
  Outcome outcome = Outcome::malformed;
  if (rejection.code == RejectCode::no_op) outcome = Outcome::noop;
  if (rejection.code == RejectCode::path || rejection.code == RejectCode::region ||
      rejection.code == RejectCode::hidden || rejection.code == RejectCode::secret) {
    outcome = Outcome::denied;
  }
  fail_with(experiment, outcome, rejection.message, true);
}

void end_prepare(State& state, ExperimentId id, const event::Prepared& prepared) {
  const InFlight flight = end_effect(state, prepared.effect);
  Experiment* experiment = find(state, id);
  if (flight.workspace) state.workspaces[flight.workspace->value].prepared = prepared.failed.empty();
  if (is_canary(id)) return end_canary_prepare(state, prepared);
  if (prepared.exit == ExitKind::cancelled) return;
  if (experiment && end_disturbed_prepare(state, *experiment, prepared)) return;
  if (!experiment) {
    learn_usual(state, prepared.changed);
    if (prepared.failed.empty()) return;
    state.champion_failures = 3;  // the champion does not build: trying again cannot help
    state.last_failure = prepared.output;
    state.last_failure_title = fmt::format("the {} command fails on the unchanged tree", prepared.failed);
    return;
  }
  const bool again = flight.workspace && state.workspaces[flight.workspace->value].fresh;
  if (again && prepared.failed.empty()) {
    experiment->clean = true;  // it keeps its slot
    if (experiment->parent != state.champion.commit) reanchor(state, *experiment);
    return;
  }
  if (again) {
    fail_with(*experiment, Outcome::suspect,
              fmt::format("unreproducible: from a clean checkout the {} command failed with status {}", prepared.failed,
                          prepared.exit_code),
              false);
    experiment->failure->output = prepared.output;
    return release_workspace(state, *experiment);
  }
  if (prepared.failed.empty()) {
    experiment->stage = Stage::ready;
    if (experiment->parent != state.champion.commit) reanchor(state, *experiment);
    return;
  }
  const bool late = prepared.exit == ExitKind::timed_out;
  const bool full = prepared.exit == ExitKind::disk_limit;
  const Outcome outcome = prepared.failed == "build" ? Outcome::build_failed : Outcome::check_failed;
  fail_with(*experiment, late ? Outcome::timeout : outcome,
            late   ? fmt::format("the {} command ran into the timeout", prepared.failed)
            : full ? fmt::format("disk_limit: the {} command wrote more than it may", prepared.failed)
                   : fmt::format("the {} command failed with status {}", prepared.failed, prepared.exit_code),
            true);
  experiment->failure->output = prepared.output;
  release_workspace(state, *experiment);
}

}  // namespace hone
