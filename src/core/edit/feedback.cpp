#include "core/edit/feedback.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <unordered_map>

#include "core/edit/lazy.hpp"
#include "hone/core/base/text.hpp"

namespace hone::edit {
namespace {

constexpr std::size_t shown = 14;        // lines of the file in a message
constexpr std::size_t common_line = 50;  // a line that occurs more often says nothing about the place
constexpr double worth_showing = 0.4;

std::string excerpt(const std::vector<std::string_view>& lines, std::size_t from, std::size_t to) {
  std::string result;
  for (std::size_t i = from; i < to; ++i) result += clip(lines[i], 200) + "\n";
  return result;
}

std::string head_of(const Text& search) {
  std::string result;
  for (std::size_t i = 0; i < search.size() && i < 4; ++i) result += clip(search[i], 200) + "\n";
  if (search.size() > 4) result += fmt::format("[{} more lines]\n", search.size() - 4);
  return result;
}

std::vector<std::uint64_t> words_of(std::string_view line) {
  std::vector<std::uint64_t> words;
  line = line.substr(0, 400);
  std::size_t begin = 0;
  const auto word = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  for (std::size_t i = 0; i <= line.size(); ++i) {
    if (i < line.size() && word(line[i])) continue;
    if (i > begin) words.push_back(hash_of(line.substr(begin, i - begin)));
    if (i < line.size() && line[i] != ' ' && line[i] != '\t') words.push_back(static_cast<unsigned char>(line[i]));
    begin = i + 1;
  }
  std::sort(words.begin(), words.end());
  return words;
}

// Dice coefficient of the words and signs of two lines.
double likeness(const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b) {
  if (a.empty() && b.empty()) return 1;
  std::size_t shared = 0;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i] == b[j]) {
      ++shared, ++i, ++j;
    } else {
      a[i] < b[j] ? ++i : ++j;
    }
  }
  return 2.0 * static_cast<double>(shared) / static_cast<double>(a.size() + b.size());
}

// Where most SEARCH lines would stand if each stood on an equal line of the file.
std::optional<std::ptrdiff_t> voted_offset(const std::vector<std::string_view>& lines, const Text& search) {
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> where;
  for (std::size_t i = 0; i < search.size(); ++i) {
    if (!is_blank(search[i])) where[hash_of(trim(search[i]))].push_back(i);
  }
  std::unordered_map<std::uint64_t, std::size_t> seen;
  std::unordered_map<std::ptrdiff_t, std::size_t> votes;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::uint64_t hash = hash_of(trim(lines[i]));
    const auto at = where.find(hash);
    if (at == where.end() || at->second.size() > common_line || ++seen[hash] > common_line) continue;
    for (const std::size_t j : at->second) ++votes[static_cast<std::ptrdiff_t>(i) - static_cast<std::ptrdiff_t>(j)];
  }
  const auto best = std::max_element(votes.begin(), votes.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second < b.second : a.first > b.first;
  });
  if (best == votes.end()) return std::nullopt;
  return best->first;
}

// Where the longest SEARCH line has its most similar line.
std::optional<std::ptrdiff_t> similar_offset(const std::vector<std::string_view>& lines, const Text& search) {
  const auto longest =
      std::max_element(search.begin(), search.end(), [](const auto& a, const auto& b) { return a.size() < b.size(); });
  if (longest == search.end() || is_blank(*longest)) return std::nullopt;
  const auto words = words_of(*longest);
  double best = worth_showing;
  std::optional<std::ptrdiff_t> found;
  for (std::size_t i = 0; i < lines.size() && i < 100'000; ++i) {
    const double each = likeness(words, words_of(lines[i]));
    if (each <= best) continue;
    best = each;
    found = static_cast<std::ptrdiff_t>(i) - (longest - search.begin());
  }
  return found;
}

// The line that a SEARCH of one line is a part of.
std::optional<std::string_view> line_around(const SearchFile& file, const Text& search) {
  if (search.size() != 1 || trim(search[0]).size() < 3) return std::nullopt;
  for (const auto line : file.lines()) {
    if (line.find(trim(search[0])) != std::string_view::npos) return line;
  }
  return std::nullopt;
}

std::string nearest_lines(const SearchFile& file, const Text& search) {
  if (line_around(file, search)) return {};  // the hint shows it
  const auto& lines = file.lines();
  auto offset = voted_offset(lines, search);
  if (!offset) offset = similar_offset(lines, search);
  if (!offset) return {};
  const auto size = static_cast<std::ptrdiff_t>(lines.size());
  const std::ptrdiff_t begin = std::clamp<std::ptrdiff_t>(*offset, 0, size);
  const std::ptrdiff_t end =
      std::clamp<std::ptrdiff_t>(*offset + static_cast<std::ptrdiff_t>(search.size()), begin, size);
  double sum = 0;
  std::size_t compared = 0;
  for (std::ptrdiff_t i = begin; i < end && compared < 200; ++i, ++compared) {
    sum +=
        likeness(words_of(lines[static_cast<std::size_t>(i)]), words_of(search[static_cast<std::size_t>(i - *offset)]));
  }
  const double ratio = sum / static_cast<double>(std::max<std::size_t>(1, std::min<std::size_t>(200, search.size())));
  if (ratio < worth_showing) return {};
  const auto from = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, begin - 2));
  const auto to =
      std::min(lines.size(), std::max(from + shown / 2, std::min(static_cast<std::size_t>(end) + 2, from + shown)));
  return fmt::format("The most similar lines of the file ({} to {}, {:.0f} % alike) are:\n```\n{}```\n", from + 1, to,
                     ratio * 100, excerpt(lines, from, to));
}

// What usually went wrong, when it can be told.
std::string hint(const SearchFile& file, const Hunk& hunk) {
  if (std::any_of(hunk.search.begin(), hunk.search.end(), [](const auto& line) { return is_ellipsis(line); })) {
    return "Its SEARCH leaves lines out with `...`; write every line.\n";
  }
  if (const auto places = find_lines(file, hunk.search, Compare::indent, {0, file.lines().size()}); !places.empty()) {
    return fmt::format(
        "They fit lines {} to {} but for their indentation, which shifts from line to line in a way that cannot be "
        "carried over. Copy tabs and spaces as they are.\n",
        places.front() + 1, places.front() + hunk.search.size());
  }
  if (const auto line = line_around(file, hunk.search)) {
    return fmt::format("It is a part of the line `{}`; use whole lines.\n", clip(trim(*line), 200));
  }
  if (!hunk.replace.empty() && find_match(file, hunk.replace, {}, {0, file.lines().size()}, false).places.size() == 1) {
    return "Its REPLACE lines are in the file already.\n";
  }
  return {};
}

}  // namespace

std::string block_name(const Hunk& hunk) {
  return fmt::format("Block {}", hunk.number);
}

Rejection no_match(const SearchFile& file, const Hunk& hunk) {
  const auto elided = [](const Text& text) {
    return std::count_if(text.begin(), text.end(), [](const auto& line) { return is_ellipsis(line); });
  };
  const auto before = elided(hunk.search), after = elided(hunk.replace);
  const RejectCode code = before > 0 && before != after ? RejectCode::lazy : RejectCode::no_match;
  return {code,
          fmt::format(
              "{}: its SEARCH lines are not in {}. They begin:\n```\n{}```\n{}{}Copy the lines to replace exactly as "
              "they are in the file now, with their indentation.",
              block_name(hunk), file.path(), head_of(hunk.search), hint(file, hunk), nearest_lines(file, hunk.search))};
}

Rejection ambiguous(const SearchFile& file, const Hunk& hunk, const std::vector<Place>& places) {
  std::vector<std::size_t> numbers;
  for (const auto& place : places) numbers.push_back(place.begin + 1);
  return {
      RejectCode::ambiguous,
      fmt::format(
          "{}: its SEARCH lines fit {} at {}{} places (lines {}). They begin:\n```\n{}```\nAdd whole lines above or "
          "below until the block fits only the place you mean.",
          block_name(hunk), file.path(), places.size(), places.size() >= 12 ? " or more" : "", fmt::join(numbers, ", "),
          head_of(hunk.search))};
}

}  // namespace hone::edit
