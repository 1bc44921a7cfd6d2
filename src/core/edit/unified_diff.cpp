// Unified diffs as models write them: counts and line numbers are hints at most, headers may be missing, blank
// context may have lost its space.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/edit/fences.hpp"
#include "core/edit/hunk.hpp"
#include "core/edit/lines.hpp"
#include "core/edit/paths.hpp"
#include "hone/core/base/text.hpp"

namespace hone::edit {
namespace {

using Lines = std::vector<std::string_view>;

struct Header {
  std::size_t old_line = 0, old_count = 1, new_count = 1;
  bool numbered = false;
  std::string heading;
};

bool take_number(std::string_view& text, std::size_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool take_range(std::string_view& text, char sign, std::size_t& line, std::size_t& count) {
  text = left_trim(text);
  if (!text.starts_with(sign)) return false;
  text.remove_prefix(1);
  if (!take_number(text, line)) return false;
  count = 1;
  if (!text.starts_with(',')) return true;
  text.remove_prefix(1);
  return take_number(text, count);
}

Header header_of(std::string_view line) {
  Header header;
  std::string_view rest = line.substr(2);
  std::size_t new_line = 0;
  header.numbered =
      take_range(rest, '-', header.old_line, header.old_count) && take_range(rest, '+', new_line, header.new_count);
  if (!header.numbered) rest = line.substr(2);
  const auto close = rest.find("@@");
  if (close != std::string_view::npos) rest = rest.substr(close + 2);
  header.heading = trim(rest);
  return header;
}

bool file_header(const Lines& lines, std::size_t at) {
  return at + 1 < lines.size() && lines[at].starts_with("--- ") && lines[at + 1].starts_with("+++ ");
}

bool hunk_line(std::string_view line) {
  return !line.empty() && (line[0] == ' ' || line[0] == '+' || line[0] == '-' || line[0] == '\\');
}

// "-- " and a version, with which `git format-patch` ends its mail.
bool mail_signature(const Lines& lines, std::size_t at) {
  if (right_trim(lines[at]) != "--" || at + 1 >= lines.size()) return false;
  const std::string_view version = lines[at + 1];
  return !version.empty() && version[0] >= '0' && version[0] <= '9' && version.find('.') != std::string_view::npos;
}

// One past the hunk's last line when its counts are right; 0 when they are not.
std::size_t end_by_counts(const Lines& lines, std::size_t at, const Header& header) {
  if (!header.numbered) return 0;
  std::size_t old_left = header.old_count, new_left = header.new_count;
  while (old_left > 0 || new_left > 0) {
    if (at == lines.size()) return 0;
    const char sign = lines[at].empty() ? ' ' : lines[at][0];
    if (sign == '\\') {
      ++at;
      continue;
    }
    const bool old_side = sign == ' ' || sign == '-', new_side = sign == ' ' || sign == '+';
    if (!(old_side || new_side) || (old_side && old_left == 0) || (new_side && new_left == 0)) return 0;
    old_left -= old_side ? 1 : 0;
    new_left -= new_side ? 1 : 0;
    ++at;
  }
  while (at < lines.size() && lines[at].starts_with('\\')) ++at;
  if (at < lines.size() && hunk_line(lines[at]) && !file_header(lines, at) && !mail_signature(lines, at)) return 0;
  return at;
}

std::size_t end_by_looks(const Lines& lines, std::size_t at, bool fenced) {
  for (; at < lines.size(); ++at) {
    const std::string_view line = lines[at];
    if (line.starts_with("@@") || line.starts_with("diff --git ") || mail_signature(lines, at)) break;
    if (file_header(lines, at) && at + 2 < lines.size() && lines[at + 2].starts_with("@@")) break;
    if (!line.empty() && !hunk_line(line) && !line.starts_with('\t') && !fenced) break;
  }
  while (at > 0 && lines[at - 1].empty()) --at;  // a blank line without its space at the end is only spacing
  return at;
}

void read_lines(const Lines& lines, std::size_t from, std::size_t to, Hunk& hunk) {
  char last = ' ';
  for (std::size_t i = from; i < to; ++i) {
    const std::string_view line = lines[i];
    const char sign = line.empty() ? ' ' : line[0];
    if (sign == '\\') {
      if (last == '-') {
        if (!hunk.final_newline)
          hunk.final_newline = true;  // the old file had none; the new one has, unless it says so too
      } else {
        hunk.final_newline = false;
      }
      continue;
    }
    if (sign != '-' && hunk.final_newline) hunk.final_newline = true;  // the mark spoke of the old side only
    add_diff_line(hunk, sign, std::string(line.empty() ? line : hunk_line(line) ? line.substr(1) : line));
    last = sign;
  }
}

class DiffReader {
 public:
  DiffReader(const EditPolicy& policy, Edits& edits) : policy_(policy), edits_(edits) {}

  std::optional<Rejection> read(const Lines& lines, bool fenced) {
    bool bare = fenced;  // a fenced diff may do without `@@`
    for (std::size_t i = 0; i < lines.size();) {
      const std::string_view line = lines[i];
      if (auto bad = refuse_section(line)) return bad;
      if (file_header(lines, i)) {
        if (auto bad = name_file(lines[i].substr(4), lines[i + 1].substr(4))) return bad;
        i += 2;
      } else if (line.starts_with("@@")) {
        i = read_hunk(lines, i + 1, header_of(line), fenced);
        bare = false;
      } else if (bare && hunk_line(line)) {
        i = read_hunk(lines, i, {}, fenced);
      } else {
        if (line.starts_with("diff --git ")) path_.clear();
        ++i;
      }
    }
    return std::nullopt;
  }

 private:
  std::optional<Rejection> refuse_section(std::string_view line) const {
    for (const auto start : {"rename from ", "rename to ", "copy from ", "copy to ", "old mode ", "new mode ",
                             "deleted file mode ", "new file mode "}) {
      if (line.starts_with(start)) return bad_path(line, policy_);
    }
    if (line.starts_with("GIT binary patch") || (line.starts_with("Binary files ") && line.ends_with(" differ"))) {
      return Rejection{RejectCode::encoding, "The diff holds a binary section; only text can be changed."};
    }
    return std::nullopt;
  }

  // "a.py\t2026-01-01 00:00:00", "a.py (modified)"
  [[nodiscard]] std::string_view bare_name(std::string_view name) const {
    name = trim(name.substr(0, name.find('\t')));
    const auto remark = name.rfind(" (");
    if (remark == std::string_view::npos || !name.ends_with(')')) return name;
    return resolve_path(name.substr(0, remark), policy_) ? name.substr(0, remark) : name;
  }

  std::optional<Rejection> name_file(std::string_view before, std::string_view after) {
    before = bare_name(before);
    after = bare_name(after);
    if (after == "/dev/null") return bad_path(before, policy_);
    const auto path = resolve_path(after, policy_);
    if (!path) return bad_path(after, policy_);
    if (before != "/dev/null" && resolve_path(before, policy_) != path) return bad_path(before, policy_);
    path_ = *path;
    return std::nullopt;
  }

  std::size_t read_hunk(const Lines& lines, std::size_t at, const Header& header, bool fenced) {
    Hunk hunk;
    std::size_t end = end_by_counts(lines, at, header);
    if (end == 0) end = end_by_looks(lines, at, fenced);
    read_lines(lines, at, end, hunk);
    hunk.path = path_;
    hunk.heading = header.heading;
    hunk.number = edits_.hunks.size() + 1;
    if (header.numbered) hunk.line = header.old_line == 0 ? 0 : header.old_line - 1;
    if (!hunk.search.empty() || !hunk.replace.empty()) edits_.hunks.push_back(std::move(hunk));
    return std::max(end, at);
  }

  const EditPolicy& policy_;
  Edits& edits_;
  std::string path_;
};

bool looks_like_diff(const Lines& lines) {
  bool place = false;
  bool sign = false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    place = place || lines[i].starts_with("@@") || file_header(lines, i);
    sign = sign || lines[i].starts_with('+') || lines[i].starts_with('-');
    if (lines[i].starts_with("diff --git ")) return true;
  }
  return place && sign;
}

// A fence inside a diff has a sign or a space before it, so only column 0 closes a diff's fence.
std::vector<Lines> fenced_diffs(const ReplyView& reply) {
  std::vector<Lines> diffs;
  for (std::size_t i = 0; i < reply.lines.size(); ++i) {
    char sign = 0;
    std::string_view info;
    const std::size_t signs = fence_signs(reply.lines[i], sign, info);
    if (signs == 0) continue;
    const std::string fence(signs, sign);
    Lines inside;
    std::size_t end = i + 1;
    while (end < reply.lines.size() && right_trim(reply.lines[end]) != fence) inside.push_back(reply.lines[end++]);
    const std::string kind = lower(info.substr(0, info.find(' ')));
    if (kind == "diff" || kind == "patch" || kind == "udiff" || looks_like_diff(inside))
      diffs.push_back(std::move(inside));
    i = end;
  }
  return diffs;
}

}  // namespace

std::optional<Parsed<Edits>> parse_unified_diff(const ReplyView& reply, const std::vector<SourceFile>&,
                                                const EditPolicy& policy) {
  Edits edits{EditFormat::unified_diff, {}, {}, {}, {}};
  DiffReader reader(policy, edits);
  const std::vector<Lines> fenced = fenced_diffs(reply);
  if (fenced.empty() && !looks_like_diff(reply.lines)) return std::nullopt;
  std::optional<Rejection> bad;
  for (const Lines& each : fenced) {
    if (!bad) bad = reader.read(each, true);
  }
  if (fenced.empty()) bad = reader.read(reply.lines, false);
  if (bad) return tl::unexpected<Rejection>(std::move(*bad));
  if (edits.hunks.empty()) return std::nullopt;
  return edits;
}

}  // namespace hone::edit
