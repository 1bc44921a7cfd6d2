#include "core/edit/versions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/edit/fences.hpp"
#include "core/edit/lines.hpp"
#include "core/edit/whole_file.hpp"
#include "hone/core/base/text.hpp"

namespace hone::edit {
namespace {

// "option b" of "### Option B: halve the range"; "" when the line is no such heading.
std::string choice_label(std::string_view line) {
  const auto begin = line.find_first_not_of("#*_-> \t");
  if (begin == std::string_view::npos) return {};
  const std::string small = lower(line.substr(begin, 40));
  if (small.starts_with("alternatively")) return "alternatively";
  for (const std::string_view word : {"option", "alternative", "approach", "variant", "version", "solution"}) {
    if (!small.starts_with(word)) continue;
    const std::string_view rest = std::string_view(small).substr(word.size());
    if (rest.size() < 2 || rest[0] != ' ') continue;
    const bool marked = (rest[1] >= 'a' && rest[1] <= 'd') || (rest[1] >= '1' && rest[1] <= '9');
    const bool ends = rest.size() == 2 || std::string_view(" :.)*_-").find(rest[2]) != std::string_view::npos;
    if (marked && ends) return small.substr(0, word.size() + 2);
  }
  return {};
}

}  // namespace

std::optional<Rejection> second_version(const ReplyView& reply, const Edits& edits,
                                        const std::vector<SourceFile>& originals, const EditPolicy& policy) {
  std::vector<std::string_view> rest;
  std::size_t at = 0;
  for (const auto& [from, to] : edits.covered) {
    for (; at < from; ++at) rest.push_back(reply.lines[at]);
    at = to;
  }
  for (; at < reply.lines.size(); ++at) rest.push_back(reply.lines[at]);
  const ReplyView others{{}, std::move(rest)};
  bool second = parse_v4a(others, originals, policy).has_value();
  for (const auto& fence : find_fences(others.lines)) {
    Text inside;
    for (std::size_t i = fence.open + 1; i < fence.close; ++i) inside.emplace_back(others.lines[i]);
    if (inside.size() < 2 || labelled_excerpt(others, fence.open)) continue;
    for (const auto& file : originals) second = second || line_overlap(file.text, inside) >= 0.5;
  }
  if (!second) return std::nullopt;
  return Rejection{RejectCode::mixed,
                   "The reply holds SEARCH/REPLACE blocks and a second version of the change beside them (a "
                   "whole file or a patch). Send the blocks only."};
}

std::optional<Rejection> offers_choice(const ReplyView& reply, const Edits& edits) {
  std::set<std::string> offered;
  std::string label;
  std::size_t at = 0;
  for (const auto& [from, to] : edits.covered) {
    for (; at < from; ++at) {
      if (std::string next = choice_label(reply.lines[at]); !next.empty()) label = std::move(next);
    }
    offered.insert(label);  // "" = before any heading: what all options share, or the first of two
    at = to;
  }
  if (offered.count("alternatively") == 0) offered.erase("");
  if (offered.size() < 2) return std::nullopt;
  return Rejection{RejectCode::mixed,
                   fmt::format("The reply offers several versions of the change (`{}`), and which one you mean cannot "
                               "be told. Decide for one and send its blocks only.",
                               *offered.rbegin())};
}

}  // namespace hone::edit
