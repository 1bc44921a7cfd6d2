#include "core/edit/match.hpp"

#include <algorithm>
#include <initializer_list>

#include "core/edit/fold.hpp"
#include "core/edit/indent.hpp"
#include "core/edit/lazy.hpp"

namespace hone::edit {
namespace {

constexpr std::size_t most_places = 12;  // enough to say "ambiguous" and name them

std::vector<std::size_t> failure_table(const std::vector<std::uint64_t>& pattern) {
  std::vector<std::size_t> table(pattern.size(), 0);
  for (std::size_t i = 1, k = 0; i < pattern.size(); ++i) {
    while (k > 0 && pattern[i] != pattern[k]) k = table[k - 1];
    if (pattern[i] == pattern[k]) ++k;
    table[i] = k;
  }
  return table;
}

struct Job {
  const SearchFile& file;
  Window window;
};

using Ways = std::initializer_list<Compare>;
constexpr Ways strict_ways{Compare::exact, Compare::trail, Compare::indent};

bool all_blank(const Text& lines) {
  return std::all_of(lines.begin(), lines.end(), [](const auto& line) { return is_blank(line); });
}

bool ignores_indent(Compare compare) {
  return compare == Compare::indent || compare == Compare::uni_indent;
}

Place solid_place(std::size_t at, std::size_t length) {
  Place place{at, at + length, {}};
  for (std::size_t i = 0; i < length; ++i) place.lines.push_back(at + i);
  return place;
}

// The places of one way of comparing. Indentation must be explained at each of them; with several the replacement
// is of no use, because the match is ambiguous.
std::optional<Match> one_way(const Job& job, const Reading& reading, Compare compare) {
  Match match{{}, reading.search, reading.replace, reading.replace, {}, {}};
  for (const std::size_t at : find_lines(job.file, reading.search, compare, job.window)) {
    if (ignores_indent(compare)) {
      const auto first = job.file.lines().begin() + static_cast<std::ptrdiff_t>(at);
      const std::vector<std::string_view> there(first, first + static_cast<std::ptrdiff_t>(reading.search.size()));
      auto written = reindent(reading.search, reading.replace, there, job.file.path());
      if (!written) continue;
      match.written = std::move(*written);
    }
    match.places.push_back(solid_place(at, reading.search.size()));
  }
  if (match.places.empty()) return std::nullopt;
  return match;
}

std::optional<Match> at_level(const Job& job, const Reading& reading, Ways ways, std::string_view tag) {
  for (const Compare compare : ways) {
    if (auto match = one_way(job, reading, compare)) {
      match->tag = tag;
      return match;
    }
  }
  return std::nullopt;
}

// Level 7: only the lines that are not blank count, on both sides.
std::optional<Match> without_blanks(const Job& job, const Reading& reading) {
  Text solid;
  for (const auto& line : reading.search) {
    if (!is_blank(line)) solid.push_back(line);
  }
  if (solid.size() < 2) return std::nullopt;
  std::vector<std::string_view> file_solid;
  std::vector<std::size_t> numbers;
  for (std::size_t i = job.window.begin; i < std::min(job.window.end, job.file.lines().size()); ++i) {
    if (is_blank(job.file.lines()[i])) continue;
    file_solid.push_back(job.file.lines()[i]);
    numbers.push_back(i);
  }
  const SearchFile squeezed(job.file.path(), std::move(file_solid));
  auto match = at_level({squeezed, {0, numbers.size()}}, {solid, reading.replace}, strict_ways, "blank");
  if (!match) return std::nullopt;
  for (Place& place : match->places) {
    std::vector<std::size_t> lines;
    std::size_t next = place.begin;
    for (const auto& line : reading.search)
      lines.push_back(is_blank(line) ? static_cast<std::size_t>(-1) : numbers[next++]);
    place = {numbers[place.begin], numbers[place.end - 1] + 1, std::move(lines)};
  }
  match->search = reading.search;
  return match;
}

std::vector<Text> pieces_of(const Text& lines) {
  std::vector<Text> pieces(1);
  for (const auto& line : lines) {
    if (is_ellipsis(line)) {
      pieces.emplace_back();
    } else {
      pieces.back().push_back(line);
    }
  }
  return pieces;
}

// Level 8: paired elisions. Every piece must be the only one of its kind after the piece before it.
std::optional<Match> with_elisions(const Job& job, const Reading& reading) {
  const std::vector<Text> before = pieces_of(reading.search), after = pieces_of(reading.replace);
  if (before.size() < 2 || before.size() != after.size()) return std::nullopt;
  Match whole{{}, reading.search, reading.replace, reading.replace, "ell", {}};
  Window window = job.window;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (before[i].empty() && after[i].empty()) continue;
    if (all_blank(before[i])) return std::nullopt;
    auto part = at_level({job.file, window}, {before[i], after[i]}, strict_ways, "ell");
    if (!part || part->places.size() != 1) return std::nullopt;
    window.begin = part->places.front().end;
    whole.parts.push_back(std::move(*part));
  }
  if (whole.parts.empty()) return std::nullopt;
  whole.places.push_back({whole.parts.front().places.front().begin, whole.parts.back().places.front().end, {}});
  return whole;
}

}  // namespace

SearchFile::SearchFile(std::string_view path, std::vector<std::string_view> lines)
    : path_(path), lines_(std::move(lines)) {}

const std::vector<std::uint64_t>& SearchFile::hashes(Compare compare) const {
  auto& hashes = hashes_[static_cast<std::size_t>(compare)];
  if (hashes.size() != lines_.size()) {
    hashes.clear();
    hashes.reserve(lines_.size());
    for (const auto line : lines_) hashes.push_back(hash_of(compare_key(line, compare)));
  }
  return hashes;
}

std::string compare_key(std::string_view line, Compare compare) {
  switch (compare) {
    case Compare::exact:
      return std::string(line);
    case Compare::trail:
      return std::string(right_trim(line));
    case Compare::indent:
      return std::string(left_trim(right_trim(line)));
    case Compare::uni:
      return std::string(right_trim(fold_unicode(line)));
    case Compare::uni_indent:
      return std::string(left_trim(right_trim(fold_unicode(line))));
  }
  return std::string(line);
}

std::vector<std::size_t> find_lines(const SearchFile& file, const Text& search, Compare compare, Window window) {
  std::vector<std::size_t> found;
  const std::size_t end = std::min(window.end, file.lines().size());
  if (search.empty() || window.begin + search.size() > end) return found;
  std::vector<std::string> keys;
  std::vector<std::uint64_t> pattern;
  for (const auto& line : search) {
    keys.push_back(compare_key(line, compare));
    pattern.push_back(hash_of(keys.back()));
  }
  const auto table = failure_table(pattern);
  const auto& hashes = file.hashes(compare);
  for (std::size_t i = window.begin, k = 0; i < end; ++i) {
    while (k > 0 && hashes[i] != pattern[k]) k = table[k - 1];
    if (hashes[i] == pattern[k]) ++k;
    if (k < pattern.size()) continue;
    const std::size_t at = i + 1 - k;
    bool same = true;  // hashes may collide
    for (std::size_t j = 0; same && j < k; ++j) same = compare_key(file.lines()[at + j], compare) == keys[j];
    if (same) found.push_back(at);
    if (found.size() >= most_places) break;
    k = table[k - 1];
  }
  return found;
}

Match find_match(const SearchFile& file, const Text& search, const Text& replace, Window window, bool exact_only) {
  const Job job{file, window};
  const Reading plain{search, replace};
  if (auto match = at_level(job, plain, {Compare::exact}, "")) return *match;
  if (exact_only || all_blank(search)) return {{}, search, replace, replace, {}, {}};
  if (auto match = at_level(job, plain, {Compare::trail}, "trail")) return *match;
  if (auto match = at_level(job, plain, {Compare::indent}, "indent")) return *match;
  const auto edges = strip_edges(search, replace);
  if (edges) {
    if (auto match = at_level(job, *edges, strict_ways, "edge")) return *match;
  }
  const Reading folded = plain_indents(edges ? *edges : plain);
  if (auto match = at_level(job, folded, {Compare::uni, Compare::uni_indent}, "uni")) return *match;
  if (const auto reading = unescape(search, replace)) {
    if (auto match = at_level(job, *reading, strict_ways, "esc")) return *match;
  }
  const auto readings = strip_decorations(search, replace);
  for (const Compare compare : strict_ways) {
    for (const Reading& reading : readings) {
      if (auto match = at_level(job, reading, {compare}, "num")) return *match;
    }
  }
  if (auto match = without_blanks(job, plain)) return *match;
  if (auto match = with_elisions(job, plain)) return *match;
  return {{}, search, replace, replace, {}, {}};
}

}  // namespace hone::edit
