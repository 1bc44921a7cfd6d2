#include "hone/views/live.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "hone/views/sentence.hpp"
#include "hone/views/tables.hpp"

namespace hone {
namespace {

constexpr std::size_t most_recent = 64;
constexpr std::size_t most_trace = 128;
constexpr std::size_t most_widths = 32;

template <class T>
void keep_last(std::vector<T>& list, T value, std::size_t most) {
  if (list.size() == most) list.erase(list.begin());
  list.push_back(value);
}

// Starts at the baseline, ends at the present; every other point goes when it grows too long.
void extend_trace(std::vector<double>& trace, double gain) {
  if (trace.empty()) trace.push_back(0);
  trace.push_back(gain);
  if (trace.size() <= most_trace) return;
  for (std::size_t i = 1; 2 * i < trace.size(); ++i) trace[i] = trace[2 * i];
  trace.resize((trace.size() + 1) / 2);
}

Scale scale_of(const Live& live) {
  std::vector<double> widths = live.widths;
  double noise = 0;
  if (!widths.empty()) {
    const auto middle = widths.begin() + static_cast<std::ptrdiff_t>(widths.size() / 2);
    std::nth_element(widths.begin(), middle, widths.end());
    noise = *middle;
  }
  const Summary& summary = live.summary;
  return choose_scale(summary.measure, summary.champion_value.value_or(summary.baseline_value.value_or(1)),
                      std::min(noise, 0.1));
}

// Eighth blocks from the lowest to the highest of `values`, resampled to `cells`.
std::string sparkline(const std::vector<double>& values, std::size_t cells, const Canvas& canvas) {
  static constexpr std::array<const char*, 8> blocks = {"\u2581", "\u2582", "\u2583", "\u2584",
                                                        "\u2585", "\u2586", "\u2587", "\u2588"};
  if (values.size() < 2 || !canvas.unicode) return "";
  const auto [low, high] = std::ranges::minmax(values);
  const std::size_t count = std::min(cells, values.size());
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    const double value = values[i * (values.size() - 1) / std::max<std::size_t>(1, count - 1)];
    const double share = high > low ? (value - low) / (high - low) : 0;
    text += blocks[static_cast<std::size_t>(std::lround(share * 7))];
  }
  return text;
}

std::string progress_bar(double share, std::size_t cells, const Canvas& canvas) {
  const auto full = static_cast<std::size_t>(std::lround(std::clamp(share, 0.0, 1.0) * static_cast<double>(cells)));
  std::string text;
  for (std::size_t i = 0; i < cells; ++i) {
    text += i < full ? (canvas.unicode ? "\u2588" : "#") : (canvas.unicode ? "\u2591" : ".");
  }
  return text;
}

std::string outcome_strip(const Live& live, std::size_t cells, const Canvas& canvas) {
  std::string text;
  const std::size_t count = std::min(cells, live.recent.size());
  for (std::size_t i = live.recent.size() - count; i < live.recent.size(); ++i) {
    const Ink ink = outcome_ink(live.recent[i]);
    const bool rich = canvas.unicode;
    const char* mark = ink == Ink::good                       ? (rich ? "\u25CF" : "K")
                       : ink == Ink::bad                      ? (rich ? "\u00D7" : "x")
                       : live.recent[i] == Outcome::discarded ? (rich ? "\u25CB" : "o")
                                                              : (rich ? "\u00B7" : ".");
    text += paint(mark, ink, canvas);
  }
  return text;
}

std::string rate_of(const Summary& summary) {
  if (summary.finished == 0 || summary.now.value <= 0) return "";
  return fmt::format("{} an hour", render_number(static_cast<double>(summary.finished) / summary.now.value * 3600, 2));
}

std::string time_line(const Live& live, const Canvas& canvas) {
  const Summary& summary = live.summary;
  if (live.limits.budget.value <= 0) return render_duration(summary.now);
  const double share = summary.now / live.limits.budget;
  const Seconds left{std::max(0.0, live.limits.budget.value - summary.now.value)};
  std::string text = fmt::format("{}  {} left of {}", progress_bar(share, 20, canvas), render_duration(left),
                                 render_duration(live.limits.budget));
  const std::string rate = rate_of(summary);
  return rate.empty() ? text : text + "  " + rate;
}

std::string money_line(const Live& live) {
  const Summary& summary = live.summary;
  std::string text = summary.cost_known ? render_money(summary.spent) : "at least " + render_money(summary.spent);
  if (live.limits.max_cost) {
    const MicroDollars left{std::max<std::int64_t>(0, live.limits.max_cost->value - summary.spent.value)};
    text += fmt::format(" spent, {} left", render_money(left));
  } else {
    text += " spent";
  }
  if (live.limits.max_experiments) {
    text += fmt::format(";  {} of {} experiments left",
                        render_count(std::max<std::int64_t>(0, *live.limits.max_experiments - summary.finished)),
                        render_count(*live.limits.max_experiments));
  }
  return text;
}

std::string champion_line(const Live& live, const Canvas& canvas) {
  const Summary& summary = live.summary;
  if (!summary.baseline_value) return "measuring the baseline";
  const Scale scale = scale_of(live);
  if (summary.champion.value == 0) {
    return fmt::format("baseline {} {}, nothing better yet", printable(summary.metric_name),
                       render_value(*summary.baseline_value, scale));
  }
  const double gain = logged_gain(summary);
  const std::string_view arrow = canvas.unicode ? "\u2192" : "->";
  return fmt::format("{} {}  {} {} {}  {}", render_effect(std::abs(gain), Interval{}, false),
                     render_comparative(summary, gain), render_value(*summary.baseline_value, scale), arrow,
                     render_value(summary.champion_value.value_or(0), scale), sparkline(live.trace, 24, canvas));
}

// What is timed or else nearest to it, and the idea behind it.
std::string now_line(const Live& live) {
  std::string text = printable(live.summary.doing);
  const Summary::InFlight* shown = nullptr;
  for (const Summary::InFlight& effect : live.summary.in_flight) {
    if (effect.experiment.value == 0) continue;
    if (shown == nullptr || effect.kind == EffectKind::measure) shown = &effect;
    if (effect.kind == EffectKind::measure) break;
  }
  if (shown == nullptr) return text;
  const auto record = live.active.find(shown->experiment);
  if (record == live.active.end() || record->second.idea.empty()) return text;
  return fmt::format("{}: {}", text, printable(record->second.idea));
}

}  // namespace

void fold_live(Live& live, const Event& event) {
  fold_summary(live.summary, event);
  live.finished.reset();
  if (const auto* start = std::get_if<event::RunStarted>(&event.body)) live.limits = start->spec.limits;
  if (const auto* limits = std::get_if<event::LimitsChanged>(&event.body)) live.limits = limits->limits;
  if (event.experiment.value == 0) return;
  const bool begins =
      std::holds_alternative<event::Began>(event.body) || std::holds_alternative<event::CanaryBegan>(event.body);
  if (begins) live.active.try_emplace(event.experiment);
  const auto found = live.active.find(event.experiment);
  if (found == live.active.end()) return;  // a straggler of an experiment that is over
  Record& record = found->second;
  fold_record(record, event);
  const auto* end = std::get_if<event::Finished>(&event.body);
  if (end == nullptr) return;
  keep_last(live.recent, end->outcome, most_recent);
  if (record.verdict) {
    const double half = (record.verdict->interval.high - record.verdict->interval.low) / 2;
    if (std::isfinite(half) && half > 0) keep_last(live.widths, half, most_widths);
  }
  if (end->outcome == Outcome::kept) extend_trace(live.trace, logged_gain(live.summary));
  live.finished = std::move(record);
  live.active.erase(found);
}

std::string render_live(const Live& live, const Canvas& canvas) {
  const Summary& summary = live.summary;
  const std::size_t width = canvas.columns > 24 ? canvas.columns - 1 : 23;
  const std::size_t room = width - 10;
  std::string text;
  const auto row = [&](std::string_view name, std::string_view value, Ink ink) {
    text += paint(pad_right(std::string(name), 10), Ink::faint, canvas) + paint(fit(value, room, canvas), ink, canvas) +
            "\n";
  };
  const bool gained = summary.champion.value != 0;
  row("champion", champion_line(live, canvas), gained ? Ink::good : Ink::plain);
  row("now", now_line(live), Ink::plain);
  row("time", time_line(live, canvas), Ink::plain);
  row("money", money_line(live), Ink::plain);
  const std::string outcomes = render_outcomes(summary);
  row("done", outcomes.empty() ? "nothing yet" : fmt::format("{}: {}", render_count(summary.finished), outcomes),
      Ink::plain);
  text += paint(pad_right("last", 10), Ink::faint, canvas) + outcome_strip(live, room, canvas) + "\n";
  return text;
}

std::string render_event(const Live& live, const Event& event, const Canvas& canvas, bool block) {
  const auto say = [&](std::string_view what, std::string_view text) {
    return fmt::format("{}{}\n", paint(pad_right(std::string(what), 10), Ink::faint, canvas),
                       fit(printable(text), canvas.columns > 30 ? canvas.columns - 11 : 20, canvas));
  };
  // What a person has to act on is never cut: the terminal wraps it.
  const auto tell = [&](std::string_view what, std::string_view text) {
    return fmt::format("{}{}\n", paint(pad_right(std::string(what), 10), Ink::faint, canvas), printable(text));
  };
  if (live.finished) {
    if (block && live.finished->outcome != Outcome::kept) return "";
    Canvas narrower = canvas;
    narrower.columns = canvas.columns - std::min<std::size_t>(1, canvas.columns);
    return render_line(*live.finished, scale_of(live), narrower) + "\n";
  }
  if (const auto* failed = std::get_if<event::ProposeFailed>(&event.body)) return say("backend", failed->error.message);
  if (const auto* failed = std::get_if<event::EffectFailed>(&event.body)) return tell("error", failed->error.message);
  if (const auto* told = std::get_if<event::Told>(&event.body)) return say("told", told->text);
  if (const auto* word = std::get_if<event::FinalWord>(&event.body)) {
    return say("final", fmt::format("{} over {}{}{}", render_effect(word->effect, word->interval, true),
                                    render_plural(word->pairs, "pair"), word->note.empty() ? "" : "; ", word->note));
  }
  if (const auto* ended = std::get_if<event::RunEnded>(&event.body)) {
    return tell("ended",
                fmt::format("{}{}{}", render_reason(ended->reason), ended->note.empty() ? "" : "; ", ended->note));
  }
  return "";
}

}  // namespace hone
