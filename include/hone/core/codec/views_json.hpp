// JSON that only views need: `hone show --json` and the rows and details inside the report. Records and
// summaries on their own are in codec/record.hpp. Output is valid UTF-8 JSON whatever bytes the texts hold;
// report text is also safe inside a <script> element. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "hone/core/config/spec.hpp"
#include "hone/core/measure/sample.hpp"
#include "hone/core/run/record.hpp"
#include "hone/core/run/summary.hpp"

namespace hone {

// One experiment with its texts, borrowed.
struct Detail {
  const Record* record = nullptr;
  const std::string* diff = nullptr;
  const std::vector<Sample>* samples = nullptr;
  const std::string* output = nullptr;
  std::string verdict;  // in words
};

// One object: the record as render_record() gives it, and "diff", "samples", "output".
[[nodiscard]] std::string render_detail(const Detail&);

// How much of a long night goes into the page.
struct ReportBounds {
  std::size_t diff_bytes = 20'000;  // of one experiment
  std::size_t output_bytes = 6'000;
  std::size_t samples = 200;
  std::size_t idea_bytes = 200;
};

// Numbers for display that views choose: unit factor, unit, decimals.
struct ReportScale {
  double factor = 1;
  std::string unit;
  int decimals = 4;
};

struct ReportInput {
  const Summary* summary = nullptr;
  const RunSpec* spec = nullptr;
  std::span<const Record> records;
  std::span<const Detail> details;
  ReportScale scale;
  ReportBounds bounds;
};
[[nodiscard]] std::string render_report_json(const ReportInput&);

}  // namespace hone
