#include "hone/views/doctor.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "hone/core/codec/checkup.hpp"
#include "hone/views/numbers.hpp"
#include "hone/views/report.hpp"
#include "views/html/assets.hpp"

namespace hone {
namespace {

constexpr double width = 760, height = 220, left = 10, top = 12;

struct Axis {
  double low, high;
  [[nodiscard]] double y(double value) const {
    return high > low ? top + (height - 2 * top) * (high - value) / (high - low) : height / 2;
  }
};

// Runs in order, their median and the line between neighbours.
std::string chart(const Checkup& checkup) {
  const Diagnosis& found = checkup.diagnosis;
  if (found.values.size() < 2) return "<p>No values were measured.</p>\n";
  const auto [low, high] = std::minmax_element(found.values.begin(), found.values.end());
  const Axis axis{*low, *high};
  const double step = (width - 2 * left) / static_cast<double>(found.values.size() - 1);
  const Scale scale =
      choose_scale(checkup.spec.metric.measure, found.level, found.deterministic ? 0 : std::min(found.cv, 0.1));
  std::string dots, line;
  for (std::size_t i = 0; i < found.values.size(); ++i) {
    const double x = left + step * static_cast<double>(i);
    line += fmt::format("{}{:.1f},{:.1f}", i == 0 ? "" : " ", x, axis.y(found.values[i]));
    dots += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\"><title>run {}: {}</title></circle>", x,
                        axis.y(found.values[i]), i + 1, escape_html(render_value(found.values[i], scale)));
  }
  return fmt::format(
      "<svg class=\"samples\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{} runs of the unchanged tree, from {} "
      "to {}\">"
      "<line class=\"level\" x1=\"0\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/><polyline points=\"{}\"/>{}</svg>\n"
      "<p class=\"note\">Every run of the unchanged tree in the order they ran, from {} to {}; the line is the median, "
      "{}.</p>\n",
      width, height, found.values.size(), escape_html(render_value(*low, scale)),
      escape_html(render_value(*high, scale)), width, axis.y(found.level), axis.y(found.level), line, dots,
      escape_html(render_value(*low, scale)), escape_html(render_value(*high, scale)),
      escape_html(render_value(found.level, scale)));
}

std::string rows(const Checkup& checkup) {
  std::string text;
  std::string_view group;
  for (const Finding& finding : checkup.findings) {
    if (group != finding.group)
      text += fmt::format("<tr class=\"group\"><th colspan=\"3\" scope=\"rowgroup\">{}</th></tr>\n",
                          escape_html(finding.group));
    group = finding.group;
    const std::string advice =
        finding.advice.empty() ? "" : fmt::format("<br><small>{}</small>", escape_html(finding.advice));
    text += fmt::format("<tr class=\"{0}\"><td>{0}</td><td>{1}</td><td>{2}{3}</td></tr>\n",
                        render_health(finding.health), escape_html(finding.subject), escape_html(finding.text), advice);
  }
  return text;
}

constexpr std::string_view style =
    ".samples { width: 100%; height: auto; } .samples circle { fill: var(--undecided); } .samples polyline { fill: "
    "none; stroke: var(--line); }"
    " .samples .level { stroke: var(--kept); stroke-dasharray: 5 4; } td { padding: 6px 12px 6px 0; vertical-align: "
    "top; text-align: left; }"
    " th[scope=rowgroup] { text-align: left; padding: 14px 0 4px; text-transform: capitalize; }"
    " tr.ok td:first-child { color: var(--kept); } tr.warning td:first-child { color: var(--ruled); } tr.bad "
    "td:first-child { color: var(--broke); font-weight: 700; }";

}  // namespace

std::string render_checkup_page(const Checkup& checkup, UnixTime written) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
      "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n<meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>hone "
      "doctor</title>\n<style>{}\n{}</style>\n</head>\n<body>\n<main>\n"
      "<header><p class=\"run\">{}</p>\n<h1>{}</h1>\n</header>\n<section aria-labelledby=\"h-runs\"><h2 "
      "id=\"h-runs\">Runs</h2>\n{}</section>\n"
      "<section aria-labelledby=\"h-found\"><h2 "
      "id=\"h-found\">Findings</h2>\n<table>\n{}</table></section>\n</main>\n<footer>{}, "
      "{}.</footer>\n</body>\n</html>\n",
      assets::page_css(), style, escape_html(checkup.spec.metric.command),
      escape_html(render_readiness(readiness(checkup.findings))), chart(checkup), rows(checkup),
      escape_html(checkup.machine), render_date(written));
}

}  // namespace hone
