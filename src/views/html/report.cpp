#include "hone/views/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "hone/core/base/digest.hpp"
#include "hone/core/base/text.hpp"
#include "hone/core/codec/views_json.hpp"
#include "hone/core/guard/odd_code.hpp"
#include "hone/views/sentence.hpp"
#include "views/html/assets.hpp"

namespace hone {
namespace {

int hex_digit(char c) {
  return c <= '9' ? c - '0' : c - 'a' + 10;
}

// Content Security Policy names a script by the base64 of its SHA-256; nothing else may run.
std::string csp_hash(std::string_view script) {
  const std::string hex = text_id(script).value;
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text = "'sha256-";
  for (std::size_t i = 0; i < hex.size(); i += 6) {
    std::uint32_t bits = 0;
    const std::size_t digits = std::min<std::size_t>(6, hex.size() - i);
    for (std::size_t k = 0; k < 6; ++k) {
      bits = bits * 16 + static_cast<std::uint32_t>(k < digits ? hex_digit(hex[i + k]) : 0);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      text += k <= digits / 2 ? alphabet[(bits >> (18 - 6 * k)) & 63] : '=';
    }
  }
  return text + "'";
}

std::string fact(std::string_view name, const std::string& value, std::string_view note = {}) {
  if (value.empty()) return "";
  return fmt::format("<div><dt>{}</dt><dd>{}{}</dd></div>\n", escape_html(name), escape_html(value),
                     note.empty() ? "" : fmt::format("<small>{}</small>", escape_html(note)));
}

std::string gain_fact(const Summary& summary) {
  if (summary.champion.value == 0) return "";
  std::string logged = "not expressible";
  if (summary.baseline_value && summary.champion_value && *summary.baseline_value != 0) {
    logged = render_gain(improvement(summary.direction, *summary.baseline_value, *summary.champion_value));
  }
  if (!summary.final_word) return fact("Gain", logged, "by the log of keeps; not re-measured");
  const event::FinalWord& word = *summary.final_word;
  return fact("Gain, re-measured", render_effect(word.effect, word.interval, true),
              fmt::format("{} of baseline and champion, each from a clean checkout; the log of keeps says {}",
                          render_plural(word.pairs, "pair"), logged));
}

std::string champion_fact(const Summary& summary, const Scale& scale) {
  if (!summary.baseline_value) return "";
  const std::string before = render_value(*summary.baseline_value, scale);
  if (summary.champion.value == 0) return fact("Champion", "the baseline", before);
  return fact(
      "Champion", fmt::format("{} \u2192 {}", before, render_value(summary.champion_value.value_or(0), scale)),
      fmt::format("experiment {}, commit {}", summary.champion.value, summary.champion_commit.value.substr(0, 10)));
}

std::string trust_fact(const Summary& summary) {
  const auto trust = trust_of(summary);
  if (!trust) return "";
  const std::string advice = advise_on_trust(*trust);
  return fact("Trust", render_trust(*trust),
              explain_trust(*trust) + (advice.empty() ? "" : "; to raise it, " + advice));
}

std::string tests_fact(const ReportPage& page) {
  const RunSpec& spec = page.spec;
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : "; ") + part; };
  if (!spec.check.empty()) add("a check must pass");
  if (!spec.guards.empty()) {
    std::string guards;
    for (const GuardSpec& guard : spec.guards) guards += (guards.empty() ? "" : ", ") + printable(guard.text);
    add(fmt::format("guards {}", guards));
  }
  if (!spec.holdout.empty()) {
    add(fmt::format("a hold-out that the model never sees, used {}", render_plural(page.summary.holdout_uses, "time")));
  }
  if (!parse_odd_code(spec.extra).value_or(true))
    add("code that cheats are made of is allowed in patches (--odd-code allow)");
  const std::string missing = spec.check.empty() && spec.holdout.empty() ? "no check and no hold-out were asked for"
                              : page.summary.holdout_uses >= many_holdout_uses
                                  ? "so many uses tell about the hold-out; trust fresh data more"
                                  : "";
  return fact("Beside the metric", text.empty() ? "nothing" : text, missing);
}

std::string canary_fact(const ReportPage& page) {
  const Summary& summary = page.summary;
  if (!summary.canary_alarm.empty()) {
    return fact("Canaries", "the evaluator cannot be trusted",
                fmt::format("{}; {} since the last passed canary {} suspect", summary.canary_alarm,
                            render_plural(summary.doubted, "keep"), summary.doubted == 1 ? "is" : "are"));
  }
  if (page.spec.canary == 0) return fact("Canaries", "none", "asked for with --canary 0");
  return fact("Canaries", fmt::format("{} passed", summary.canaries_passed),
              fmt::format("a patch without effect, and a slow-down where one can be planted, every {} experiments",
                          page.spec.canary));
}

std::string facts(const ReportPage& page, const Scale& scale) {
  const Summary& summary = page.summary;
  std::string text = champion_fact(summary, scale) + gain_fact(summary);
  const std::string rule = render_rule(summary.rule);
  const auto colon = rule.find(": ");
  text += fact("Accept rule", rule.substr(0, colon), rule.substr(colon + 2));
  const std::string sandbox = render_sandbox(summary.sandbox);
  text += fact("Sandbox", sandbox.substr(0, sandbox.find(": ")), sandbox.substr(sandbox.find(": ") + 2));
  text += trust_fact(summary) + tests_fact(page) + canary_fact(page);
  text += fact(
      "Metric",
      summary.metric_name + (summary.direction == Direction::minimise ? ", smaller is better" : ", larger is better"),
      page.spec.metric.command);
  text +=
      fact("Night", render_duration(summary.now),
           summary.ended ? fmt::format("{}{}", summary.doing, summary.end_note.empty() ? "" : "; " + summary.end_note)
                         : "not ended; this page shows the run so far");
  std::string money = render_money(summary.spent);
  if (!summary.cost_known) money = summary.spent.value == 0 ? "unknown" : "at least " + money;
  text += fact("Cost", money, fmt::format("{} tokens out", render_count(summary.usage.out_total.value)));
  text += fact("Machine", summary.machine, fmt::format("started {}", render_date(summary.started)));
  return text;
}

// Readable without JavaScript and on paper.
std::string keeps(std::span<const Record> records) {
  std::string text;
  std::size_t count = 0;
  constexpr std::size_t most = 200;
  for (const Record& record : records) {
    if (record.outcome != Outcome::kept || ++count > most) continue;
    text += fmt::format(
        "<li value=\"{}\"><b>{}</b> <span>{}</span> <code>{}</code></li>\n", record.id.value,
        record.verdict ? escape_html(render_effect(record.verdict->effect, record.verdict->interval, true)) : "",
        escape_html(printable(record.idea) + (record.doubt.empty() ? "" : " [suspect: a canary won afterwards]")),
        escape_html(record.commit.value.substr(0, 10)));
  }
  if (count == 0) return "<p>No experiment was kept.</p>\n";
  std::string more;
  if (count > most)
    more =
        fmt::format("<p>{} later keeps are in the table.</p>\n", render_count(static_cast<std::int64_t>(count - most)));
  return fmt::format("<ol class=\"keeps\">\n{}</ol>\n{}", text, more);
}

std::string bar(std::string_view name, Seconds part, Seconds most, std::string_view kind) {
  const double share = most.value > 0 ? 100 * (part / most) : 0;
  return fmt::format(
      "<div class=\"bar {}\"><span>{}</span><svg viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" "
      "aria-hidden=\"true\">"
      "<rect width=\"{:.2f}\" height=\"10\"></rect></svg><b>{}</b></div>\n",
      kind, name, std::clamp(share, 0.0, 100.0), render_duration(part));
}

std::string times(const Summary& summary) {
  const Seconds most{
      std::max({summary.proposing.value, summary.building.value, summary.measuring.value, summary.slot_idle.value})};
  const Seconds slots = summary.measuring + summary.slot_idle;
  std::string text =
      bar("measuring", summary.measuring, most, "measuring") + bar("slots idle", summary.slot_idle, most, "idle") +
      bar("building", summary.building, most, "building") + bar("proposing", summary.proposing, most, "proposing");
  if (slots.value > 0) {
    text += fmt::format(
        "<p>Timed places were busy {:.0f} % of the night. Proposing and building run beside other work, so the "
        "bars add up to more than the clock.</p>\n",
        100 * (summary.measuring / slots));
  }
  return text;
}

std::string left_out(const ReportPage& page) {
  const auto with = static_cast<std::int64_t>(page.exhibits.size());
  const auto all = static_cast<std::int64_t>(page.records.size());
  if (with >= all) return "";
  return fmt::format(
      "<p class=\"note\">Diff, samples and output are on this page for {} of {} experiments: the keeps and the newest "
      "others. <code>hone show {} N</code> prints any other.</p>\n",
      render_count(with), render_count(all), escape_html(page.summary.name));
}

std::vector<Detail> details_of(const ReportPage& page, const Scale& scale) {
  std::vector<Detail> details;
  details.reserve(page.exhibits.size());
  for (const Exhibit& exhibit : page.exhibits) {
    const auto& verdict = exhibit.record.verdict;
    details.push_back({&exhibit.record, &exhibit.diff, &exhibit.samples, &exhibit.output,
                       verdict ? render_verdict(*verdict, scale) : ""});
  }
  return details;
}

std::string head(const ReportPage& page) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src {} {}; style-src "
      "'unsafe-inline'; "
      "img-src data:; base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" "
      "content=\"light dark\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n<title>{} \u2013 hone</title>\n<style>{}</style>\n</head>\n",
      csp_hash(assets::chart_js()), csp_hash(assets::page_js()), escape_html(page.summary.name), assets::page_css());
}

constexpr std::string_view sections = R"(<section aria-labelledby="h-progress"><h2 id="h-progress">Progress</h2>
<div class="legend" id="legend" role="group" aria-label="Outcomes shown"></div>
<div class="plot tall"><canvas id="progress" role="img" aria-label="Every experiment by number and metric value, and the line of the champion"></canvas></div>
<p class="note" id="progress-note"></p></section>
<section aria-labelledby="h-keeps"><h2 id="h-keeps">Kept</h2>
{keeps}</section>
<section aria-labelledby="h-time"><h2 id="h-time">Over the night</h2>
<div class="plots" id="plots"></div></section>
<div class="two"><section aria-labelledby="h-went"><h2 id="h-went">Where the time went</h2>
{times}</section>
<section aria-labelledby="h-backends"><h2 id="h-backends">By backend</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="h-backends"><table id="backends"></table>
<table id="formats"></table></div></section></div>
<section aria-labelledby="h-all"><h2 id="h-all">Experiments</h2>
<form class="filters" id="filters"><label>Search <input id="f-text" type="search" placeholder="idea or reason" autocomplete="off"></label>
<label>Outcome <select id="f-outcome"></select></label><label>Backend <select id="f-backend"></select></label>
<output id="f-count" aria-live="polite"></output></form>
<div class="scroll"><table id="table"><thead></thead><tbody></tbody></table></div>
<nav class="pages" aria-label="Pages of the table"><button type="button" id="p-back">Earlier page</button> <span id="p-where"></span>
<button type="button" id="p-next">Next page</button></nav>
{left_out}</section>
)";

}  // namespace

std::string escape_html(std::string_view text) {
  std::string result;
  for (const char c : printable_lines(text)) {
    switch (c) {
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '&':
        result += "&amp;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::vector<std::size_t> choose_exhibits(std::span<const Record> records, std::size_t most) {
  std::vector<std::size_t> chosen;
  for (const bool kept : {true, false}) {
    for (std::size_t i = records.size(); i-- > 0 && chosen.size() < most;) {
      if ((records[i].outcome == Outcome::kept) == kept) chosen.push_back(i);
    }
  }
  std::ranges::sort(chosen);
  return chosen;
}

std::string render_report(const ReportPage& page) {
  const Scale scale = choose_scale(page.summary, page.records);
  const std::vector<Detail> details = details_of(page, scale);
  ReportInput input{&page.summary, &page.spec, page.records, details, {scale.factor, scale.unit, scale.decimals}, {}};
  const std::string json = render_report_json(input);
  std::string html = head(page);
  html += fmt::format(
      "<body>\n<main>\n<header><p class=\"run\">{} \u00B7 {}</p>\n<h1>{}</h1>\n</header>\n<dl "
      "class=\"facts\">\n{}</dl>\n",
      escape_html(page.summary.name), escape_html(page.summary.branch), escape_html(render_sentence(page.summary)),
      facts(page, scale));
  html +=
      "<noscript><p class=\"note\">The pictures and the table need JavaScript; the text above and the list of keeps do "
      "not.</p></noscript>\n";
  html += fmt::format(sections, fmt::arg("keeps", keeps(page.records)), fmt::arg("times", times(page.summary)),
                      fmt::arg("left_out", left_out(page)));
  html += fmt::format(
      "</main>\n<footer>Written by hone {} on {}. Charts by Chart.js (MIT), whose notice is in the source of this page."
      "</footer>\n",
      escape_html(page.summary.version), render_date(page.written));
  html += "<script type=\"application/json\" id=\"night\">";
  html += json;
  html += "</script>\n<script>";
  html += assets::chart_js();
  html += "</script>\n<script>";
  html += assets::page_js();
  html += "</script>\n</body>\n</html>\n";
  return html;
}

}  // namespace hone
