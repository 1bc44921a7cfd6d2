#include "hone/core/run/consequence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/run/canary_parts.hpp"
#include "core/run/final_word.hpp"
#include "core/run/plan_parts.hpp"
#include "hone/core/guard/guard.hpp"
#include "hone/core/guard/odd_code.hpp"
#include "hone/core/guard/suspicion.hpp"
#include "hone/core/measure/diagnosis.hpp"
#include "hone/core/measure/t_interval.hpp"
#include "hone/core/run/make_brief.hpp"
#include "hone/core/run/plan.hpp"

namespace hone {
namespace {

constexpr std::int64_t most_crashes = 3;
constexpr std::int64_t most_champion_failures = 3;
constexpr std::int64_t most_void_races = 3;

std::map<std::string, double> values_of(const Means& means) {
  std::map<std::string, double> values;
  for (const auto& [name, mean] : means) values[name] = mean.value();
  return values;
}

// By how much the mean may be wrong, at 98 %: of a few runs on a busy machine that is far more than two standard
// errors.
double doubt_of(const Mean& mean) {
  if (mean.count < 2) return 0;
  const MeanSpread spread{mean.value(), mean.error_squared() * static_cast<double>(mean.count), mean.count};
  const Interval interval = t_interval(spread, 0.98);
  return (interval.high - interval.low) / 2;
}

std::optional<std::string> suspicion_of(const State& state, const Experiment& experiment, const Verdict& verdict) {
  Claim claim{verdict.before, verdict.after, values_of(experiment.champion_means), values_of(experiment.means),
              values_of(state.baseline_means)};
  const auto champion = experiment.champion_means.find("wall");
  const auto candidate = experiment.means.find("wall");
  if (champion != experiment.champion_means.end() && candidate != experiment.means.end()) {
    claim.shortest_before = champion->second.least;
    claim.shortest_after = candidate->second.least;
    claim.wall_doubt = doubt_of(champion->second);
  }
  // A bad setting was refused when the run began.
  return find_suspicion(metric_of(state), parse_plausible(state.spec.extra).value_or(Plausibility(0)), claim);
}

event::Judged judgement_of(const State& state, const Experiment& experiment, Verdict verdict, UnixTime date) {
  event::Judged judged;
  judged.date = date;
  judged.file.experiment = experiment.id;
  judged.file.verdict = std::move(verdict);
  if (judged.file.verdict.decision == Decision::accepted) judged.file.guards = judge_guards(state, experiment);
  if (!experiment.holdout.empty()) judged.file.holdout = judge_holdout(state, experiment);
  judged.file.trust = trust_of(state.spec, experiment.source, !experiment.holdout.empty());
  if (judged.file.verdict.decision == Decision::accepted) {
    judged.file.suspicion = suspicion_of(state, experiment, judged.file.verdict);
    if (!judged.file.suspicion && !experiment.odd.empty() && parse_odd_code(state.spec.extra).value_or(true))
      judged.file.suspicion = experiment.odd;
    if (!judged.file.suspicion) {
      judged.file.suspicion = find_unreproducible(state, experiment, judged.file.verdict);
    }
    if (!judged.file.suspicion && judged.file.holdout) {
      judged.file.suspicion = find_holdout_mismatch(judged.file.verdict, *judged.file.holdout);
    }
  }
  const Judgement judgement = judge(judged.file, CommitDraft{});
  judged.outcome = judgement.outcome;
  judged.reason = judgement.reason;
  return judged;
}

event::Finished finished(Outcome outcome, std::string reason) {
  return {outcome, std::move(reason)};
}

std::optional<EventBody> end_of(const State& state, const Experiment& experiment, UnixTime date) {
  if (experiment.stage == Stage::advancing) {
    if (state.champion.experiment == experiment.id) return finished(Outcome::kept, experiment.judged->reason);
    // What only the environment kept from the branch is still accepted: resume puts it there.
    if (state.stopping == EndReason::ref_moved && !experiment.in_flight)
      return finished(Outcome::abandoned, state.stopping_note);
    return std::nullopt;
  }
  if (experiment.in_flight) return std::nullopt;
  if (experiment.crashes >= most_crashes) {
    return finished(Outcome::abandoned, "poisoned: hone died or failed three times while it was worked on");
  }
  if (experiment.judged) return finished(experiment.judged->outcome, experiment.judged->reason);
  if (experiment.failure && !wants_repair(state, experiment)) {
    return finished(experiment.failure->outcome, experiment.failure->reason);
  }
  if (experiment.champion_failures >= void_after_failures && state.champion_changes.empty()) {
    return finished(Outcome::undecided,
                    fmt::format("void: the champion gave no value {} times in a row in this race: {}",
                                experiment.champion_failures, experiment.champion_trouble));
  }
  if (state.stopping == EndReason::environment) return std::nullopt;  // resume goes on with it
  if (state.stopping) {
    const bool unasked = experiment.stage == Stage::asking && state.stopping == EndReason::exhausted;
    return finished(Outcome::abandoned,
                    unasked ? "no backend had anything new to propose" : "the run ended before it was decided");
  }
  // Queued with a race: a dead session raced it, and may have died between its last sample and the verdict.
  if (!experiment.race) return std::nullopt;
  Step step = next_step(state.acceptance, *experiment.race);
  Verdict* verdict = std::get_if<Verdict>(&step);
  if (!verdict) return std::nullopt;
  if (verdict->decision == Decision::accepted) {
    if (guards_due(state, experiment) || confirmation_due(experiment, *verdict) || holdout_due(state, experiment)) {
      return std::nullopt;
    }
    // Two that beat the same champion: the branch takes the first, the second races again against that one.
    const auto advancing = [](const auto& entry) { return entry.second.stage == Stage::advancing; };
    if (std::any_of(state.active.begin(), state.active.end(), advancing)) return std::nullopt;
  }
  return judgement_of(state, experiment, std::move(*verdict), date);
}

bool waiting_for_proposals_only(const State& state) {
  return std::all_of(state.active.begin(), state.active.end(),
                     [](const auto& entry) { return entry.second.stage == Stage::asking && !entry.second.in_flight; });
}

std::optional<event::Closing> dead_end(const State& state) {
  const bool all_dropped =
      std::all_of(state.backends.begin(), state.backends.end(), [](const Backend& backend) { return backend.dropped; });
  if (all_dropped && waiting_for_proposals_only(state)) {
    std::string why;
    bool exhausted = true;
    for (const Backend& backend : state.backends) {
      why += (why.empty() ? "" : "; ") + backend.why;
      exhausted = exhausted && backend.why.starts_with("exhausted");
    }
    return event::Closing{exhausted ? EndReason::exhausted : EndReason::no_backend, why};
  }
  return std::nullopt;
}

// Which limit is reached, if any.
std::optional<event::Closing> limit_reached(const State& state) {
  const LimitsSpec& limits = state.spec.limits;
  if (state.now >= closing_time(state)) {
    const bool by_clock = state.until && *state.until <= limits.budget;
    return event::Closing{by_clock ? EndReason::until : EndReason::budget, ""};
  }
  if (limits.max_no_gain && state.since_keep >= *limits.max_no_gain) {
    return event::Closing{EndReason::no_gain, fmt::format("{} experiments in a row without a keep", state.since_keep)};
  }
  if (!waiting_for_proposals_only(state) || !state.in_flight.empty() || state.canary.work) return std::nullopt;
  if (limits.max_experiments && state.finished >= *limits.max_experiments) {
    return event::Closing{EndReason::experiments, fmt::format("{} experiments were made", state.finished)};
  }
  if (limits.max_tokens && state.money.tokens >= *limits.max_tokens) {
    return event::Closing{EndReason::tokens, fmt::format("{} tokens were used", state.money.tokens.value)};
  }
  if (limits.max_cost) {
    const bool affordable = std::any_of(state.backends.begin(), state.backends.end(), [&](const Backend& backend) {
      const MicroDollars worst = backend.worst_case.value_or(MicroDollars{0});
      return !backend.dropped && state.money.spent + worst <= *limits.max_cost;
    });
    if (!affordable) return event::Closing{EndReason::cost, "the next request could exceed --max-cost"};
  }
  return dead_end(state);
}

// Doctor's short form: nothing is spent on a metric that could not show a gain of a quarter.
std::optional<event::Closing> refused_by_doctor(const State& state) {
  if (state.spec.anyway || state.begun > 0) return std::nullopt;
  const auto* gate = std::get_if<GateState>(&state.acceptance.state);
  if (gate == nullptr || gate->mode != GateMode::noisy || gate->epoch != 0) return std::nullopt;
  std::vector<double> runs;
  for (const ChampionRun& run : gate->history) runs.push_back(run.value);
  if (const auto why = why_hopeless(state.spec.metric.goal, runs))
    return event::Closing{EndReason::baseline_failed, *why};
  return std::nullopt;
}

// A name that was mistyped, before the night is spent on it.
std::optional<event::Closing> refused_for_guards(const State& state) {
  if (!state.baseline_value || state.finished > 0) return std::nullopt;
  std::vector<std::string> printed = {state.score};
  for (const auto& [name, mean] : state.baseline_means) {
    if (name != state.score && !name.empty()) printed.push_back(name);
  }
  if (const auto why = find_blind_guard(state.spec.guards, printed))
    return event::Closing{EndReason::baseline_failed, *why};
  return std::nullopt;
}

std::optional<EventBody> end_of_run(const State& state) {
  if (!state.stopping) {
    if (auto closing = refused_by_doctor(state)) return *closing;
    if (auto closing = refused_for_guards(state)) return *closing;
    if (state.champion_failures >= most_champion_failures) {
      if (!state.champion_changes.empty()) return event::Closing{EndReason::evaluator_changed, state.champion_changes};
      if (!state.holdout_trouble.empty())
        return event::Closing{EndReason::baseline_failed,
                              "the hold-out on the unchanged code: " + state.holdout_trouble};
      return event::Closing{EndReason::baseline_failed, state.last_failure_title};
    }
    for (const auto& [id, experiment] : state.active) {
      if (experiment.champion_failures >= most_champion_failures && !state.champion_changes.empty())
        return event::Closing{EndReason::evaluator_changed, state.champion_changes};
    }
    if (state.void_races >= most_void_races) {
      return event::Closing{EndReason::baseline_failed,
                            fmt::format("the champion gave no value in {} races, one after the other: {}",
                                        state.void_races, state.last_failure_title)};
    }
    if (auto closing = limit_reached(state)) return *closing;
    return std::nullopt;
  }
  if (state.stopping == EndReason::interrupted || !state.in_flight.empty() || state.canary.work) return std::nullopt;
  if (state.stopping != EndReason::environment && !state.active.empty()) return std::nullopt;
  if (final_word_due(state)) return std::nullopt;
  if (!state.final_word && state.kept > 0) {
    if (auto word = say_final_word(state)) return *word;
  }
  return event::RunEnded{*state.stopping, state.stopping_note};
}

}  // namespace

std::optional<Consequence> consequence(const State& state, UnixTime date) {
  if (state.ended || state.stopping == EndReason::interrupted) return std::nullopt;
  for (const auto& [id, experiment] : state.active) {
    if (auto body = end_of(state, experiment, date)) return Consequence{id, std::move(*body)};
  }
  if (auto canary = canary_consequence(state)) return canary;
  if (auto body = end_of_run(state)) return Consequence{ExperimentId{}, std::move(*body)};
  return std::nullopt;
}

std::optional<Consequence> keep_to_tell(const State& state) {
  const auto made = state.active.find(state.champion.experiment);
  if (made == state.active.end() || made->second.stage != Stage::advancing) return std::nullopt;
  return Consequence{made->first, finished(Outcome::kept, made->second.judged->reason)};
}

Seconds next_deadline(const State& state) {
  Seconds deadline = state.stopping ? last_moment(state) : closing_time(state);
  if (state.stopping && state.now >= deadline) return Seconds{std::numeric_limits<double>::infinity()};
  for (std::uint32_t i = 0; i < state.backends.size(); ++i) {
    const Backend& backend = state.backends[i];
    if (!backend.dropped && backend.rest_until > state.now) deadline = std::min(deadline, backend.rest_until);
  }
  return deadline;
}

}  // namespace hone
