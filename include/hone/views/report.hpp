// report.html: one self-contained page that opens from disk and asks the network for nothing.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "hone/core/config/spec.hpp"
#include "hone/core/run/record.hpp"
#include "hone/core/run/summary.hpp"
#include "hone/views/tables.hpp"

namespace hone {

struct ReportPage {
  const Summary& summary;
  const RunSpec& spec;
  std::span<const Record> records;    // all, by id
  std::span<const Exhibit> exhibits;  // those of choose_exhibits(): diff, samples and output tail on the page
  UnixTime written{};
};

// Positions of the records whose details belong on the page: every keep (the newest `most`), then the newest
// of the others until `most` are chosen. Ascending. The page says what was left out.
[[nodiscard]] std::vector<std::size_t> choose_exhibits(std::span<const Record>, std::size_t most = 300);

[[nodiscard]] std::string render_report(const ReportPage&);

// Text inside an element or a quoted attribute; valid UTF-8 without control characters.
[[nodiscard]] std::string escape_html(std::string_view);

}  // namespace hone
