#include <fmt/format.h>

#include <algorithm>

#include "core/edit/choose.hpp"
#include "core/edit/encoding.hpp"
#include "core/edit/lazy.hpp"
#include "core/edit/region.hpp"
#include "hone/core/base/text.hpp"
#include "hone/core/edit/screen.hpp"

namespace hone::edit {
namespace {

bool in_file(const Target& target, std::string_view line) {
  const auto& hashes = target.search.hashes(Compare::indent);
  return std::find(hashes.begin(), hashes.end(), hash_of(compare_key(line, Compare::indent))) != hashes.end();
}

// `...` is a statement in Python: the body of a stub.
bool python_stub(const Target& target, const Change& change, std::size_t at) {
  if (target.file->path.find(".py") == std::string::npos || trim(change.lines[at]) != "...") return false;
  for (std::size_t i = at; i-- > 0;) {
    if (!is_blank(change.lines[i])) return right_trim(change.lines[i]).ends_with(':');
  }
  return change.begin > 0 && right_trim(target.lines.lines[change.begin - 1].text).ends_with(':');
}

std::optional<Rejection> screen_line(const Target& target, const Change& change, std::size_t at) {
  const std::string& line = change.lines[at];
  if (is_placeholder(line) && !in_file(target, line) && !python_stub(target, change, at)) {
    return Rejection{
        RejectCode::lazy,
        fmt::format("Block {}: the line `{}` stands for code it does not show. Write every line out; nothing is "
                    "filled in.",
                    change.hunk, one_line(line, 120))};
  }
  if (const auto hidden = find_hidden(line); hidden && !in_file(target, line)) {
    return Rejection{RejectCode::hidden,
                     fmt::format("Block {}: an added line holds a {}, which no reader sees. Write plain text.",
                                 change.hunk, hidden->rule)};
  }
  if ((line.find(replacement_character) != std::string::npos || !is_utf8(line)) && !in_file(target, line)) {
    return Rejection{
        RejectCode::encoding,
        fmt::format("Block {}: an added line holds bytes that are not UTF-8, or the replacement character. Leave "
                    "lines with such bytes out of the block.",
                    change.hunk)};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Rejection> screen_changes(const Target& target, const std::vector<Change>& changes, const Job& job) {
  if (auto bad = check_regions(target.regions, changes, target.file->path)) return bad;
  std::size_t bytes = 0;
  std::string added;
  for (const Change& change : changes) {
    for (std::size_t i = 0; i < change.lines.size(); ++i) {
      if (auto bad = screen_line(target, change, i)) return bad;
      added.append(change.lines[i]).append("\n");
    }
    for (std::size_t i = change.begin; i < change.end; ++i) bytes += target.lines.lines[i].text.size() + 1;
  }
  if (bytes + added.size() > job.policy.max_changed_bytes) {
    return Rejection{RejectCode::too_large,
                     fmt::format("The change removes and adds {} bytes in {}; at most {} are allowed. "
                                 "Make one smaller change.",
                                 bytes + added.size(), target.file->path, job.policy.max_changed_bytes)};
  }
  if (const auto secret = find_secret(added)) {
    if (target.file->text.find(added.substr(secret->begin, secret->end - secret->begin)) == std::string::npos) {
      return Rejection{RejectCode::secret,
                       fmt::format("An added line holds what looks like a {}. Keys and tokens have no place "
                                   "in the code.",
                                   secret->rule)};
    }
  }
  return std::nullopt;
}

}  // namespace hone::edit
