#include "hone/views/sentence.hpp"

#include <fmt/format.h>

#include <cmath>

#include "hone/core/base/text.hpp"
#include "hone/views/canvas.hpp"

namespace hone {
namespace {

std::int64_t keeps(const Summary& summary) {
  return summary.outcomes[static_cast<std::size_t>(Outcome::kept)];
}

// "3.1 % faster": the words carry the direction, the number no sign.
std::string gain_in_words(const Summary& summary, double gain) {
  return fmt::format("{} {}", render_effect(std::abs(gain), Interval{}, false), render_comparative(summary, gain));
}

std::string final_in_words(const Summary& summary, const event::FinalWord& word) {
  const bool better = word.effect >= 0;
  const Interval shown = better ? word.interval : Interval{-word.interval.high, -word.interval.low};
  const std::string text = render_effect(std::abs(word.effect), shown, false);
  const auto bracket = text.find(" [");
  const std::string_view number = std::string_view(text).substr(0, bracket);
  const std::string_view interval = bracket == std::string::npos ? "" : std::string_view(text).substr(bracket);
  return fmt::format("{} {}{}", number, render_comparative(summary, word.effect), interval);
}

std::string provenance(const Summary& summary) {
  if (!summary.final_word) return "by the log of keeps, not re-measured";
  std::string text = "re-measured from a clean checkout";
  const Interval interval = summary.final_word->interval;
  if (interval.low <= 0 && interval.high >= 0 && interval.high > interval.low)
    text += ", which cannot tell it from no gain";
  return text;
}

std::string labels(const Summary& summary) {
  std::string text;
  if (summary.rule == AcceptRule::greedy) text += ", accepted greedily: single runs decided";
  if (summary.rule == AcceptRule::margin) text += ", accepted by margin: no error control";
  if (summary.sandbox == SandboxLevel::none) text += ", no sandbox";
  return text;
}

std::string money(const Summary& summary) {
  if (summary.cost_known) return render_money(summary.spent);
  return summary.spent.value == 0 ? "cost unknown" : "at least " + render_money(summary.spent);
}

// What the number is about, where the comparative alone would not say it.
std::string subject(const Summary& summary) {
  return summary.measure == Measure::printed && !summary.metric_name.empty() ? printable(summary.metric_name) + " "
                                                                             : "";
}

}  // namespace

std::string_view render_comparative(const Summary& summary, double gain) {
  const bool good = gain >= 0;
  const bool smaller = (summary.direction == Direction::minimise) == good;
  switch (summary.measure) {
    case Measure::wall:
    case Measure::cpu:
      return smaller ? "faster" : "slower";
    case Measure::instructions:
      return smaller ? "fewer instructions" : "more instructions";
    case Measure::peak_memory:
      return smaller ? "less memory" : "more memory";
    case Measure::printed:
      break;
  }
  return smaller ? "lower" : "higher";
}

std::string render_headline(const Summary& summary) {
  if (keeps(summary) == 0) return summary.ended ? "Nothing better" : "Nothing better yet";
  if (summary.final_word) return subject(summary) + final_in_words(summary, *summary.final_word);
  if (!summary.baseline_value || !summary.champion_value || *summary.baseline_value == 0) {
    return fmt::format("{} kept, gain not expressible in percent", keeps(summary));
  }
  return subject(summary) +
         gain_in_words(summary, improvement(summary.direction, *summary.baseline_value, *summary.champion_value));
}

std::string render_sentence(const Summary& summary) {
  const std::string tried = render_plural(summary.finished, "experiment");
  if (keeps(summary) == 0) {
    return fmt::format("{} than the baseline in {}, {}{}.", render_headline(summary), tried, money(summary),
                       labels(summary));
  }
  return fmt::format("{}, {}, {}, {}, {}{}.", render_headline(summary), render_plural(keeps(summary), "commit"), tried,
                     money(summary), provenance(summary), labels(summary));
}

std::string render_verdict(const Verdict& verdict, const Scale& scale) {
  const std::string_view decided = verdict.decision == Decision::accepted   ? "accepted"
                                   : verdict.decision == Decision::rejected ? "rejected"
                                                                            : "undecided";
  std::string text =
      fmt::format("{}{}{}: {} -> {}, {}, n = {}", decided, verdict.rule.empty() ? "" : " by ", printable(verdict.rule),
                  render_value(verdict.before, scale), render_value(verdict.after, scale),
                  render_effect(verdict.effect, verdict.interval, true), verdict.samples);
  if (verdict.alpha > 0) text += fmt::format(", alpha {}", render_number(verdict.alpha, 2));
  if (!verdict.reason.empty()) text += "; " + printable(verdict.reason);
  return text;
}

std::string render_rule(AcceptRule rule) {
  switch (rule) {
    case AcceptRule::gate:
      return "gate: a sequential test with the error of the whole run controlled";
    case AcceptRule::margin:
      return "margin: mean of interleaved pairs beyond a fixed margin, no error control";
    case AcceptRule::greedy:
      return "greedy: a bare comparison, lucky runs are kept too";
  }
  return "";
}

std::string render_sandbox(SandboxLevel level) {
  switch (level) {
    case SandboxLevel::automatic:
      return "auto: bubblewrap, proven at the start";
    case SandboxLevel::bwrap:
      return "bwrap: bubblewrap";
    case SandboxLevel::none:
      return "none: commands ran with all rights of the user";
  }
  return "";
}

}  // namespace hone
