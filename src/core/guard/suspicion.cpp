#include "hone/core/guard/suspicion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "hone/core/base/text.hpp"
#include "hone/core/guard/odd_code.hpp"

namespace hone {
namespace {

constexpr double usual_plausible = 10;
constexpr double shortest_run = 0.05;  // seconds; below it start-up is most of a run

struct Unit {
  std::string_view word;
  double seconds;  // -1 = a duration, the unit is not said
};
constexpr std::array units{Unit{"s", 1},
                           Unit{"sec", 1},
                           Unit{"secs", 1},
                           Unit{"second", 1},
                           Unit{"seconds", 1},
                           Unit{"ms", 1e-3},
                           Unit{"msec", 1e-3},
                           Unit{"millis", 1e-3},
                           Unit{"us", 1e-6},
                           Unit{"usec", 1e-6},
                           Unit{"micros", 1e-6},
                           Unit{"ns", 1e-9},
                           Unit{"nsec", 1e-9},
                           Unit{"nanos", 1e-9},
                           Unit{"milliseconds", 1e-3},
                           Unit{"microseconds", 1e-6},
                           Unit{"nanoseconds", 1e-9},
                           Unit{"time", -1},
                           Unit{"elapsed", -1},
                           Unit{"latency", -1},
                           Unit{"runtime", -1},
                           Unit{"duration", -1},
                           Unit{"wall", -1}};
// Metrics that count how much was done. Those that a run may choose itself (iterations, repeats, samples) are not among
// them, nor what a better program may make fewer of (tokens, calls, messages).
constexpr std::array work_words = {
    "tests",     "cases",  "items",      "work",      "checks",    "passed",    "examples", "requests", "queries",
    "inputs",    "tasks",  "jobs",       "files",     "problems",  "documents", "rows",     "records",  "checked",
    "questions", "solved", "assertions", "processed", "completed", "finished",  "verified", "tested"};
// One of them in the singular counts beside a word that says so: test_count and n_cases, but not test_loss.
constexpr std::array count_words = {"count", "n", "num", "number"};
// Of these less is better, or none of them is a count, whatever they are of: failed_tests, rows_scanned, cases_loss.
constexpr std::array cost_words = {
    "failed",  "failing", "failures",  "errors", "wrong", "bad",   "missed", "skipped", "left", "open", "scanned",
    "visited", "loaded",  "allocated", "per",    "loss",  "error", "cost",   "rate",    "mean", "mse",  "perplexity"};
constexpr std::array size_words = {"bytes", "kb",  "mb",    "gb",     "kib",          "mib",    "gib",     "size",
                                   "bits",  "rss", "lines", "length", "instructions", "cycles", "branches"};

// "time_ms", "bench/case-count", "stepMs" as words in lower case.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words(1);
  char last = ' ';
  for (const char letter : text) {
    const bool upper = letter >= 'A' && letter <= 'Z';
    const bool lower = letter >= 'a' && letter <= 'z';
    if (!upper && !lower) {
      words.emplace_back();
    } else {
      if (upper && last >= 'a' && last <= 'z') words.emplace_back();
      words.back() += upper ? static_cast<char>(letter - 'A' + 'a') : letter;
    }
    last = letter;
  }
  return words;
}

template <std::size_t N>
bool any_of_them(const std::vector<std::string>& words, const std::array<const char*, N>& list, std::string_view end) {
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    return std::find(list.begin(), list.end(), word + std::string(end)) != list.end();
  });
}

// Is it a number of things done, of which fewer means that less was done?
bool counts_work(std::string_view name) {
  const auto words = words_of(name);
  if (seconds_in_unit(name) != 0 || any_of_them(words, size_words, "") || any_of_them(words, cost_words, ""))
    return false;
  return any_of_them(words, work_words, "") ||
         (any_of_them(words, work_words, "s") && any_of_them(words, count_words, ""));
}

std::optional<double> value_of(const std::map<std::string, double>& means, const std::string& name) {
  const auto found = means.find(name);
  if (found == means.end()) return std::nullopt;
  return found->second;
}

// The text that may tell the metric's unit: its name, else the only printed name, and what --match looks for.
std::string unit_text(const MetricSpec& spec, const Claim& claim) {
  std::string name = spec.name;
  int printed = 0;
  for (const auto& [key, value] : claim.candidate) {
    if (key.empty() || key == "wall" || key == "cpu" || key == "peak-memory" || !spec.name.empty()) continue;
    name = ++printed == 1 ? key : "";
    if (printed > 1) break;
  }
  return name + " " + spec.match;
}

// A ratio measures a gain only on a scale that begins at zero, as times and sizes do. A number without such a unit that
// was zero or less at the baseline has none, and one that came down to a small part of it in plausible steps is near
// the end of its own: half of next to nothing, or a tenth of it, is a small gain.
bool ratio_says_little(const MetricSpec& spec, double plausible, const Claim& claim) {
  const auto baseline = value_of(claim.baseline, "");
  if (!baseline || spec.measure != Measure::printed || seconds_in_unit(unit_text(spec, claim)) != 0) return false;
  if (*baseline <= 0) return true;
  return spec.goal == Direction::minimise && claim.before * plausible < *baseline;
}

// No time and no size is below zero; and of no metric is the next value the last one with a sign before it.
std::optional<std::string> below_zero(const MetricSpec& spec, const Claim& claim) {
  const auto baseline = value_of(claim.baseline, "");
  if (spec.goal != Direction::minimise || claim.after >= 0 || claim.before <= 0 || (baseline && *baseline < 0))
    return std::nullopt;
  const std::string name = unit_text(spec, claim);
  const bool positive = seconds_in_unit(name) != 0 || any_of_them(words_of(name), size_words, "");
  const bool mirrored = std::abs(claim.after + claim.before) <= 0.02 * claim.before;
  if (!positive && !mirrored) return std::nullopt;
  return fmt::format("implausible_gain: from {:.6g} to {:.6g}: {}", claim.before, claim.after,
                     positive ? "no time and no size is below zero" : "the same number with a minus sign");
}

std::optional<std::string> implausible(const MetricSpec& spec, const Plausibility& wanted, const Claim& claim) {
  const Direction goal = spec.goal;
  if (wanted.floor && better(goal, claim.after, *wanted.floor)) {
    return fmt::format("implausible_gain: {:.6g} is better than the floor of {:.6g}, which nothing can pass",
                       claim.after, *wanted.floor);
  }
  const double plausible = wanted.factor;
  if (plausible <= 0) return std::nullopt;
  const bool less = goal == Direction::minimise;
  const double worse = less ? claim.before : claim.after;
  const double better = less ? claim.after : claim.before;
  // A ratio means something only between positive numbers: a loss below zero or a score that was zero has none.
  if (worse <= 0 || better < 0) return std::nullopt;
  if (!less && better == 0) return std::nullopt;
  if (better > 0 && worse / better <= plausible) return std::nullopt;
  if (ratio_says_little(spec, plausible, claim)) return std::nullopt;
  return fmt::format(
      "implausible_gain: from {:.6g} to {:.6g} is more than {:g}x in one step; look at the patch, and raise "
      "--plausible if such gains are possible here",
      claim.before, claim.after, plausible);
}

// Seconds of a run by hone's own clock. `pace`: what a mean run of the champion is to be multiplied with to be one of
// these. The metric is known as a mean, and on a busy machine the shortest run is a small part of a mean one.
struct Walls {
  double before, after, doubt, pace;
};

// How many seconds of the champion's run the metric claims to be. A duration without a unit is taken in the one that
// makes it most of the run.
double claimed_seconds(double unit, double value, double wall) {
  if (unit > 0) return value * unit;
  for (const double guess : {1.0, 1e-3, 1e-6, 1e-9}) {
    if (value * guess >= 0.5 * wall && value * guess <= 1.05 * wall) return value * guess;
  }
  return 0;
}

// Only where the metric is most of the run can hone's clock contradict it: a benchmark that times a small part, or
// repeats until enough time has gone by, may get faster in a run that takes as long as before. Of what is claimed a
// third has to be seen, and never of gains that the noise of a wall clock hides. `doubt`: of the difference.
bool contradicts(const Claim& claim, double unit, const Walls& walls) {
  const double claimed = claimed_seconds(unit, claim.before * walls.pace, walls.before);
  if (claimed < 0.5 * walls.before || claimed > 1.05 * walls.before) return false;
  const double saved = claimed * (1 - claim.after / claim.before);
  if (walls.doubt > 0.5 * saved) return false;  // on a machine as busy as that a mean says nothing
  return saved >= 0.1 * walls.before && walls.before - walls.after + walls.doubt < 0.3 * saved;
}

// By the shortest runs, because a busy machine makes runs longer and none shorter; and by the means, because one of the
// candidate's runs might really be short and the others not.
std::optional<std::string> clock_mismatch(const MetricSpec& spec, const Claim& claim) {
  if (spec.measure != Measure::printed || spec.goal != Direction::minimise || claim.before <= 0) return std::nullopt;
  const double unit = seconds_in_unit(unit_text(spec, claim));
  const auto mean_before = value_of(claim.champion, "wall");
  const auto mean_after = value_of(claim.candidate, "wall");
  if (unit == 0 || !mean_before || !mean_after) return std::nullopt;
  if (*mean_before <= 0) return std::nullopt;
  // A candidate has few runs, and on a busy machine none of them may be near its shortest: as much doubt as a quarter
  // of what the champion's mean has.
  const std::array seen{
      Walls{claim.shortest_before, claim.shortest_after, claim.wall_doubt / 8, claim.shortest_before / *mean_before},
      Walls{*mean_before, *mean_after, claim.wall_doubt, 1}};
  const auto found = std::find_if(seen.begin(), seen.end(), [&](const Walls& walls) {
    return walls.before > 0 && contradicts(claim, unit, walls);
  });
  if (found == seen.end()) return std::nullopt;
  return fmt::format(
      "clock_mismatch: the metric claims {:.3g} s less, but by hone's own clock a run takes {:.3g} s as "
      "against {:.3g} s",
      claimed_seconds(unit, claim.before * found->pace, found->before) * (1 - claim.after / claim.before), found->after,
      found->before);
}

// The work of a run should be the same. Where the metric is a time, the rest of the run may get shorter in step with
// it, not far beyond: then what got shorter was something that the metric does not time, such as the checks. Where it
// is none, a run that ended almost at once has hardly done its work.
std::optional<std::string> shorter_run(const MetricSpec& spec, double plausible, const Claim& claim) {
  if (spec.measure != Measure::printed || plausible <= 0) return std::nullopt;
  double shrunk = 0;  // by how much the smaller of the two effects is: a run may wait less and work as much
  for (const char* clock : {"wall", "cpu"}) {
    const auto before = value_of(claim.champion, clock);
    const auto after = value_of(claim.candidate, clock);
    if (!before || !after || *before < shortest_run) return std::nullopt;
    const double ratio = *after / *before;
    shrunk = std::max(shrunk, ratio);
  }
  const bool time = seconds_in_unit(unit_text(spec, claim)) != 0 && spec.goal == Direction::minimise;
  const double expected = time && claim.before > 0 ? std::min(1.0, claim.after / claim.before) : 1.0;
  const double least = time ? 0.4 * expected : expected / plausible;
  if (shrunk >= least) return std::nullopt;
  return fmt::format(
      "shorter_run: a run takes {:.3g} of what it took before, and the metric explains {:.3g} of that; was the work "
      "done?",
      shrunk, expected);
}

std::optional<std::string> less_work(const MetricSpec& spec, const Claim& claim) {
  // The metric itself is no count of work: it is the name whose mean is the metric's (kept under "").
  const auto metric = value_of(claim.baseline, "");
  for (const auto& [name, before] : claim.baseline) {
    if (name.empty() || name == spec.name || before <= 0 || before == metric) continue;
    const auto after = value_of(claim.candidate, name);
    if (!counts_work(name) || (after && *after >= 0.995 * before)) continue;
    return fmt::format("work_done: {} went from {:.6g} at the baseline to {}", name, before,
                       after ? fmt::format("{:.6g}", *after) : std::string("nothing"));
  }
  return std::nullopt;
}

}  // namespace

double seconds_in_unit(std::string_view text) {
  double found = 0;
  for (const std::string& word : words_of(text)) {
    for (const Unit& unit : units) {
      if (unit.word != word) continue;
      if (unit.seconds > 0) return unit.seconds;
      found = unit.seconds;
    }
  }
  return found;
}

std::optional<std::string> find_suspicion(const MetricSpec& spec, const Plausibility& plausible, const Claim& claim) {
  if (auto found = implausible(spec, plausible, claim)) return found;
  if (auto found = below_zero(spec, claim)) return found;
  if (auto found = clock_mismatch(spec, claim)) return found;
  if (auto found = shorter_run(spec, plausible.factor, claim)) return found;
  return less_work(spec, claim);
}

Result<Plausibility> parse_plausible(const std::map<std::string, std::string>& extra) {
  Plausibility plausible(usual_plausible);
  for (const auto& [name, value] : extra) {
    if (!name.starts_with("guard.") || name == odd_code_setting) continue;
    const auto number = parse_number(value);
    if (name == "guard.floor") {
      if (!number) return fail(Reaction::fix_input, fmt::format("--floor {}: write a number", value));
      plausible.floor = number;
      continue;
    }
    if (name != "guard.plausible") {
      return fail(Reaction::fix_input,
                  fmt::format("--set {}: there are only guard.plausible, guard.floor and guard.odd-code; a guard "
                              "is --guard 'NAME<=+5%'",
                              name));
    }
    if (!number || (*number != 0 && *number <= 1)) {
      return fail(Reaction::fix_input,
                  fmt::format("--plausible {}: write a factor above 1, such as 20, or 0 for none", value));
    }
    plausible.factor = *number;
  }
  return plausible;
}

}  // namespace hone
