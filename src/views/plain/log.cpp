// The table of experiments and the line of one.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "hone/core/run/canary.hpp"
#include "hone/views/sentence.hpp"
#include "hone/views/tables.hpp"

namespace hone {
namespace {

std::string gain_of(const Record& record) {
  if (!record.verdict) return "";
  return render_effect(record.verdict->effect, record.verdict->interval, true);
}

std::string outcome_of(const Record& record) {
  return std::string(record.outcome ? render_outcome(*record.outcome) : "running");
}

// The idea, and for experiments that ended before a verdict also why.
std::string story_of(const Record& record) {
  const std::string idea = printable(record.idea);
  const std::string reason = printable(record.reason);
  const bool told =
      record.verdict.has_value() && record.outcome != Outcome::guard && record.outcome != Outcome::suspect;
  if (!record.doubt.empty()) return "[suspect: a canary won afterwards] " + idea;
  if (reason.empty() || (told && !idea.empty())) return idea;
  return idea.empty() ? reason : fmt::format("{}: {}", idea, reason);
}

Ink ink_of(const Record& record) {
  return record.outcome ? outcome_ink(*record.outcome) : Ink::accent;
}

// A cell that a spreadsheet would take for a formula gets a quote in front (OWASP, "CSV injection").
std::string tsv_cell(std::string_view text) {
  std::string cell = printable(text);
  if (!cell.empty() && std::string_view("=+-@").find(cell.front()) != std::string_view::npos) cell.insert(0, 1, '\'');
  return cell;
}

std::string_view karpathy_status(const Record& record) {
  if (!record.outcome) return "running";
  switch (*record.outcome) {
    case Outcome::kept:
      return "keep";
    case Outcome::build_failed:
    case Outcome::check_failed:
    case Outcome::crashed:
    case Outcome::timeout:
      return "crash";
    default:
      return "discard";
  }
}

struct Row {
  std::array<std::string, 6> cells;  // number, outcome, value, gain, took, cost
  std::string story;
  Ink ink = Ink::plain;
};

Row row_of(const Record& record, const Scale& scale) {
  const bool running = !record.outcome;
  return {{render_experiment(record.id), outcome_of(record), record.value ? render_value(*record.value, scale) : "",
           gain_of(record), running ? "" : render_duration(record.ended - record.began), render_cost(record.cost)},
          story_of(record),
          ink_of(record)};
}

constexpr std::array<bool, 6> numeric = {true, false, true, false, true, true};

struct Layout {
  std::array<std::size_t, 6> widths{};
  std::array<bool, 6> shown = {true, true, true, true, true, true};
  std::size_t story = 12;
};

// Too narrow for all columns: cost goes first, then how long it took, then the value.
Layout lay_out(const std::vector<Row>& rows, const Canvas& canvas) {
  Layout layout;
  std::size_t used = 0;
  for (std::size_t i = 0; i < layout.widths.size(); ++i) {
    for (const Row& row : rows) layout.widths[i] = std::max(layout.widths[i], columns(row.cells[i]));
    used += layout.widths[i] + 2;
  }
  for (const std::size_t victim : {5U, 4U, 2U}) {
    if (used + 24 <= canvas.columns) break;
    layout.shown[victim] = false;
    used -= layout.widths[victim] + 2;
  }
  if (canvas.columns > used + layout.story) layout.story = canvas.columns - used;
  return layout;
}

std::string render_row(const Row& row, const Layout& layout, bool head, const Canvas& canvas) {
  std::string line;
  for (std::size_t i = 0; i < layout.widths.size(); ++i) {
    if (!layout.shown[i]) continue;
    const std::size_t width = layout.widths[i];
    const std::string cell = numeric[i] ? pad_left(row.cells[i], width) : pad_right(row.cells[i], width);
    line += (i == 1 && !head ? paint(cell, row.ink, canvas) : cell) + "  ";
  }
  line += fit(row.story, layout.story, canvas);
  while (line.ends_with(' ')) line.pop_back();
  return (head ? paint(line, Ink::faint, canvas) : line) + "\n";
}

}  // namespace

Ink outcome_ink(Outcome outcome) {
  switch (outcome) {
    case Outcome::kept:
      return Ink::good;
    case Outcome::suspect:
    case Outcome::crashed:
    case Outcome::timeout:
    case Outcome::build_failed:
    case Outcome::check_failed:
      return Ink::bad;
    case Outcome::guard:
    case Outcome::malformed:
    case Outcome::denied:
      return Ink::warn;
    case Outcome::undecided:
      return Ink::accent;
    default:
      return Ink::faint;
  }
}

std::string render_line(const Record& record, const Scale& scale, const Canvas& canvas) {
  const std::string number = pad_right("#" + render_experiment(record.id), 6);
  const std::string outcome = pad_right(outcome_of(record), 12);
  std::string rest =
      fmt::format("  {:>6}  {:>7}  ", render_duration(record.ended - record.began), render_cost(record.cost));
  if (record.verdict) {
    rest += fmt::format("{}  n={:<3}  {}  ", pad_right(gain_of(record), 22), record.verdict->samples,
                        render_value(record.verdict->after, scale));
  }
  const std::size_t used = columns(number) + columns(outcome) + columns(rest);
  rest += fit(story_of(record), canvas.columns > used + 20 ? canvas.columns - used : 20, canvas);
  while (rest.ends_with(' ')) rest.pop_back();
  return number + paint(outcome, ink_of(record), canvas) + rest;
}

std::string render_log(const Summary& summary, std::span<const Record> records, const Canvas& canvas) {
  if (records.empty()) return "No experiment has been made yet.\n";
  const Scale scale = choose_scale(summary, records);
  std::vector<Row> rows;
  rows.push_back({{"#", "outcome", "value", "gain", "took", "cost"}, "idea", Ink::faint});
  for (const Record& record : records) rows.push_back(row_of(record, scale));
  const Layout layout = lay_out(rows, canvas);
  std::string text;
  for (const Row& row : rows) text += render_row(row, layout, &row == &rows.front(), canvas);
  return text;
}

std::string render_log_tsv(std::span<const Record> records) {
  std::string text = "commit\tmetric\tmemory\tstatus\tdescription\n";
  for (const Record& record : records) {
    const auto peak = std::ranges::find(record.values, std::string("peak-memory"), &NamedValue::name);
    const std::string& id = record.commit.value.empty() ? record.tree.value : record.commit.value;
    // Gigabytes with one decimal as there; a small program's memory would always be 0.0.
    const double memory = peak == record.values.end() ? 0.0 : peak->value / 1e9;
    text += fmt::format("{}\t{:.6f}\t{:.{}f}\t{}\t{}\n", id.empty() ? "-" : id.substr(0, 7), record.value.value_or(0),
                        memory, memory == 0 || memory >= 1 ? 1 : 4, karpathy_status(record),
                        tsv_cell(record.idea.empty() ? record.reason : record.idea));
  }
  return text;
}

}  // namespace hone
