// The one applier: every format's hunks, all or none.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/edit/choose.hpp"
#include "core/edit/compose.hpp"
#include "core/edit/encoding.hpp"
#include "core/edit/feedback.hpp"
#include "core/edit/hunk.hpp"
#include "core/edit/lines.hpp"
#include "core/edit/match.hpp"
#include "core/edit/paths.hpp"

namespace hone::edit {
namespace {

constexpr std::size_t most_sequential_bytes = 256 << 20;  // blocks x file size of the one-after-the-other pass

// All hunks against the text as it is.
Parsed<std::string> apply_together(const SourceFile& file, const std::vector<Hunk>& hunks, const Job& job) {
  const Target target = make_target(file);
  std::vector<Change> changes;
  for (const Hunk& hunk : hunks) {
    auto planned = plan_hunk(target, hunk, job);
    if (!planned) return tl::unexpected<Rejection>(std::move(planned.error()));
    changes.insert(changes.end(), std::make_move_iterator(planned->begin()), std::make_move_iterator(planned->end()));
  }
  if (auto overlap = sort_changes(changes)) return tl::unexpected<Rejection>(std::move(*overlap));
  if (auto bad = screen_changes(target, changes, job)) return tl::unexpected<Rejection>(std::move(*bad));
  return compose(target.lines, changes);
}

// Each hunk against the text after the ones before it, as some models assume.
Parsed<std::string> apply_in_turn(const SourceFile& file, const std::vector<Hunk>& hunks, const Job& job) {
  SourceFile now = file;
  for (const Hunk& hunk : hunks) {
    auto next = apply_together(now, {hunk}, job);
    if (!next) return next;
    now.text = std::move(*next);
  }
  return std::move(now.text);
}

Parsed<std::string> apply_to_file(const SourceFile& file, const std::vector<Hunk>& hunks, const Job& job) {
  std::vector<std::string> tags = job.tags;
  auto together = apply_together(file, hunks, {job.policy, job.format, tags});
  if (together) {
    job.tags = std::move(tags);
    return together;
  }
  const RejectCode code = together.error().code;
  const bool worth = hunks.size() > 1 && (code == RejectCode::no_match || code == RejectCode::overlap) &&
                     !job.policy.exact_only && hunks.size() * file.text.size() <= most_sequential_bytes;
  if (!worth) return together;
  tags = job.tags;
  auto in_turn = apply_in_turn(file, hunks, {job.policy, job.format, tags});
  if (!in_turn) return together;
  job.tags = std::move(tags);
  add_tag(job.tags, "seq");
  return in_turn;
}

// Which target each hunk means. Unnamed ones: the only target, else the file named last, else the only one where
// the lines are found.
Parsed<std::string> target_of(const Hunk& hunk, const std::string& last, const std::vector<SourceFile>& originals,
                              const EditPolicy& policy) {
  if (!hunk.path.empty()) {
    const auto path = resolve_path(hunk.path, policy);
    if (!path) return tl::unexpected<Rejection>(bad_path(hunk.path, policy));
    return *path;
  }
  if (policy.allowed.size() == 1) return policy.allowed.front();
  std::vector<std::string> fitting;
  for (const auto& file : originals) {
    if (hunk.whole || hunk.search.empty()) break;
    const Target target = make_target(file);
    if (!find_match(target.search, hunk.search, hunk.replace, {0, target.lines.lines.size()}, policy.exact_only)
             .places.empty()) {
      if (file.path == last) return last;
      fitting.push_back(file.path);
    }
  }
  if (fitting.size() == 1) return fitting.front();
  if (fitting.empty() && !last.empty()) return last;
  return reject(RejectCode::path,
                fmt::format("{} does not say which file it changes. Write the file's name on a line of its "
                            "own above it.",
                            block_name(hunk)));
}

bool same_hunk(const Hunk& a, const Hunk& b) {
  return a.path == b.path && a.search == b.search && a.replace == b.replace && a.anchors == b.anchors &&
         a.line == b.line;
}

const SourceFile* find_file(const std::vector<SourceFile>& files, std::string_view path) {
  for (const auto& file : files) {
    if (file.path == path) return &file;
  }
  return nullptr;
}

std::optional<Rejection> check_file(const SourceFile& file, const std::vector<Hunk>& hunks) {
  if (file.text.size() > max_target_bytes) {
    return Rejection{RejectCode::too_large,
                     fmt::format("{} is larger than {} bytes and cannot be edited.", file.path, max_target_bytes)};
  }
  const bool whole = std::any_of(hunks.begin(), hunks.end(), [](const Hunk& hunk) { return hunk.whole; });
  if (is_binary(file.text) || (whole && !is_utf8(file.text))) {
    return Rejection{
        RejectCode::encoding,
        fmt::format(
            "{} is not UTF-8 text{}.", file.path,
            is_binary(file.text) ? "" : ", so a whole new version would lose bytes; use SEARCH/REPLACE blocks")};
  }
  return std::nullopt;
}

}  // namespace

Parsed<Patched> apply(const Edits& edits, const std::vector<SourceFile>& originals, const EditPolicy& policy) {
  Patched patched;
  patched.format = edits.format;
  patched.tags = edits.tags;
  std::vector<std::pair<std::string, std::vector<Hunk>>> by_file;
  std::string last;
  if (edits.hunks.size() > max_blocks) {
    return reject(RejectCode::too_large,
                  fmt::format("The reply holds {} blocks; at most {} are applied.", edits.hunks.size(), max_blocks));
  }
  for (const Hunk& hunk : edits.hunks) {
    auto path = target_of(hunk, last, originals, policy);
    if (!path) return tl::unexpected<Rejection>(std::move(path.error()));
    if (hunk.path.empty() && policy.allowed.size() > 1) add_tag(patched.tags, "path");
    last = *path;
    auto at = std::find_if(by_file.begin(), by_file.end(), [&](const auto& each) { return each.first == *path; });
    if (at == by_file.end()) at = by_file.insert(by_file.end(), {*path, {}});
    if (std::any_of(at->second.begin(), at->second.end(), [&](const Hunk& each) { return same_hunk(each, hunk); })) {
      add_tag(patched.tags, "dup");
      continue;
    }
    at->second.push_back(hunk);
  }
  for (const auto& [path, hunks] : by_file) {
    const SourceFile* file = find_file(originals, path);
    if (file == nullptr) return tl::unexpected<Rejection>(bad_path(path, policy));
    if (auto bad = check_file(*file, hunks)) return tl::unexpected<Rejection>(std::move(*bad));
    auto text = apply_to_file(*file, hunks, {policy, edits.format, patched.tags});
    if (!text) return tl::unexpected<Rejection>(std::move(text.error()));
    if (*text != file->text) patched.files.push_back({path, std::move(*text)});
  }
  if (patched.files.empty()) {
    return reject(RejectCode::no_op,
                  "The edit leaves every file exactly as it is: SEARCH and REPLACE are the same, or the "
                  "change is already there. Propose a change that changes something.");
  }
  return patched;
}

void add_diff_line(Hunk& hunk, char sign, std::string text) {
  const bool before = sign != '+', after = sign != '-';
  if (!before || !after) {
    const bool goes_on = !hunk.chunks.empty() && hunk.chunks.back().a_end == hunk.search.size() &&
                         hunk.chunks.back().b_end == hunk.replace.size();
    if (!goes_on)
      hunk.chunks.push_back({hunk.search.size(), hunk.search.size(), hunk.replace.size(), hunk.replace.size()});
    (before ? hunk.chunks.back().a_end : hunk.chunks.back().b_end) += 1;
  }
  if (before) hunk.search.push_back(text);
  if (after) hunk.replace.push_back(std::move(text));
}

void add_tag(std::vector<std::string>& tags, std::string_view tag) {
  if (std::find(tags.begin(), tags.end(), tag) == tags.end()) tags.emplace_back(tag);
}

}  // namespace hone::edit
