#include "core/edit/match.hpp"

#include <algorithm>

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
    case Compare::uni_indent:
      break;
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

Match find_match(const SearchFile& file, const Text& search, const Text& replace, Window window, bool) {
  Match match{{}, search, replace, replace, {}};
  for (const std::size_t at : find_lines(file, search, Compare::exact, window)) {
    Place place{at, at + search.size(), {}};
    for (std::size_t i = 0; i < search.size(); ++i) place.lines.push_back(at + i);
    match.places.push_back(std::move(place));
  }
  return match;
}

}  // namespace hone::edit
