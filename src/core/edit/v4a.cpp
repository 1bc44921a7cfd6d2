// `*** Begin Patch` envelopes: sections by file, places by anchors and context, no line numbers.
#include <fmt/format.h>

#include <algorithm>

#include "core/edit/hunk.hpp"
#include "core/edit/lines.hpp"
#include "core/edit/paths.hpp"
#include "hone/core/base/text.hpp"

namespace hone::edit {
namespace {

constexpr std::string_view begin_patch = "*** Begin Patch", end_patch = "*** End Patch";

// The value of a `*** Name: value` line.
std::optional<std::string_view> field(std::string_view line, std::string_view name) {
  if (!line.starts_with("*** ")) return std::nullopt;
  line = line.substr(4);
  if (!line.starts_with(name)) return std::nullopt;
  return trim(line.substr(name.size()));
}

bool numeric_range(std::string_view text) {
  text = left_trim(text);
  return text.size() > 1 && text[0] == '-' && text[1] >= '0' && text[1] <= '9';
}

class PatchReader {
 public:
  PatchReader(const EditPolicy& policy, Edits& edits) : policy_(policy), edits_(edits) {}

  std::optional<Rejection> line(std::string_view line) {
    if (line.starts_with("*** ")) return command(line);
    if (path_.empty()) return std::nullopt;  // prose before the first section
    if (line.starts_with("@@")) {
      anchor(line.substr(2));
      return std::nullopt;
    }
    const char sign = line.empty() ? ' ' : line[0];
    const bool marked = sign == ' ' || sign == '+' || sign == '-';
    add_diff_line(hunk_, sign, std::string(line.empty() || !marked ? line : line.substr(1)));
    changes_ = changes_ || sign == '+' || sign == '-';
    return std::nullopt;
  }

  void finish() {
    // Blank lines that lost their space at the end of a hunk are spacing.
    while (!hunk_.search.empty() && !hunk_.replace.empty() && hunk_.search.back().empty() &&
           hunk_.replace.back().empty()) {
      hunk_.search.pop_back();
      hunk_.replace.pop_back();
    }
    if (changes_ || !hunk_.search.empty()) {
      hunk_.path = path_;
      hunk_.number = edits_.hunks.size() + 1;
      edits_.hunks.push_back(hunk_);
    }
    hunk_ = {};
    changes_ = false;
  }

 private:
  std::optional<Rejection> command(std::string_view line) {
    if (const auto path = field(line, "Update File:")) {
      finish();
      const auto known = resolve_path(*path, policy_);
      if (!known) return bad_path(*path, policy_);
      path_ = *known;
    } else if (field(line, "End of File")) {
      hunk_.at_end = true;
      finish();
    } else if (field(line, "Begin Patch") || field(line, "End Patch")) {
      finish();
      path_.clear();
    } else {
      for (const auto name : {"Add File:", "Delete File:", "Move to:"}) {
        if (const auto path = field(line, name)) return bad_path(*path, policy_);
      }
    }
    return std::nullopt;
  }

  void anchor(std::string_view text) {
    if (changes_ || !hunk_.search.empty()) finish();
    if (numeric_range(text)) return;
    if (text.ends_with("@@")) text.remove_suffix(2);
    // Several on one line: `@@ class A @@ def f`.
    for (auto at = text.find("@@"); !text.empty(); at = text.find("@@")) {
      const auto part = trim(text.substr(0, at));
      if (!part.empty()) hunk_.anchors.emplace_back(part);
      if (at == std::string_view::npos) break;
      text = text.substr(at + 2);
    }
  }

  const EditPolicy& policy_;
  Edits& edits_;
  std::string path_;
  Hunk hunk_;
  bool changes_ = false;
};

}  // namespace

std::optional<Parsed<Edits>> parse_v4a(const ReplyView& reply, const std::vector<SourceFile>&,
                                       const EditPolicy& policy) {
  bool any = false;
  bool envelope = false;
  for (const auto line : reply.lines) {
    envelope = envelope || right_trim(line) == begin_patch;
    any = any || field(line, "Update File:") || field(line, "Add File:") || field(line, "Delete File:");
  }
  if (!any && !envelope) return std::nullopt;
  Edits edits{EditFormat::v4a, {}, {}, {}, {}};
  if (!envelope) add_tag(edits.tags, "marker");
  PatchReader reader(policy, edits);
  bool open = !envelope;
  for (const auto raw : reply.lines) {
    const auto line = right_trim(raw);
    if (line == begin_patch) open = true;
    if (!open) continue;
    if (!envelope && line.starts_with("```")) continue;
    if (auto bad = reader.line(raw)) return tl::unexpected<Rejection>(std::move(*bad));
    if (line == end_patch) open = false;
  }
  if (envelope && open) {
    return reject(RejectCode::truncated,
                  "There is no `*** End Patch` line, so the patch may be cut off. Send it complete.");
  }
  reader.finish();
  if (edits.hunks.empty()) return reject(RejectCode::no_op, "The patch has no lines that start with + or -.");
  return edits;
}

}  // namespace hone::edit
