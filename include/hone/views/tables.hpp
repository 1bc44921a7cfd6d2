// Records and summaries as text: lines, tables, pages for a terminal or a pipe. Values in, text out; every
// text ends with a newline unless it is called a line.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hone/core/measure/sample.hpp"
#include "hone/core/run/record.hpp"
#include "hone/core/run/summary.hpp"
#include "hone/views/canvas.hpp"
#include "hone/views/numbers.hpp"

namespace hone {

// One line for one finished experiment, without newline:
// "#12  kept       +3.1 % [+2.2, +4.0]  n=12  $0.021  4m12s  cache the token table"
[[nodiscard]] std::string render_line(const Record&, const Scale&, const Canvas&);

[[nodiscard]] std::string render_status(const Summary&, UnixTime now, const Canvas&);

// The table of experiments, in the order given.
[[nodiscard]] std::string render_log(const Summary&, std::span<const Record>, const Canvas&);
// karpathy/autoresearch columns: commit, metric, memory (GB), status (keep, discard, crash), description.
// Tabs, newlines and leading = + - @ of free text are made harmless.
[[nodiscard]] std::string render_log_tsv(std::span<const Record>);

// One experiment with everything that is known of it.
struct Exhibit {
  Record record;
  std::string diff;  // unified; "" = none
  std::vector<Sample> samples;
  std::string output;  // what the last command printed
};
[[nodiscard]] std::string render_show(const Summary&, const Exhibit&, const Canvas&);

// `hone runs`: newest first is the caller's business.
[[nodiscard]] std::string render_runs(std::span<const Summary>, UnixTime now, const Canvas&);

// Outcome counts, most frequent first: "6 kept, 210 discarded, 12 malformed".
[[nodiscard]] std::string render_outcomes(const Summary&);
[[nodiscard]] Ink outcome_ink(Outcome);
// Candidate values beside the champion values they ran next to (A B B A ... order): relative gains, + = better.
[[nodiscard]] std::vector<double> pair_gains(std::span<const Sample>, Direction);

}  // namespace hone
