#include "hone/core/measure/gate.hpp"

#include <algorithm>
#include <cmath>

#include "core/measure/gate_doubt.hpp"
#include "hone/core/base/assert.hpp"
#include "hone/core/base/random.hpp"
#include "hone/core/measure/gate_calibration.hpp"
#include "hone/core/measure/lord.hpp"

namespace hone::gate {
namespace {

constexpr std::int64_t refit_every = 10;  // experiments
constexpr double forgotten_level = 50;    // white variances: after a keep the level is only guessed

double wanted_units(const Acceptance& acceptance, const GateState& state) {
  return gain_in_units(state.scale, std::max(0.0, acceptance.spec.min_effect.value_or(0)));
}

double alpha_now(const Acceptance& acceptance, const GateState& state, std::int64_t test) {
  return state.fixed_alpha.value_or(lord_alpha(acceptance.spec.false_rate, test, state.keeps));
}

ExactRule exact_rule(const Acceptance& acceptance, const GateState& state, const GateRace& race) {
  HONE_ASSERT(!state.history.empty());
  return {.scale = state.scale,
          .champion = state.history.back().value,
          .wanted = wanted_units(acceptance, state),
          .alpha = alpha_now(acceptance, state, state.tests + 1),
          .tie_wins = acceptance.spec.smaller_wins_tie && race.lines < 0};
}

SingleRule single_rule(const Acceptance& acceptance, const GateState& state) {
  return {.alpha = state.fixed_alpha.value_or(single_alpha(acceptance.spec)),
          .wanted = wanted_units(acceptance, state),
          .prior = gain_in_units(state.scale, acceptance.spec.noise_prior.value_or(0)),
          .prior_weight = acceptance.spec.prior_weight};
}

std::uint64_t series_seed(const Acceptance& acceptance, ExperimentId experiment, std::size_t index) {
  return derive(acceptance.seed, experiment.value, index).next();
}

Series screen_series(const Acceptance& acceptance, const GateState& state, ExperimentId experiment,
                     const GateRace& race) {
  Series series{Phase::screen, {}, series_seed(acceptance, experiment, race.screen.runs.size())};
  const double waiting = race.screen.runs.empty() ? state.noise.drift * state.noise.white * state.clock.gap : 0;
  const bool vague = state.level.variance + waiting > tier_rule(race.tier).level_share * state.noise.run_variance;
  if (race.screen.runs.empty()) {
    if (state.first_runs.left_out || doubted(state)) series.runs.push_back(Role::candidate);
    if ((vague || doubted(state)) && !race.screen.champion_ran) series.runs.push_back(Role::champion);
  }
  series.runs.push_back(Role::candidate);
  return series;
}

Series pair_series(const Acceptance& acceptance, ExperimentId experiment, const GateRace& race) {
  const std::size_t index = race.pairs.candidate.size();
  // Far from the screen's indices: a confirm race must see fresh seeds.
  Random random = derive(acceptance.seed, experiment.value, 1000 + index);
  bool champion_first = random.coin();
  // Every second pair mirrors the one before: what alternates from run to run, or favours the first of two, cancels.
  if (index % 2 == 1) champion_first = !derive(acceptance.seed, experiment.value, 1000 + index - 1).coin();
  Series series{Phase::confirm, {Role::candidate, Role::champion}, random.next()};
  if (champion_first) std::swap(series.runs[0], series.runs[1]);
  return series;
}

Series exact_series(const Acceptance& acceptance, const GateState& state, ExperimentId experiment,
                    const GateRace& race) {
  const std::size_t done = race.exact.candidate.size();
  Series series{done == 0 ? Phase::screen : Phase::confirm, {}, series_seed(acceptance, experiment, 0)};
  const bool check_due = done == 0 && state.unchecked >= exact_check_every;
  const bool would_keep = done >= 1 && !race.exact.champion_ran;
  if (done == 0 && (state.first_runs.left_out || doubted(state))) series.runs.push_back(Role::candidate);
  if (check_due || would_keep) series.runs.push_back(Role::champion);
  const std::size_t more = race.exact.noisy_candidate ? noisy_candidate_runs - done : 1;
  series.runs.insert(series.runs.end(), more, Role::candidate);
  return series;
}

// Every run with a seed of its own: the two sides of a single race do not come in pairs.
Series single_series(const Acceptance& acceptance, ExperimentId experiment, const GateRace& race) {
  return {
      Phase::confirm, {next_single_run(race.single)}, series_seed(acceptance, experiment, race.single.evidence.size())};
}

GateRace::Stage first_stage(GateMode mode) {
  return mode == GateMode::deterministic ? GateRace::Stage::exact
         : mode == GateMode::expensive   ? GateRace::Stage::single
                                         : GateRace::Stage::screen;
}

// Before its first run a race belongs to whoever is champion then.
void open_race(const Acceptance& acceptance, const GateState& state, GateRace& race) {
  race.epoch = state.epoch;
  race.tier = state.costs.tier;
  race.stage = first_stage(state.mode);
  if (state.mode == GateMode::expensive)
    race.single = open_single(state.belief, single_rule(acceptance, state), 1 + state.clock.gap);
  if (state.mode == GateMode::deterministic) race.champion_value = state.history.back().value;
}

void fold_champion(GateState& state, double value) {
  const double units = to_units(state.scale, value);
  state.crosses_zero = state.crosses_zero || value <= 0;
  remember_run(state, value);
  fold_level(state.level, state.noise, units);
}

void pass_time(GateState& state, double elapsed) {
  state.clock.now += elapsed;
  if (state.mode == GateMode::noisy) drift_level(state.level, state.noise, elapsed);
}

void promote(const Acceptance& acceptance, GateState& state, GateRace& race) {
  race.stage = GateRace::Stage::confirm;
  race.test = ++state.tests;
  race.pairs.design =
      design_pairs(state.noise, {race.tier, alpha_now(acceptance, state, race.test), wanted_units(acceptance, state)});
}

ScreenRule screen_rule(const Acceptance& acceptance, const GateState& state, const GateRace& race) {
  const TierRule& tier = tier_rule(race.tier);
  return {&tier, std::max(tier.smallest_effect, wanted_units(acceptance, state)), cost_ratio(state.costs)};
}

// The run that counts of those a race begins with: the first, or the second where first runs are slower.
double opening_run(GateState& state, GateRace& race, std::span<const double> runs) {
  if (runs.size() < 2) return runs[0];
  race.screen.first_left_out = fold_first_runs(state, runs[0], runs[1]);
  return runs[race.screen.first_left_out ? 1 : 0];
}

void fold_screen_runs(const Acceptance& acceptance, GateState& state, GateRace& race, std::span<const TimedRun> runs) {
  std::vector<double> candidate;
  for (const TimedRun& run : runs) {
    pass_time(state, run.elapsed);
    if (run.role == Role::candidate) {
      candidate.push_back(to_units(state.scale, run.value));
      continue;
    }
    fold_doubt(state, to_units(state.scale, run.value));
    fold_champion(state, run.value);
    race.screen.champion_ran = true;
  }
  if (race.screen.end != ScreenEnd::open || candidate.empty()) return;
  double run = candidate.front();
  if (race.screen.runs.empty()) {
    run = opening_run(state, race, candidate);
    count_slow(state, run);
  }
  fold_screen(race.screen, screen_rule(acceptance, state, race), state.noise, state.level, run);
  if (race.screen.end == ScreenEnd::promoted) promote(acceptance, state, race);
}

void fold_pair_runs(GateState& state, GateRace& race, std::span<const TimedRun> runs) {
  for (std::size_t i = 0; i < runs.size();) {
    const bool whole = i + 1 < runs.size() && runs[i].role != runs[i + 1].role;
    const double level = state.level.at;
    for (const TimedRun& run : runs.subspan(i, whole ? 2 : 1)) {
      pass_time(state, run.elapsed);
      if (run.role != Role::candidate) fold_champion(state, run.value);
    }
    if (whole && race.pairs.end == PairEnd::open) {
      const bool first = runs[i].role != Role::candidate;
      fold_pair(race.pairs, level, to_units(state.scale, runs[first ? i : i + 1].value),
                to_units(state.scale, runs[first ? i + 1 : i].value));
    }
    i += whole ? 2 : 1;
  }
}

void fold_exact_runs(const Acceptance& acceptance, GateState& state, GateRace& race, std::span<const TimedRun> runs) {
  const ExactRule rule = exact_rule(acceptance, state, race);
  const bool opening = race.exact.candidate.empty();
  std::vector<double> candidate;
  for (const TimedRun& run : runs) {
    pass_time(state, run.elapsed);
    if (run.role == Role::candidate) {
      candidate.push_back(run.value);
    } else {
      state.unchecked = 0;
      fold_exact_champion(race.exact, rule, run.value);
    }
  }
  if (opening && !candidate.empty()) {
    const auto units = [&](double value) { return to_units(state.scale, value); };
    if (candidate.size() > 1) {
      race.screen.first_left_out = fold_first_exact_runs(state, units(candidate[0]), units(candidate[1]));
      candidate = {candidate[race.screen.first_left_out ? 1 : 0]};
    }
    count_slow_exact(state, units(candidate.front()) > units(rule.champion));
  }
  for (const double value : candidate) fold_exact_candidate(race.exact, rule, value);
  if (race.exact.end == ExactEnd::champion_differs) {
    state.contradicted = true;
    start_over(state);
  }
}

void fold_single_runs(GateState& state, GateRace& race, std::span<const TimedRun> runs) {
  for (const TimedRun& run : runs) {
    pass_time(state, run.elapsed);
    if (run.role != Role::candidate) remember_run(state, run.value);
    if (race.single.end == SingleEnd::open) fold_single(race.single, run.role, to_units(state.scale, run.value));
  }
}

// On a logarithmic scale everything from zero down is one value, on which no later gain could be seen.
void leave_logarithm(GateState& state) {
  if (!state.scale.logarithmic || !state.crosses_zero) return;
  if (state.mode == GateMode::deterministic) {
    state.scale.logarithmic = false;
    for (ChampionRun& run : state.history) run.units = to_units(state.scale, run.value);
  } else if (state.mode == GateMode::noisy) {
    start_over(state);
  }
}

bool kept_at_zero(const GateState& state, const GateRace& race) {
  const double zero = to_units(state.scale, 0);
  const auto& exact = race.exact.candidate;
  return std::any_of(exact.begin(), exact.end(), [](double value) { return value <= 0; }) ||
         std::any_of(race.pairs.candidate.begin(), race.pairs.candidate.end(),
                     [&](double units) { return state.scale.logarithmic && units == zero; });
}

bool ended(const GateRace& race) {
  switch (race.stage) {
    case GateRace::Stage::fresh:
      return false;
    case GateRace::Stage::screen:
      return race.screen.end == ScreenEnd::dropped;
    case GateRace::Stage::confirm:
      return race.pairs.end != PairEnd::open;
    case GateRace::Stage::exact:
      return race.exact.end != ExactEnd::open;
    case GateRace::Stage::single:
      return race.single.end != SingleEnd::open;
    case GateRace::Stage::stale:
      return true;
  }
  return true;
}

// A keep in another slot, or a metric that turned out to be noisy: this race was run against yesterday's champion.
bool overtaken(const GateState& state, const GateRace& race) {
  if (race.stage == GateRace::Stage::fresh || ended(race)) return false;
  const GateRace::Stage stage = race.stage == GateRace::Stage::confirm ? GateRace::Stage::screen : race.stage;
  return race.epoch != state.epoch || stage != first_stage(state.mode);
}

void fold_exact_end(GateState& state, const GateRace& race, bool kept) {
  ++state.unchecked;
  if (!kept || race.exact.candidate.empty()) return;
  ++state.epoch;
  remember_run(state, race.exact.candidate.front());
  if (race.exact.noisy_candidate) start_over(state);
}

void fold_single_end(GateState& state, const GateRace& race, bool kept) {
  if (race.epoch != state.epoch || race.stage != GateRace::Stage::single) return;
  state.belief = belief_after(race.single, kept);
  state.epoch += kept ? 1 : 0;
}

void fold_noisy_end(GateState& state, const GateRace& race, bool kept) {
  if (kept) {
    if (race.test > 0)
      state.keeps.insert(std::upper_bound(state.keeps.begin(), state.keeps.end(), race.test), race.test);
    ++state.epoch;
    state.level = {race.level - race.pairs.mean, forgotten_level * state.noise.white, 0, 0};
  }
  if (kept || state.experiments % refit_every == 0) refit(state);
}

}  // namespace

GateRace start_race(std::int64_t lines) {
  GateRace race;
  race.lines = lines;
  return race;
}

double expensive_variance(const Acceptance& acceptance, const GateState& state) {
  return run_variance(state.belief, single_rule(acceptance, state));
}

Step next_step(const Acceptance& acceptance, const GateState& state, ExperimentId experiment, const GateRace& race) {
  if (ended(race)) return render_verdict(state, race);
  if (overtaken(state, race)) {
    GateRace stale = race;
    stale.stage = GateRace::Stage::stale;
    return render_verdict(state, stale);
  }
  if (const auto calibration = calibration_step(acceptance, state)) return *calibration;
  GateRace opened = race;
  if (race.stage == GateRace::Stage::fresh) open_race(acceptance, state, opened);
  switch (opened.stage) {
    case GateRace::Stage::exact:
      return exact_series(acceptance, state, experiment, opened);
    case GateRace::Stage::single:
      return single_series(acceptance, experiment, opened);
    case GateRace::Stage::confirm:
      return pair_series(acceptance, experiment, opened);
    default:
      return screen_series(acceptance, state, experiment, opened);
  }
}

void fold_series(const Acceptance& acceptance, GateState& state, GateRace& race,
                 std::span<const Observation> observations) {
  if (state.mode == GateMode::calibrating) {
    fold_calibration(acceptance, state, observations);
    return;
  }
  const bool first = race.stage == GateRace::Stage::fresh;
  if (first) open_race(acceptance, state, race);
  if (overtaken(state, race)) race.stage = GateRace::Stage::stale;
  const std::vector<TimedRun> runs = time_runs(state.clock, observations);
  if (first && !runs.empty()) fold_gap(state.clock, runs.front());
  switch (race.stage) {
    case GateRace::Stage::screen:
      fold_screen_runs(acceptance, state, race, runs);
      break;
    case GateRace::Stage::confirm:
      fold_pair_runs(state, race, runs);
      break;
    case GateRace::Stage::exact:
      fold_exact_runs(acceptance, state, race, runs);
      break;
    case GateRace::Stage::single:
      fold_single_runs(state, race, runs);
      break;
    default:
      break;
  }
  race.level = state.level.at;
  race.level_variance = state.level.variance;
}

std::optional<NextRun> next_run(const Acceptance& acceptance, const GateState& state, const GateRace& race) {
  if (state.mode == GateMode::calibrating || ended(race) || overtaken(state, race)) return std::nullopt;
  GateRace opened = race;
  if (race.stage == GateRace::Stage::fresh) open_race(acceptance, state, opened);
  if (opened.stage == GateRace::Stage::screen) {
    const std::vector<Role> runs = screen_series(acceptance, state, {}, opened).runs;
    if (std::count(runs.begin(), runs.end(), Role::candidate) > 1) return std::nullopt;  // one may not count
    Level level = state.level;  // as it will be after the champion's run ahead of this one, if there is one
    if (runs.size() > 1) level.variance = 1 / (1 / level.variance + 1 / state.noise.white);
    const auto gain = least_screen_gain(opened.screen, screen_rule(acceptance, state, opened), state.noise, level);
    if (gain) return NextRun{state.scale, state.level.at, *gain};
  } else if (opened.stage == GateRace::Stage::exact && opened.exact.candidate.empty()) {
    if (state.first_runs.left_out || doubted(state)) return std::nullopt;
    return NextRun{state.scale, to_units(state.scale, opened.champion_value), wanted_units(acceptance, state)};
  } else if (opened.stage == GateRace::Stage::single && opened.single.candidate.empty()) {
    return NextRun{state.scale, opened.single.belief.level, least_single_gain(opened.single)};
  }
  return std::nullopt;
}

// It counts as a bad candidate in a row: a machine that becomes slower would stop them all, and the champion, whose
// level is precise, would never be run again.
void fold_stopped(const Acceptance& acceptance, GateState& state, GateRace& race) {
  if (state.mode == GateMode::calibrating) return;
  if (race.stage == GateRace::Stage::fresh) open_race(acceptance, state, race);
  if (race.stage == GateRace::Stage::screen && race.screen.runs.empty()) ++state.doubt.slow_in_a_row;
}

void fold_end(GateState& state, const GateRace& race, bool kept) {
  ++state.experiments;
  if (kept) state.crosses_zero = state.crosses_zero || kept_at_zero(state, race);
  if (state.mode == GateMode::deterministic) {
    fold_exact_end(state, race, kept);
  } else if (state.mode == GateMode::calibrating) {
    if (kept) start_over(state);
  } else if (state.mode == GateMode::expensive) {
    fold_single_end(state, race, kept);
  } else {
    fold_noisy_end(state, race, kept);
  }
  leave_logarithm(state);
}

}  // namespace hone::gate
