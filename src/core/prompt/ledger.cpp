#include "core/prompt/ledger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/prompt/quote.hpp"
#include "hone/core/base/text.hpp"

namespace hone::prompt {
namespace {

constexpr std::size_t idea_bytes = 160, reason_bytes = 200;
constexpr std::size_t full_replies = 3;

std::string_view outcome_words(Outcome outcome) {
  switch (outcome) {
    case Outcome::kept:
      return "accepted";
    case Outcome::discarded:
      return "no better";
    case Outcome::duplicate:
      return "same as an earlier attempt";
    case Outcome::noop:
      return "changed nothing";
    case Outcome::malformed:
      return "edit could not be applied";
    case Outcome::denied:
      return "outside what may change";
    case Outcome::build_failed:
      return "did not build";
    case Outcome::check_failed:
      return "failed the check";
    case Outcome::crashed:
      return "crashed";
    case Outcome::timeout:
      return "took too long";
    case Outcome::guard:
      return "broke a guard";
    case Outcome::suspect:
      return "suspect result";
    case Outcome::undecided:
      return "undecided";
    case Outcome::stale:
      return "made for an older version";
    case Outcome::abandoned:
      return "not finished";
  }
  return "";
}

std::string percent(double value) {
  return fmt::format("{:+.4g} %", value * 100);
}

bool near_miss(const LedgerEntry& entry) {
  if (entry.outcome != Outcome::discarded && entry.outcome != Outcome::undecided && entry.outcome != Outcome::guard)
    return false;
  return entry.effect && *entry.effect > 0;
}

// Of a message to the model only what was wrong: the lines it quotes and the advice were for that reply alone.
std::string_view short_reason(const LedgerEntry& entry) {
  std::string_view reason = entry.reason;
  if (entry.outcome != Outcome::malformed && entry.outcome != Outcome::noop && entry.outcome != Outcome::denied)
    return reason;
  reason = reason.substr(0, reason.find('\n'));
  reason = reason.substr(0, reason.find(" They begin:"));
  return reason.substr(0, reason.find(" Send the change as blocks"));
}

std::string line_of(const LedgerEntry& entry, std::optional<double> noise) {
  std::string line = fmt::format("- #{} {}: {}", entry.experiment.value, render_attempt(entry, noise),
                                 entry.idea.empty() ? "(no intent given)" : one_line(entry.idea, idea_bytes));
  if (entry.outcome != Outcome::kept && !entry.reason.empty())
    line += " -- " + one_line(short_reason(entry), reason_bytes);
  return valid_utf8(line) + "\n";
}

// The newest lines that fit, oldest first, with a note of how many are left out.
std::string newest(const std::vector<std::string>& all, std::size_t& room) {
  std::size_t first = all.size();
  while (first > 0 && all[first - 1].size() <= room) room -= all[--first].size();
  std::string result;
  if (first > 0 && first < all.size()) result = fmt::format("- [{} older ones left out]\n", first);
  for (std::size_t i = first; i < all.size(); ++i) result += all[i];
  return result;
}

// Rounded to so many digits and written out: 120, not 1.2e+02.
std::string rounded(double value, int digits) {
  return fmt::format("{:.10g}", parse_number(fmt::format("{:.{}e}", value, digits - 1)).value_or(value));
}

std::string seconds(double value) {
  return value < 0.1 ? rounded(value * 1000, 2) + " ms" : rounded(value, 2) + " s";
}

// Coarse: it is for choosing between a bold idea and a safe one.
std::string duration(double value) {
  if (value >= 5400) return rounded(value / 3600, 2) + " h";
  return value >= 90 ? rounded(value / 60, 2) + " min" : rounded(value, 2) + " s";
}

std::string bytes(double value) {
  return value < 1e9 ? rounded(value / 1e6, 2) + " MB" : rounded(value / 1e9, 2) + " GB";
}

// What one run of the baseline took and what else it printed. Two digits: they are means of few runs, and the prefix
// of the prompt should stay as it is.
std::string render_baseline_run(const Brief& brief) {
  constexpr std::size_t most_others = 8;
  std::string wall, cpu, memory, others;
  std::size_t count = 0;
  for (const NamedValue& each : brief.baseline_values) {
    if (each.name == "wall") {
      wall = seconds(each.value) + " on the clock";
    } else if (each.name == "cpu") {
      cpu = ", " + seconds(each.value) + " of CPU time";
    } else if (each.name == "peak-memory") {
      if (each.value > 0) memory = ", " + bytes(each.value) + " of memory";
    } else if (each.name != brief.metric.name && ++count <= most_others) {
      others += fmt::format("{}`{}` {}", others.empty() ? "" : ", ", one_line(each.name, 60), rounded(each.value, 4));
    }
  }
  if (wall.empty()) return {};
  std::string text = fmt::format("One run of the baseline takes {}{}{}.\n", wall, cpu, memory);
  if (!others.empty() && (count > 1 || !brief.metric.name.empty()))  // else it is the score by its printed name
    text += fmt::format("It also prints {}{}.\n", others, count > most_others ? " and more" : "");
  return text;
}

}  // namespace

std::string render_attempt(const LedgerEntry& entry, std::optional<double> noise) {
  std::string text(outcome_words(entry.outcome));
  if (entry.effect) {
    text += ", " + percent(*entry.effect);
    if (entry.low && entry.high && *entry.low < *entry.high)  // without noise there is none to tell
      text += fmt::format(" [{}, {}]", percent(*entry.low), percent(*entry.high));
    if (noise && *noise > 0) {
      const double times = std::abs(*entry.effect) / *noise;
      text += times < 1 ? ", within the noise" : fmt::format(", {:.1f} x the noise", times);
    }
  }
  if (entry.times > 1) text += fmt::format(", tried {} times", entry.times);
  return text;
}

std::string render_ledger(const Brief& brief, std::size_t most) {
  std::vector<std::string> accepted, near, rest;
  for (const LedgerEntry& entry : brief.ledger) {
    auto& list = entry.outcome == Outcome::kept ? accepted : near_miss(entry) ? near : rest;
    list.push_back(line_of(entry, brief.noise));
  }
  // Accepted ones may take two fifths, near misses a third; what they leave is for the rest.
  std::size_t room = most * 2 / 5;
  const std::string first = newest(accepted, room);
  room += most / 3;
  const std::string second = newest(near, room);
  room += most - most * 2 / 5 - most / 3;
  const std::string third = newest(rest, room);
  std::string text;
  if (!first.empty()) text += "\nAccepted:\n" + first;
  if (!second.empty()) text += "\nNear misses, better but not proven or beyond a guard:\n" + second;
  if (!third.empty()) text += "\nWithout success:\n" + third;
  return text;
}

std::string render_pending(const Brief& brief, std::size_t most) {
  std::vector<std::string> lines;
  for (const LedgerEntry& entry : brief.pending)
    lines.push_back(valid_utf8(fmt::format("- #{}: {}", entry.experiment.value, one_line(entry.idea, idea_bytes))) +
                    "\n");
  return newest(lines, most);
}

std::string render_left(const Brief& brief) {
  std::string text;
  if (brief.attempts_left && *brief.attempts_left > 0)
    text = fmt::format("{} attempt{}", *brief.attempts_left, *brief.attempts_left == 1 ? "" : "s");
  if (brief.left && brief.left->value >= 1) text += (text.empty() ? "" : ", ") + duration(brief.left->value);
  return text.empty() ? text : fmt::format("Left of this run: {}.\n", text);
}

std::string render_counts(const Brief& brief) {
  std::int64_t all = 0;
  for (const auto count : brief.outcomes) all += count;
  if (all == 0) return "";
  std::string text = fmt::format("{} attempt{} so far: ", all, all == 1 ? "" : "s");
  bool any = false;
  for (std::size_t i = 0; i < brief.outcomes.size(); ++i) {
    if (brief.outcomes[i] == 0) continue;
    text += fmt::format("{}{} {}", any ? ", " : "", brief.outcomes[i], outcome_words(static_cast<Outcome>(i)));
    any = true;
  }
  return text + ".";
}

std::string render_replies(const Brief& brief, std::size_t most, const std::string& nonce) {
  std::vector<std::string> texts;
  const std::size_t count = std::min(full_replies, brief.ledger_replies.size());
  for (std::size_t i = count; i-- > 0;) {  // they come newest first and are shown newest last, as the ledger is
    const SourceFile& reply = brief.ledger_replies[i];
    const auto entry = std::find_if(brief.ledger.begin(), brief.ledger.end(), [&](const LedgerEntry& each) {
      return fmt::format("{}", each.experiment.value) == reply.path;
    });
    const std::string title = entry == brief.ledger.end()
                                  ? fmt::format("attempt #{}", reply.path)
                                  : fmt::format("attempt #{}, {}", reply.path, render_attempt(*entry, brief.noise));
    texts.push_back(quote_data(title, clean_output(reply.text, most / count / 2, most / count / 3), nonce));
  }
  std::string all;
  for (const auto& text : texts) all += text;
  return all;
}

std::string render_goal(const Brief& brief) {
  const MetricSpec& metric = brief.metric;
  constexpr std::array<std::string_view, 5> measured{
      "the number that the command prints", "wall-clock time of the command", "CPU time of the command",
      "instructions executed by the command", "peak memory of the command"};
  std::string text = fmt::format(
      "{} {}{}, measured by running `{}`.\n", metric.goal == Direction::minimise ? "Make smaller:" : "Make larger:",
      measured[static_cast<std::size_t>(metric.measure)],
      metric.name.empty() ? "" : fmt::format(" (`{}`)", one_line(metric.name, 80)), one_line(metric.command, 400));
  if (!brief.build.empty()) text += fmt::format("Built with `{}`.\n", one_line(brief.build, 400));
  if (!brief.check.empty()) text += fmt::format("Must pass `{}`.\n", one_line(brief.check, 400));
  for (const GuardSpec& guard : brief.guards)
    text += fmt::format("Guard: `{}` against the baseline; a change that breaks it is rejected, whatever it gains.\n",
                        one_line(guard.text.empty() ? guard.name : guard.text, 120));
  if (brief.timeout.value > 0) text += fmt::format("One run may take {:g} s at most.\n", brief.timeout.value);
  if (brief.noise && *brief.noise == 0) text += "Noise: none, every run gives the same value; any real gain counts.\n";
  if (brief.noise && *brief.noise > 0) {  // one digit: it is estimated anew all the time, and the prefix should stay
    const std::string units =
        brief.baseline && *brief.baseline != 0
            ? fmt::format(", {} in the metric's own units", rounded(*brief.noise * std::abs(*brief.baseline), 1))
            : "";
    text += fmt::format(
        "Noise: one run differs from the next by about {} % of the value{}; gains much smaller than that cannot be "
        "proven.\n",
        rounded(*brief.noise * 100, 1), units);
  }
  if (brief.min_effect) text += fmt::format("Gains below {:.3g} % are not wanted.\n", *brief.min_effect * 100);
  if (brief.baseline) text += fmt::format("Baseline, where the run began: {:.10g}.\n", *brief.baseline);
  text += render_baseline_run(brief);
  if (!brief.machine.empty()) text += fmt::format("Machine: {}.\n", one_line(brief.machine, 300));
  return valid_utf8(text);
}

std::string render_score(const Brief& brief) {
  if (!brief.champion) return "They are the version to beat.";
  std::string text = fmt::format("They score {:.10g}", *brief.champion);
  if (brief.baseline && *brief.baseline != 0 && *brief.baseline != *brief.champion) {
    text += fmt::format(", {} against the baseline",
                        percent(improvement(brief.metric.goal, *brief.baseline, *brief.champion)));
  }
  text += ". This is the version to beat.";
  for (const NamedValue& each : brief.guard_changes)
    text += fmt::format(" By the guard on `{}` it stands at {} against the baseline.", one_line(each.name, 60),
                        percent(each.value));
  return text;
}

}  // namespace hone::prompt
