#include "hone/views/doctor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "hone/views/numbers.hpp"

namespace hone {
namespace {

constexpr std::array<std::string_view, 8> blocks = {"\u2581", "\u2582", "\u2583", "\u2584",
                                                    "\u2585", "\u2586", "\u2587", "\u2588"};
constexpr std::string_view letters = "_.-~=+*#";

struct Mark {
  std::string_view text;
  Ink ink;
};
Mark mark_of(Health health) {
  switch (health) {
    case Health::good:
      return {"ok", Ink::good};
    case Health::warning:
      return {"warn", Ink::warn};
    case Health::bad:
      break;
  }
  return {"BAD", Ink::bad};
}

// Words on lines of at most `most` cells, each after the first with `indent` blanks.
std::string wrapped(const std::string& text, std::size_t most, std::size_t indent) {
  std::string result, line;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t blank = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, blank - at);
    if (!line.empty() && columns(line) + 1 + columns(word) > most) {
      result += line + "\n" + std::string(indent, ' ');
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
    at = blank + 1;
  }
  return result + line;
}

std::string picture(const Diagnosis& found, const RunSpec& spec, const Canvas& canvas) {
  if (found.values.size() < 2) return "";
  const auto [low, high] = std::minmax_element(found.values.begin(), found.values.end());
  const Scale scale = choose_scale(spec.metric.measure, found.level, found.deterministic ? 0 : std::min(found.cv, 0.1));
  return fmt::format("{}  {} .. {}, in the order they ran\n\n", render_strip(found.values, canvas),
                     render_value(*low, scale), render_value(*high, scale));
}

}  // namespace

std::string render_strip(std::span<const double> values, const Canvas& canvas) {
  if (values.empty()) return "";
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const double range = *high - *low;
  std::string text;
  for (const double value : values) {
    const auto step = range > 0 ? static_cast<std::size_t>(std::min(7.0, (value - *low) / range * 8)) : 3;
    text += canvas.unicode ? blocks[step] : letters.substr(step, 1);
  }
  return text;
}

std::string render_checkup(const Checkup& checkup, const Canvas& canvas) {
  std::string text = picture(checkup.diagnosis, checkup.spec, canvas);
  const std::size_t room = canvas.columns > 50 ? std::min<std::size_t>(canvas.columns, 120) - 20 : 30;
  std::string_view group;
  for (const Finding& finding : checkup.findings) {
    if (!group.empty() && group != finding.group) text += "\n";
    group = finding.group;
    const Mark mark = mark_of(finding.health);
    text += paint(pad_right(std::string(mark.text), 5), mark.ink, canvas) + pad_right(finding.subject, 13) + " " +
            wrapped(printable(finding.text), room, 19) + "\n";
    if (!finding.advice.empty())
      text += std::string(19, ' ') + (canvas.unicode ? "\u2192 " : "-> ") +
              wrapped(printable(finding.advice), room - 3, 22) + "\n";
  }
  const Readiness verdict = readiness(checkup.findings);
  const Ink ink = verdict == Readiness::ready ? Ink::good : verdict == Readiness::not_ready ? Ink::bad : Ink::warn;
  return text + "\n" + paint(render_readiness(verdict), ink, canvas) + "\n";
}

}  // namespace hone
