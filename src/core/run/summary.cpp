#include "hone/core/run/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <variant>

#include "hone/core/run/canary.hpp"

namespace hone {
namespace {

using InFlight = Summary::InFlight;

std::string metric_title(const MetricSpec& metric) {
  switch (metric.measure) {
    case Measure::wall:
      return "wall";
    case Measure::cpu:
      return "cpu";
    case Measure::instructions:
      return "instructions";
    case Measure::peak_memory:
      return "peak-memory";
    case Measure::printed:
      break;
  }
  return metric.name.empty() ? "metric" : metric.name;
}

void add_time(Summary& summary, const InFlight& effect, Seconds end) {
  const Seconds took = std::max(Seconds{}, end - effect.began);
  if (effect.kind == EffectKind::propose) summary.proposing += took;
  if (effect.kind == EffectKind::prepare) summary.building += took;
  if (effect.kind == EffectKind::measure) summary.measuring += took;
}

// Takes the effect out of what is in flight; an end without an intent changes nothing.
std::optional<InFlight> close(Summary& summary, EffectId id, Seconds at) {
  const auto found = std::find_if(summary.in_flight.begin(), summary.in_flight.end(),
                                  [&](const InFlight& one) { return one.effect == id; });
  if (found == summary.in_flight.end()) return std::nullopt;
  const InFlight effect = *found;
  summary.in_flight.erase(found);
  summary.reserved -= effect.reserve;
  add_time(summary, effect, at);
  return effect;
}

// What a request cost, or the most that it can have cost.
void spend(Summary& summary, const std::optional<MicroDollars>& cost, MicroDollars worst) {
  summary.spent += cost.value_or(worst);
  if (!cost) summary.cost_known = false;
}

// A free request costs nothing, however it ended; of a priced one only the most is known.
std::optional<MicroDollars> bounded(const InFlight& effect) {
  if (effect.priced && effect.reserve.value == 0) return MicroDollars{0};
  return std::nullopt;
}

// Slot time without a timed command, from the first baseline run on.
void pass_time(Summary& summary, Seconds at) {
  const Seconds passed = std::max(Seconds{}, at - summary.now);
  if (summary.baseline_runs > 0 && !summary.ended) {
    const auto timed = std::count_if(summary.in_flight.begin(), summary.in_flight.end(),
                                     [](const InFlight& one) { return one.kind == EffectKind::measure; });
    const auto idle = static_cast<std::int64_t>(summary.slots) - static_cast<std::int64_t>(timed);
    summary.slot_idle += passed * static_cast<double>(std::max<std::int64_t>(0, idle));
  }
  summary.now = std::max(summary.now, at);
}

// Intents whose end will never come: their time up to now, and the worst case of their money.
void give_up(Summary& summary) {
  for (const InFlight& effect : summary.in_flight) {
    add_time(summary, effect, summary.now);
    if (effect.kind == EffectKind::propose) spend(summary, bounded(effect), effect.reserve);
  }
  summary.in_flight.clear();
  summary.reserved = {};
}

struct Fold {
  Summary& summary;
  const Event& event;

  void operator()(const event::RunStarted& start) const {
    summary.name = start.spec.name;
    summary.branch = start.spec.branch;
    summary.version = start.version;
    summary.metric_name = metric_title(start.spec.metric);
    summary.direction = start.spec.metric.goal;
    summary.measure = start.spec.metric.measure;
    summary.rule = start.spec.accept.rule;
    summary.sandbox = start.spec.sandbox;
    summary.trusts.clear();
    for (const Source source : {Source::printed, Source::channel, Source::judge}) {
      summary.trusts.push_back(trust_of(start.spec, source));
    }
    summary.base = summary.champion_commit = start.base;
    summary.budget = start.spec.limits.budget;
    summary.slots = start.spec.slots;
    summary.started = event.date;
  }
  // What the last session left open was cut off by a crash; its time ends with the last thing that it wrote.
  void operator()(const event::SessionOpened& opened) const {
    give_up(summary);
    ++summary.sessions;
    summary.pid = opened.pid;
    summary.machine = opened.machine;
    summary.closing.reset();
    summary.ended.reset();
    summary.end_note.clear();
    summary.final_word.reset();
  }
  void operator()(const event::LimitsChanged& changed) const { summary.budget = changed.limits.budget; }
  void operator()(const event::Began& began) const {
    summary.in_flight.push_back({began.effect, began.kind, event.experiment, event.at, began.reserve, began.priced});
    summary.reserved += began.reserve;
  }
  void operator()(const event::Proposed& done) const {
    const auto effect = close(summary, done.effect, event.at);
    spend(summary, done.proposal.cost, effect ? effect->reserve : MicroDollars{});
    Usage& usage = summary.usage;
    const Usage& more = done.proposal.usage;
    usage.in_uncached += more.in_uncached;
    usage.cache_read += more.cache_read;
    usage.cache_write_5m += more.cache_write_5m;
    usage.cache_write_1h += more.cache_write_1h;
    usage.out_total += more.out_total;
    usage.out_reasoning += more.out_reasoning;
  }
  void operator()(const event::ProposeFailed& failed) const {
    const auto effect = close(summary, failed.effect, event.at);
    if (!failed.cost && failed.attempts.empty()) return;  // no request was made
    spend(summary, failed.cost, effect ? effect->reserve : MicroDollars{});
  }
  void operator()(const event::Assembled& done) const { (void)close(summary, done.effect, event.at); }
  void operator()(const event::AssembleRefused& done) const { (void)close(summary, done.effect, event.at); }
  void operator()(const event::Prepared& done) const { (void)close(summary, done.effect, event.at); }
  void operator()(const event::Measured& done) const {
    (void)close(summary, done.effect, event.at);
    for (const Sample& sample : done.samples) {
      ++summary.samples;
      if (sample.value && sample.phase != Phase::holdout) {
        summary.source = std::min(summary.source.value_or(sample.source), sample.source);
      }
      const bool early = sample.phase == Phase::baseline || sample.phase == Phase::calibrate;
      if (!early || !sample.value || summary.champion.value != 0) continue;
      const double mean = summary.baseline_value.value_or(0);
      summary.baseline_value = mean + (*sample.value - mean) / static_cast<double>(++summary.baseline_runs);
    }
  }
  void operator()(const event::Advanced& done) const {
    (void)close(summary, done.effect, event.at);
    summary.champion = event.experiment;
    summary.champion_commit = done.commit;
    for (const Summary::Keep& keep : summary.pending_keeps) {
      if (keep.experiment == event.experiment) summary.champion_value = keep.value;
    }
  }
  void operator()(const event::EffectFailed& failed) const {
    const auto effect = close(summary, failed.effect, event.at);
    if (effect && effect->kind == EffectKind::propose) spend(summary, bounded(*effect), effect->reserve);
  }
  void operator()(const event::Judged& judged) const {
    if (judged.file.holdout) ++summary.holdout_uses;
    if (judged.outcome == Outcome::kept) {
      summary.pending_keeps.push_back({event.experiment, judged.file.verdict.after});
    }
  }
  void operator()(const event::Finished& done) const {
    if (is_canary(event.experiment)) {
      if (done.outcome == Outcome::discarded) ++summary.canaries_passed;
      if (done.outcome == Outcome::suspect) summary.canary_alarm = done.reason;
      return;
    }
    ++summary.outcomes[static_cast<std::size_t>(done.outcome)];
    ++summary.finished;
    summary.since_keep = done.outcome == Outcome::kept ? 0 : summary.since_keep + 1;
    std::erase_if(summary.pending_keeps, [&](const Summary::Keep& one) { return one.experiment == event.experiment; });
  }
  void operator()(const event::CanaryBegan&) const {}
  void operator()(const event::Doubted&) const { ++summary.doubted; }
  void operator()(const event::Told&) const {}
  void operator()(const event::StopAsked&) const {}
  void operator()(const event::Closing& closing) const { summary.closing = closing.reason; }
  void operator()(const event::FinalWord& word) const { summary.final_word = word; }
  void operator()(const event::RunEnded& ended) const {
    give_up(summary);
    summary.ended = ended.reason;
    summary.end_note = ended.note;
  }
};

std::string describe(EffectKind kind, ExperimentId experiment) {
  const std::string what = experiment.value == 0 ? "the champion"
                                                 : fmt::format("{} {}", is_canary(experiment) ? "canary" : "experiment",
                                                               render_experiment(experiment));
  switch (kind) {
    case EffectKind::propose:
      return fmt::format("asking for {}", what);
    case EffectKind::assemble:
      return fmt::format("patching {}", what);
    case EffectKind::prepare:
      return fmt::format("building {}", what);
    case EffectKind::measure:
      return fmt::format("timing {}", what);
    case EffectKind::advance:
      return fmt::format("committing {}", what);
    case EffectKind::plant:
      return fmt::format("planting {}", what);
  }
  return {};
}

// Timed work first, as it is what the night is for; one effect a kind is named, the rest are counted.
std::string doing(const Summary& summary) {
  if (summary.ended) return fmt::format("ended: {}", render_reason(*summary.ended));
  std::string line;
  for (const EffectKind kind : {EffectKind::measure, EffectKind::prepare, EffectKind::advance, EffectKind::assemble,
                                EffectKind::plant, EffectKind::propose}) {
    std::int64_t count = 0;
    ExperimentId first;
    for (const InFlight& effect : summary.in_flight) {
      if (effect.kind == kind && count++ == 0) first = effect.experiment;
    }
    if (count == 0) continue;
    if (!line.empty()) line += ", ";
    line += describe(kind, first);
    if (count > 1) line += fmt::format(" and {} more", count - 1);
  }
  if (summary.closing)
    return fmt::format("closing, {}{}{}", render_reason(*summary.closing), line.empty() ? "" : ": ", line);
  return line.empty() ? "deciding what is next" : line;
}

}  // namespace

void fold_summary(Summary& summary, const Event& event) {
  pass_time(summary, event.at);
  summary.date = event.date;
  const auto number = static_cast<std::int64_t>(event.experiment.value);
  if (!is_canary(event.experiment)) summary.experiments = std::max(summary.experiments, number);
  std::visit(Fold{summary, event}, event.body);
  summary.doing = doing(summary);
}

std::optional<Trust> trust_of(const Summary& summary) {
  if (!summary.source || static_cast<std::size_t>(*summary.source) >= summary.trusts.size()) return std::nullopt;
  return summary.trusts[static_cast<std::size_t>(*summary.source)];
}

double logged_gain(const Summary& summary) {
  if (summary.champion.value == 0 || !summary.baseline_value || !summary.champion_value) return 0;
  if (*summary.baseline_value == 0) return 0;
  return improvement(summary.direction, *summary.baseline_value, *summary.champion_value);
}

std::string_view render_reason(EndReason reason) {
  switch (reason) {
    case EndReason::budget:
      return "the time budget is used up";
    case EndReason::until:
      return "the hour it was to end at has come";
    case EndReason::experiments:
      return "the number of experiments is reached";
    case EndReason::cost:
      return "the cost limit is reached";
    case EndReason::tokens:
      return "the token limit is reached";
    case EndReason::no_gain:
      return "too many experiments in a row without a gain";
    case EndReason::stopped:
      return "it was asked to stop";
    case EndReason::interrupted:
      return "it was interrupted; `hone resume` goes on";
    case EndReason::exhausted:
      return "the backends have nothing new to propose";
    case EndReason::baseline_failed:
      return "the baseline cannot be measured well enough";
    case EndReason::ref_moved:
      return "someone else moved the branch; both are kept";
    case EndReason::no_backend:
      return "no backend is left that answers";
    case EndReason::environment:
      return "the environment failed";
    case EndReason::evaluator_insensitive:
      return "the evaluator cannot be trusted";
    case EndReason::evaluator_changed:
      return "the evaluator changed by itself";
  }
  return {};
}

}  // namespace hone
