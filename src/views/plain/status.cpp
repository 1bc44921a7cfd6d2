// Where a run stands, and the list of runs.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "hone/views/sentence.hpp"
#include "hone/views/tables.hpp"

namespace hone {
namespace {

struct Page {
  const Canvas& canvas;
  std::string text;

  // Long values go on under their own column, cut between words.
  void row(std::string_view name, std::string value) {
    const std::size_t room = canvas.columns > 24 ? canvas.columns - 12 : 12;
    for (bool first = true; !value.empty(); first = false) {
      std::size_t cut = value.size();
      while (columns(std::string_view(value).substr(0, cut)) > room) {
        const auto blank = value.rfind(' ', cut - 1);
        if (blank == std::string::npos || blank == 0) break;
        cut = blank;
      }
      text += paint(pad_right(std::string(first ? name : ""), 12), Ink::faint, canvas);
      text += fit(std::string_view(value).substr(0, cut), room, canvas) + "\n";
      value.erase(0, std::min(value.size(), cut + 1));
    }
  }
};

double share(Seconds part, Seconds whole) {
  return whole.value > 0 ? 100 * (part / whole) : 0;
}

std::string time_of(const Summary& summary) {
  std::string text = render_duration(summary.now);
  if (summary.budget.value > 0) text += " of " + render_duration(summary.budget);
  if (summary.sessions > 1) text += fmt::format(", in {} sessions", summary.sessions);
  if (summary.finished > 0 && summary.now.value > 0) {
    text += fmt::format(", {} experiments an hour",
                        render_number(static_cast<double>(summary.finished) / summary.now.value * 3600, 2));
  }
  return text;
}

std::string effort_of(const Summary& summary) {
  const Seconds whole = summary.measuring + summary.slot_idle;
  std::string text = fmt::format("proposing {}, building {}, measuring {}", render_duration(summary.proposing),
                                 render_duration(summary.building), render_duration(summary.measuring));
  if (whole.value > 0) text += fmt::format("; slots busy {:.0f} %", share(summary.measuring, whole));
  return text;
}

std::string money_of(const Summary& summary) {
  std::string text = render_money(summary.spent);
  if (!summary.cost_known) text = summary.spent.value == 0 ? "unknown" : "at least " + text;
  if (summary.reserved.value > 0 && !summary.ended)
    text += fmt::format(", up to {} in flight", render_money(summary.reserved));
  const std::int64_t tokens = summary.usage.in_uncached.value + summary.usage.cache_read.value +
                              summary.usage.cache_write_5m.value + summary.usage.cache_write_1h.value;
  if (tokens + summary.usage.out_total.value > 0) {
    text += fmt::format("; {} tokens in, {} out", render_count(tokens), render_count(summary.usage.out_total.value));
  }
  return text;
}

std::string champion_of(const Summary& summary, const Scale& scale) {
  if (!summary.baseline_value) return "the baseline has not been measured yet";
  if (summary.champion.value == 0) {
    return fmt::format("the baseline, {} {}", printable(summary.metric_name),
                       render_value(*summary.baseline_value, scale));
  }
  return fmt::format("experiment {} ({}), {} {} -> {}", summary.champion.value,
                     summary.champion_commit.value.substr(0, 10), printable(summary.metric_name),
                     render_value(*summary.baseline_value, scale),
                     render_value(summary.champion_value.value_or(*summary.baseline_value), scale));
}

// The fold of the summary already says it in words, also after the end.
std::string state_of(const Summary& summary) {
  std::string text = summary.doing.empty() ? (summary.ended ? "ended" : "running") : printable(summary.doing);
  if (!summary.end_note.empty()) text += "; " + printable(summary.end_note);
  return text;
}

}  // namespace

std::string render_outcomes(const Summary& summary) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < outcome_count; ++i) {
    if (summary.outcomes[i] > 0) order.push_back(i);
  }
  // Keeps first, they are what one looks for; then by number.
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    if ((a == 0) != (b == 0)) return a == 0;
    return summary.outcomes[a] > summary.outcomes[b];
  });
  std::string text;
  for (const std::size_t i : order) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", render_count(summary.outcomes[i]),
                        render_outcome(static_cast<Outcome>(i)));
  }
  return text;
}

std::string render_status(const Summary& summary, UnixTime now, const Canvas& canvas) {
  const Scale scale = choose_scale(summary);
  Page page{canvas, {}};
  page.text = paint(render_sentence(summary), Ink::bold, canvas) + "\n";
  page.row("run", fmt::format("{} on {}", printable(summary.name), printable(summary.branch)));
  page.row("state", state_of(summary));
  page.row("champion", champion_of(summary, scale));
  page.row("outcomes", render_outcomes(summary));
  if (!summary.canary_alarm.empty()) {
    page.row("canaries", fmt::format("{}; {} since the last passed canary to be doubted",
                                     printable(summary.canary_alarm), render_plural(summary.doubted, "keep")));
  } else if (summary.canaries_passed > 0) {
    page.row("canaries", fmt::format("{} passed", render_count(summary.canaries_passed)));
  }
  if (summary.holdout_uses > 0)
    page.row("hold-out", fmt::format("used {}{}", render_plural(summary.holdout_uses, "time"),
                                     summary.holdout_uses >= many_holdout_uses ? "; trust fresh data more" : ""));
  page.row("last keep",
           summary.finished == 0 ? "" : fmt::format("{} ago", render_plural(summary.since_keep, "experiment")));
  page.row("time", time_of(summary));
  page.row("effort", effort_of(summary));
  page.row("money", money_of(summary));
  page.row("rule", render_rule(summary.rule));
  page.row("sandbox", render_sandbox(summary.sandbox));
  if (const auto trust = trust_of(summary)) {
    page.row("trust", fmt::format("{}: {}", render_trust(*trust), explain_trust(*trust)));
  }
  page.row("machine", printable(summary.machine));
  page.row("started", fmt::format("{}, last event {}", render_date(summary.started), render_ago(summary.date, now)));
  if (summary.final_word && !summary.final_word->note.empty()) page.row("note", printable(summary.final_word->note));
  return page.text;
}

std::string render_runs(std::span<const Summary> runs, UnixTime now, const Canvas& canvas) {
  if (runs.empty()) return "No runs in this repository. `hone run` starts one.\n";
  std::vector<std::array<std::string, 6>> rows;
  rows.push_back({"run", "started", "state", "experiments", "cost", "result"});
  for (const Summary& run : runs) {
    rows.push_back({printable(run.name), render_ago(run.started, now), run.ended ? "ended" : "not ended",
                    render_count(run.finished), run.cost_known || run.spent.value > 0 ? render_money(run.spent) : "?",
                    render_headline(run)});
  }
  std::array<std::size_t, 6> widths{};
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns(row[i]));
  }
  widths[2] = std::min<std::size_t>(widths[2], 28);
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i + 1 < row.size(); ++i) {
      const std::string cell = fit(row[i], widths[i], canvas);
      line += (i == 3 || i == 4 ? pad_left(cell, widths[i]) : pad_right(cell, widths[i])) + "  ";
    }
    const std::size_t used = columns(line);
    line += fit(row[5], canvas.columns > used + 16 ? canvas.columns - used : 16, canvas);
    text += (&row == &rows.front() ? paint(line, Ink::faint, canvas) : line) + "\n";
  }
  return text;
}

}  // namespace hone
