// One experiment: idea, diff, samples, verdict in words, output.
#include <fmt/format.h>

#include <algorithm>

#include "hone/core/base/text.hpp"
#include "hone/core/run/canary.hpp"
#include "hone/views/sentence.hpp"
#include "hone/views/tables.hpp"

namespace hone {
namespace {

std::string_view phase_name(Phase phase) {
  switch (phase) {
    case Phase::baseline:
      return "baseline";
    case Phase::calibrate:
      return "calibrate";
    case Phase::screen:
      return "screen";
    case Phase::confirm:
      return "confirm";
    case Phase::canary:
      return "canary";
    case Phase::guard:
      return "guard";
    case Phase::clean:
      return "clean";
    case Phase::holdout:
      return "holdout";
    case Phase::final_word:
      return "final";
  }
  return "";
}

std::string_view role_name(Role role) {
  return role == Role::candidate ? "candidate" : role == Role::champion ? "champion" : "baseline";
}

Ink diff_ink(std::string_view line) {
  if (line.starts_with("+++") || line.starts_with("---") || line.starts_with("diff ")) return Ink::bold;
  if (line.starts_with("@@")) return Ink::accent;
  if (line.starts_with('+')) return Ink::good;
  if (line.starts_with('-')) return Ink::bad;
  return Ink::plain;
}

std::string heading(std::string_view name, const Canvas& canvas) {
  return "\n" + paint(name, Ink::bold, canvas) + "\n";
}

std::string sample_rows(const std::vector<Sample>& samples, const Scale& scale) {
  std::string text;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const Sample& sample = samples[i];
    const std::string value = sample.value                             ? render_value(*sample.value, scale)
                              : sample.exit == ExitKind::stopped_early ? "stopped"
                                                                       : "invalid: " + printable(sample.invalid);
    text += fmt::format("  {:>3}  {:<9}  {:<9}  {:>12}  wall {:>7}  cpu {:>7}  peak {:>8}\n", i + 1,
                        phase_name(sample.phase), role_name(sample.role), value, render_duration(sample.wall),
                        render_duration(sample.cpu), render_bytes(sample.peak_memory));
  }
  return text;
}

std::string pair_row(const std::vector<double>& gains) {
  std::string text;
  for (const double gain : gains) text += (text.empty() ? "" : "  ") + render_gain(gain);
  return text;
}

std::string guard_value(std::string_view name, double value) {
  const Measure measure = name == "peak-memory"             ? Measure::peak_memory
                          : name == "wall" || name == "cpu" ? Measure::wall
                                                            : Measure::printed;
  return render_value(value, choose_scale(measure, value, 0.001));
}

std::string facts(const Record& record, const Canvas& canvas) {
  std::string text;
  const auto row = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) text += paint(pad_right(std::string(name), 10), Ink::faint, canvas) + value + "\n";
  };
  row("backend", printable(record.backend));
  row("parent", record.parent.value.substr(0, 10));
  row("commit", record.commit.value.substr(0, 10));
  std::string paths;
  for (const std::string& path : record.paths) paths += (paths.empty() ? "" : ", ") + printable(path);
  if (!paths.empty()) paths += fmt::format("  +{} -{}", record.lines_added, record.lines_removed);
  row("files", paths);
  const bool over = record.ended >= record.began;
  row("time",
      fmt::format("{}proposing {}, building {}, measuring {}",
                  over ? render_duration(record.ended - record.began) + ": " : "", render_duration(record.proposing),
                  render_duration(record.building), render_duration(record.measuring)));
  row("cost", record.cost ? render_money(*record.cost) : "unknown");
  for (const GuardResult& guard : record.guards) {
    row("guard",
        fmt::format("{} {}: baseline {}, candidate {}{}{}", printable(guard.name), guard.passed ? "holds" : "broken",
                    guard_value(guard.name, guard.baseline), guard_value(guard.name, guard.candidate),
                    guard.reason.empty() ? "" : "; ", printable(guard.reason)));
  }
  return text;
}

}  // namespace

std::vector<double> pair_gains(std::span<const Sample> samples, Direction direction) {
  // Pairs run side by side: the k-th valid candidate of the confirm race with the k-th valid champion of it. A screen
  // has none: its runs are compared with the tracked level.
  std::vector<double> gains;
  std::vector<double> champion;
  std::vector<double> candidate;
  for (const Sample& sample : samples) {
    if (sample.phase != Phase::confirm || !sample.value) continue;
    (sample.role == Role::candidate ? candidate : champion).push_back(*sample.value);
  }
  for (std::size_t i = 0; i < std::min(champion.size(), candidate.size()); ++i) {
    if (champion[i] != 0) gains.push_back(improvement(direction, champion[i], candidate[i]));
  }
  return gains;
}

std::string render_show(const Summary& summary, const Exhibit& exhibit, const Canvas& canvas) {
  const Record& record = exhibit.record;
  const Scale scale = choose_scale(summary, std::span(&record, 1));
  const std::string_view outcome = record.outcome ? render_outcome(*record.outcome) : "running";
  std::string text =
      fmt::format("{} {}: {}\n", is_canary(record.id) ? "Canary" : "Experiment", render_experiment(record.id),
                  paint(outcome, record.outcome ? outcome_ink(*record.outcome) : Ink::accent, canvas));
  if (!record.idea.empty()) text += paint(printable(record.idea), Ink::bold, canvas) + "\n";
  if (!record.reason.empty()) text += printable(record.reason) + "\n";
  if (!record.doubt.empty())
    text += paint("Suspect: no passed canary stands behind this keep; " + printable(record.doubt), Ink::warn, canvas) +
            "\n";
  text += "\n" + facts(record, canvas);
  if (record.verdict) {
    text += heading("Verdict", canvas) + "  " + render_verdict(*record.verdict, scale) + "\n";
    for (const std::string_view part : split(record.verdict->path, ';'))
      if (!trim(part).empty()) text += fmt::format("  {}\n", printable(trim(part)));
  }
  if (!exhibit.samples.empty()) {
    text += heading("Samples", canvas) + sample_rows(exhibit.samples, scale);
    const bool paired = !record.verdict || record.verdict->rule != "single-race";
    const std::vector<double> gains = paired ? pair_gains(exhibit.samples, summary.direction) : std::vector<double>{};
    if (!gains.empty()) text += "  pairs, + is better: " + pair_row(gains) + "\n";
  }
  if (!exhibit.diff.empty()) {
    text += heading("Diff", canvas);
    const std::string diff = printable_lines(exhibit.diff);
    for (const std::string_view line : lines(diff)) text += paint(line, diff_ink(line), canvas) + "\n";
  }
  if (!exhibit.output.empty()) {
    text += heading("Output", canvas);
    const std::string output = printable_lines(clip_middle(exhibit.output, 2000, 6000));
    for (const std::string_view line : lines(output)) text += fmt::format("  {}\n", line);
  }
  return text;
}

}  // namespace hone
