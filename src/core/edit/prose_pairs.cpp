// "Replace [a fence with lines of the file] with [a fence with new lines]", said in prose. Only when every fence of the
// reply is in such a pair and the old half is in a file: what merely shows code next to code is no edit.
#include <algorithm>
#include <array>

#include "core/edit/fences.hpp"
#include "core/edit/hunk.hpp"
#include "core/edit/lines.hpp"
#include "core/edit/match.hpp"
#include "core/edit/paths.hpp"
#include "core/edit/versions.hpp"
#include "hone/core/base/text.hpp"

namespace hone::edit {
namespace {

constexpr std::size_t longest_lead = 60;

Text inside(const ReplyView& reply, const Fence& fence) {
  Text text;
  for (std::size_t i = fence.open + 1; i < fence.close; ++i) text.emplace_back(reply.lines[i]);
  while (!text.empty() && is_blank(text.back())) text.pop_back();
  return text;
}

// The line that leads from the old half over to the new one: "with", "to this:", "**After:**", "and replace it with".
bool leads_over(std::string_view line) {
  constexpr std::string_view ornament = "*_#>`:.,- \t";
  const auto begin = line.find_first_not_of(ornament);
  if (begin == std::string_view::npos || line.size() > longest_lead) return false;
  const std::string small = lower(line.substr(begin, line.find_last_not_of(ornament) + 1 - begin));
  constexpr std::array<std::string_view, 27> alone{"with",
                                                   "with this",
                                                   "with the following",
                                                   "with the following code",
                                                   "with this code",
                                                   "to",
                                                   "to this",
                                                   "to the following",
                                                   "by",
                                                   "by this",
                                                   "by the following",
                                                   "into",
                                                   "into this",
                                                   "after",
                                                   "new",
                                                   "new code",
                                                   "becomes",
                                                   "it becomes",
                                                   "this becomes",
                                                   "becomes this",
                                                   "should be",
                                                   "replace",
                                                   "replacement",
                                                   "updated",
                                                   "updated code",
                                                   "new version",
                                                   "should become"};
  if (std::find(alone.begin(), alone.end(), small) != alone.end()) return true;
  constexpr std::array<std::string_view, 7> verbs{"replace", "change",      "swap",      "rewrite",
                                                  "turn",    "and replace", "and change"};
  constexpr std::array<std::string_view, 8> ends{
      " with", " with this", " with the following", " with the following code",
      " to",   " to this",   " to the following",   " into this"};
  return std::any_of(verbs.begin(), verbs.end(), [&](auto verb) { return small.starts_with(verb); }) &&
         std::any_of(ends.begin(), ends.end(), [&](auto end) { return small.ends_with(end); });
}

// "```search" and "```replace".
bool named_as_pair(const Fence& before, const Fence& after) {
  return lower(before.info) == "search" && lower(after.info) == "replace";
}

// The only line of prose between two fences; "" when there are more or none.
std::string_view line_between(const ReplyView& reply, const Fence& before, const Fence& after) {
  std::string_view found;
  for (std::size_t i = before.close + 1; i < after.open; ++i) {
    if (is_blank(reply.lines[i])) continue;
    if (!found.empty()) return {};
    found = trim(reply.lines[i]);
  }
  return found;
}

bool stands_in(const std::vector<SourceFile>& originals, const Text& text) {
  return std::any_of(originals.begin(), originals.end(), [&](const SourceFile& file) {
    const SearchFile search(file.path, lines(file.text));
    return !find_lines(search, text, Compare::indent, {0, search.lines().size()}).empty();
  });
}

std::string path_before(const ReplyView& reply, const Fence& fence, const EditPolicy& policy) {
  for (std::size_t back = 1; back <= 2 && back <= fence.open; ++back) {
    const std::string_view line = trim(reply.lines[fence.open - back]);
    if (line.empty()) continue;
    const std::string path = path_line(line, policy);
    return resolve_path(path, policy) ? path : std::string();
  }
  return {};
}

}  // namespace

std::optional<Parsed<Edits>> parse_prose_pairs(const ReplyView& reply, const std::vector<SourceFile>& originals,
                                               const EditPolicy& policy) {
  const std::vector<Fence> fences = find_fences(reply.lines);
  if (fences.empty() || fences.size() % 2 != 0 || fences.size() > 2 * max_blocks) return std::nullopt;
  Edits edits{EditFormat::search_replace, {}, {"prose"}, {}, {}};
  for (std::size_t i = 0; i < fences.size(); i += 2) {
    const Fence& before = fences[i];
    const Fence& after = fences[i + 1];
    const bool pair = named_as_pair(before, after) || leads_over(line_between(reply, before, after));
    if (!before.closed || !after.closed || !pair) return std::nullopt;
    Hunk hunk;
    hunk.search = inside(reply, before);
    hunk.replace = inside(reply, after);
    if (hunk.search.empty() || hunk.replace.empty() || !stands_in(originals, hunk.search)) return std::nullopt;
    hunk.path = path_before(reply, before, policy);
    hunk.number = i / 2 + 1;
    edits.covered.emplace_back(before.open, after.close + 1);
    edits.hunks.push_back(std::move(hunk));
  }
  if (auto several = offers_choice(reply, edits)) return tl::unexpected<Rejection>(std::move(*several));
  return edits;
}

}  // namespace hone::edit
