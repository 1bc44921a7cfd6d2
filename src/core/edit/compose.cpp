#include "core/edit/compose.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/edit/line_diff.hpp"

namespace hone::edit {
namespace {

constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

std::vector<std::uint64_t> hashes_of(const Text& lines, bool trim_right) {
  std::vector<std::uint64_t> result;
  result.reserve(lines.size());
  for (const auto& line : lines) result.push_back(hash_of(trim_right ? right_trim(line) : std::string_view(line)));
  return result;
}

// The file lines that SEARCH lines [from, to) stand on.
Window file_range(const Place& place, std::size_t from, std::size_t to) {
  Window range{nowhere, nowhere};
  for (std::size_t i = from; i < to; ++i) {
    if (place.lines[i] == nowhere) continue;
    if (range.begin == nowhere) range.begin = place.lines[i];
    range.end = place.lines[i] + 1;
  }
  if (range.begin != nowhere) return range;
  std::size_t at = place.begin;  // nothing of it is in the file: a pure insertion
  for (std::size_t i = 0; i < from; ++i) {
    if (place.lines[i] != nowhere) at = place.lines[i] + 1;
  }
  return {at, at};
}

bool collide(const Change& a, const Change& b) {
  if (a.begin == a.end && b.begin == b.end) return false;
  if (a.begin == a.end) return b.begin < a.begin && a.begin < b.end;
  if (b.begin == b.end) return a.begin < b.begin && b.begin < a.end;
  return a.begin < b.end && b.begin < a.end;
}

}  // namespace

std::vector<Change> changes_of(const Match& match, const Hunk& hunk) {
  if (!match.parts.empty()) {
    std::vector<Change> all;
    for (const Match& part : match.parts) {
      for (Change& change : changes_of(part, hunk)) all.push_back(std::move(change));
    }
    return all;
  }
  const bool loose = !match.tag.empty();
  const Place& place = match.places.front();
  std::vector<Change> changes;
  const bool given = !hunk.chunks.empty() && match.search.size() == hunk.search.size() && match.replace == hunk.replace;
  const auto chunks = given ? hunk.chunks : diff_lines(hashes_of(match.search, loose), hashes_of(match.replace, loose));
  for (const Chunk& chunk : chunks) {
    const Window range = file_range(place, chunk.a_begin, chunk.a_end);
    Change change{range.begin, range.end, {}, hunk.number, {}};
    for (std::size_t i = chunk.b_begin; i < chunk.b_end; ++i) change.lines.push_back(match.written[i]);
    if (change.begin < change.end || !change.lines.empty()) changes.push_back(std::move(change));
  }
  if (hunk.final_newline) {  // carried by an empty change at the end when the last lines themselves stay
    if (changes.empty() || changes.back().end != place.end)
      changes.push_back({place.end, place.end, {}, hunk.number, {}});
    changes.back().final_newline = hunk.final_newline;
  }
  return changes;
}

std::vector<Change> changes_to(const FileLines& file, const Hunk& hunk) {
  std::vector<std::uint64_t> before;
  before.reserve(file.lines.size());
  for (const auto& line : file.lines) before.push_back(hash_of(line.text));
  std::vector<Change> changes;
  for (const Chunk& chunk : diff_lines(before, hashes_of(hunk.replace, false))) {
    changes.push_back({chunk.a_begin,
                       chunk.a_end,
                       Text(hunk.replace.begin() + static_cast<std::ptrdiff_t>(chunk.b_begin),
                            hunk.replace.begin() + static_cast<std::ptrdiff_t>(chunk.b_end)),
                       hunk.number,
                       {}});
  }
  return changes;
}

std::optional<Rejection> sort_changes(std::vector<Change>& changes) {
  std::stable_sort(changes.begin(), changes.end(), [](const Change& a, const Change& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
  });
  const Change* widest = nullptr;  // of those seen, the one that reaches furthest
  for (const Change& change : changes) {
    if (widest != nullptr && collide(*widest, change)) {
      return Rejection{
          RejectCode::overlap,
          fmt::format("Blocks {} and {} change the same lines ({} to {} of the file). Merge them into one block.",
                      std::min(widest->hunk, change.hunk), std::max(widest->hunk, change.hunk), change.begin + 1,
                      std::max(change.end, change.begin + 1))};
    }
    if (widest == nullptr || change.end >= widest->end) widest = &change;
  }
  return std::nullopt;
}

std::string compose(const FileLines& file, const std::vector<Change>& changes) {
  std::string result;
  if (file.bom) result += "\xEF\xBB\xBF";
  std::string_view end = file.lines.empty() || file.lines[0].end.empty() ? file.common_end : file.lines[0].end;
  std::size_t last_end = 0;  // bytes of the final line end in `result`
  const auto put = [&](std::string_view text, std::string_view own) {
    end = own.empty() ? end : own;
    result.append(text).append(end);
    last_end = end.size();
  };
  bool newline = file.final_newline();
  std::size_t at = 0;
  for (const Change& change : changes) {
    for (; at < change.begin; ++at) put(file.lines[at].text, file.lines[at].end);
    for (std::size_t i = 0; i < change.lines.size(); ++i) {
      const bool replaces = change.begin + i < change.end;
      put(change.lines[i], replaces ? file.lines[change.begin + i].end : std::string_view{});
    }
    at = std::max(at, change.end);
    if (change.final_newline && change.end == file.lines.size()) newline = *change.final_newline;
  }
  for (; at < file.lines.size(); ++at) put(file.lines[at].text, file.lines[at].end);
  if (!newline && last_end > 0) result.resize(result.size() - last_end);
  return result;
}

}  // namespace hone::edit
