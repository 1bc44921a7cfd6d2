#include "core/edit/choose.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/edit/feedback.hpp"
#include "core/edit/fold.hpp"
#include "core/edit/region.hpp"
#include "hone/core/base/text.hpp"

namespace hone::edit {
namespace {

constexpr std::size_t most_scopes = 64;

Window everywhere(const Target& target) {
  return {0, target.lines.lines.size()};
}

Match match_in(const Target& target, const Hunk& hunk, Window window, const Job& job) {
  return find_match(target.search, hunk.search, hunk.replace, window, job.policy.exact_only);
}

std::string anchor_key(std::string_view line) {
  return fold_unicode(trim(line));
}

// Lines in `window` that an anchor names: equal to it, else beginning with it.
std::vector<std::size_t> anchor_lines(const Target& target, std::string_view anchor, Window window) {
  const std::string key = anchor_key(anchor);
  std::vector<std::size_t> equal, begins;
  for (std::size_t i = window.begin; i < window.end; ++i) {
    const std::string line = anchor_key(target.search.lines()[i]);
    if (line == key) equal.push_back(i);
    if (line.starts_with(key)) begins.push_back(i);
  }
  return equal.empty() ? begins : equal;
}

// From an anchor line to where its block ends: the next line that is not indented deeper.
Window scope_of(const Target& target, std::size_t line, std::size_t end) {
  const auto& lines = target.search.lines();
  const std::size_t depth = indent_of(lines[line]).size();
  for (std::size_t i = line + 1; i < end; ++i) {
    const auto text = trim(lines[i]);
    if (text.empty() || text[0] == '{' || text[0] == '#') continue;
    if (indent_of(lines[i]).size() <= depth) return {line, i + (text[0] == '}' ? 1U : 0U)};
  }
  return {line, end};
}

// Where the innermost anchor leads, for every way to read the outer ones.
std::vector<Window> scopes_of(const Target& target, const std::vector<std::string>& anchors) {
  std::vector<Window> scopes{everywhere(target)};
  for (const auto& anchor : anchors) {
    std::vector<Window> inner;
    for (const Window& outer : scopes) {
      for (const std::size_t line : anchor_lines(target, anchor, outer)) {
        if (inner.size() < most_scopes) inner.push_back(scope_of(target, line, outer.end));
      }
    }
    scopes = std::move(inner);
  }
  return scopes;
}

// The only place in any of the windows.
std::optional<Match> only_in(const Target& target, const Hunk& hunk, const std::vector<Window>& windows,
                             const Job& job) {
  std::optional<Match> found;
  for (const Window& window : windows) {
    Match match = match_in(target, hunk, window, job);
    if (match.places.empty()) continue;
    if (match.places.size() > 1) return std::nullopt;
    if (found && found->places[0].begin != match.places[0].begin) return std::nullopt;
    if (!found) found = std::move(match);
  }
  return found;
}

std::optional<Match> at_line(const Target& target, const Hunk& hunk, const Job& job) {
  if (!hunk.line) return std::nullopt;
  const Window window{*hunk.line, std::min(*hunk.line + hunk.search.size(), target.lines.lines.size())};
  Match match = match_in(target, hunk, window, job);
  if (match.places.size() != 1 || match.places[0].begin != *hunk.line) return std::nullopt;
  add_tag(job.tags, "line");
  return match;
}

std::optional<Match> at_file_end(const Target& target, const Hunk& hunk, const Job& job) {
  if (!hunk.at_end || hunk.search.size() > target.lines.lines.size()) return std::nullopt;
  std::size_t end = target.lines.lines.size();
  for (std::size_t slack = 0; slack < 4 && end >= hunk.search.size(); ++slack, --end) {
    Match match = match_in(target, hunk, {end - hunk.search.size(), end}, job);
    if (!match.places.empty()) return match;
    if (end == 0) break;
  }
  return std::nullopt;
}

// Several places fit: whatever else the hunk says must leave exactly one.
std::optional<Match> narrowed(const Target& target, const Hunk& hunk, const Job& job) {
  if (!target.regions.empty()) {
    if (auto match = only_in(target, hunk, target.regions, job)) return match;
  }
  if (auto match = at_line(target, hunk, job)) return match;
  if (auto match = at_file_end(target, hunk, job)) return match;
  if (!hunk.heading.empty()) return only_in(target, hunk, scopes_of(target, {hunk.heading}), job);
  return std::nullopt;
}

bool already_there(const Target& target, const Hunk& hunk) {
  return !hunk.replace.empty() &&
         find_match(target.search, hunk.replace, {}, everywhere(target), false).places.size() == 1;
}

Parsed<Match> or_reason(Match match, const Target& target, const Hunk& hunk, const Job& job) {
  if (match.places.size() == 1) return match;
  if (match.places.size() > 1) {
    if (auto only = narrowed(target, hunk, job)) return std::move(*only);
    return tl::unexpected<Rejection>(ambiguous(target.search, hunk, match.places));
  }
  const bool patch_format = job.format == EditFormat::unified_diff || job.format == EditFormat::v4a;
  if (patch_format && already_there(target, hunk)) {
    return reject(RejectCode::no_op, fmt::format("{}: {} already has these lines as the patch would leave them.",
                                                 block_name(hunk), target.file->path));
  }
  return tl::unexpected<Rejection>(no_match(target.search, hunk));
}

Parsed<Match> by_anchor(const Target& target, const Hunk& hunk, const Job& job) {
  const std::vector<Window> scopes = scopes_of(target, hunk.anchors);
  if (scopes.empty()) {
    return reject(RejectCode::no_match, fmt::format("{}: no line of {} is its anchor `@@ {}`.", block_name(hunk),
                                                    target.file->path, clip(hunk.anchors.back(), 160)));
  }
  if (auto match = only_in(target, hunk, scopes, job)) return std::move(*match);
  Match anywhere = match_in(target, hunk, everywhere(target), job);
  if (anywhere.places.size() == 1) add_tag(job.tags, "anchor");
  return or_reason(std::move(anywhere), target, hunk, job);
}

// The reading, of several, that fits the file.
Parsed<Match> by_reading(const Target& target, const Hunk& hunk, const Job& job) {
  std::vector<Hunk> fitting;
  for (const auto& reading : hunk.readings) {
    Hunk each = hunk;
    each.search = reading.search;
    each.replace = reading.replace;
    each.readings.clear();
    if (!each.search.empty() && match_in(target, each, everywhere(target), job).places.size() == 1)
      fitting.push_back(std::move(each));
  }
  if (fitting.size() == 1)
    return or_reason(match_in(target, fitting[0], everywhere(target), job), target, fitting[0], job);
  return reject(
      RejectCode::marker,
      fmt::format("{}: it holds {} divider lines (`=======`) and {} of the ways to split it fit the file. Use 9 "
                  "signs in all three markers of a block whose code holds such lines.",
                  block_name(hunk), hunk.readings.size(), fitting.empty() ? "none" : "several"));
}

std::string joined(const Target& target) {
  std::string text;
  for (const auto& line : target.lines.lines) text.append(line.text).append("\n");
  return text;
}

// str_replace: the old text may begin and end inside a line. It is widened to whole lines.
std::optional<Parsed<Match>> by_substring(const Target& target, const Hunk& hunk) {
  if (hunk.raw.first.empty()) return std::nullopt;
  const std::string text = joined(target);
  const auto at = text.find(hunk.raw.first);
  if (at == std::string::npos) return std::nullopt;
  if (text.find(hunk.raw.first, at + 1) != std::string::npos) {
    std::vector<Place> places;
    for (auto i = at; i != std::string::npos && places.size() < 12; i = text.find(hunk.raw.first, i + 1)) {
      const auto line =
          static_cast<std::size_t>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(i), '\n'));
      places.push_back({line, line + 1, {}});
    }
    return tl::unexpected<Rejection>(ambiguous(target.search, hunk, places));
  }
  const auto before = text.rfind('\n', at == 0 ? 0 : at - 1);
  const std::size_t begin = at == 0 || before == std::string::npos ? 0 : before + 1;
  std::size_t end = at + hunk.raw.first.size();
  const bool whole_end = text[end - 1] == '\n';
  if (!whole_end) end = text.find('\n', end) + 1;
  std::string after = text.substr(begin, at - begin) + hunk.raw.second;
  if (whole_end && !after.empty() && !after.ends_with('\n')) after += '\n';
  after += text.substr(at + hunk.raw.first.size(), end - at - hunk.raw.first.size());
  Match match;
  match.search = block_lines(std::string_view(text).substr(begin, end - begin));
  match.replace = match.written = block_lines(after);
  const auto first =
      static_cast<std::size_t>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(begin), '\n'));
  Place place{first, first + match.search.size(), {}};
  for (std::size_t i = 0; i < match.search.size(); ++i) place.lines.push_back(first + i);
  match.places.push_back(std::move(place));
  return Parsed<Match>(std::move(match));
}

Parsed<Match> choose(const Target& target, const Hunk& hunk, const Job& job) {
  if (!hunk.readings.empty()) return by_reading(target, hunk, job);
  if (!hunk.anchors.empty()) return by_anchor(target, hunk, job);
  if (hunk.partial && find_lines(target.search, hunk.search, Compare::exact, everywhere(target)).empty()) {
    if (auto match = by_substring(target, hunk)) {
      if (*match) add_tag(job.tags, "part");
      return std::move(*match);
    }
  }
  if (hunk.at_end) {
    if (auto match = at_file_end(target, hunk, job)) return std::move(*match);
  }
  return or_reason(match_in(target, hunk, everywhere(target), job), target, hunk, job);
}

// Lines to insert, with nothing that they replace or stand next to.
Parsed<std::vector<Change>> insertion(const Target& target, const Hunk& hunk, const Job& job) {
  const std::size_t size = target.lines.lines.size();
  if (size == 0) return std::vector<Change>{{0, 0, hunk.replace, hunk.number, hunk.final_newline}};
  if (hunk.at_end) return std::vector<Change>{{size, size, hunk.replace, hunk.number, {}}};
  if (!hunk.anchors.empty()) {
    const auto scopes = scopes_of(target, hunk.anchors);
    if (scopes.size() == 1)
      return std::vector<Change>{{scopes[0].begin + 1, scopes[0].begin + 1, hunk.replace, hunk.number, {}}};
  }
  const bool named = job.format == EditFormat::search_replace || job.format == EditFormat::tool_call;
  return reject(
      named ? RejectCode::empty_search : RejectCode::ambiguous,
      fmt::format("{}: it has no lines to find in {}, so it names no place. Repeat the whole lines that it stands "
                  "next to.",
                  block_name(hunk), target.file->path));
}

bool is_markup(std::string_view path) {
  for (const std::string_view end : {".html", ".htm", ".xml", ".svg", ".md", ".vue", ".jsx", ".tsx", ".php", ".rst",
                                     ".xhtml", ".txt", ".svelte", ".tex"}) {
    if (path.ends_with(end)) return true;
  }
  return false;
}

// New lines whose `<` came as `&lt;`, beside old lines that hold no sign that tells: the ladder would take them as
// they are. Undone where nothing speaks against it; where both forms stand side by side, the model has to say.
Parsed<Hunk> without_escapes(const Target& target, const Hunk& hunk, const Job& job) {
  const Escapes after = find_escapes(hunk.replace);
  if (!after.naked || job.policy.exact_only || is_markup(target.file->path)) return hunk;
  const Escapes before = find_escapes(hunk.search);
  if (before.any) return hunk;  // level 5 has both halves
  Text all;
  for (const auto& line : target.lines.lines) all.emplace_back(line.text);
  if (find_escapes(all).any) return hunk;
  if (before.plain || after.plain) {
    return reject(RejectCode::encoding,
                  fmt::format("{}: its new lines hold `&lt;`, `&gt;` or `&amp;` where {} has `<`, `>` and `&` as they "
                              "are. Write the signs themselves.",
                              block_name(hunk), target.file->path));
  }
  Hunk plain = hunk;
  for (auto& line : plain.replace) line = unescape_html(line);
  plain.raw.second = unescape_html(plain.raw.second);
  add_tag(job.tags, "esc");
  return plain;
}

}  // namespace

Target make_target(const SourceFile& file) {
  FileLines lines = split_file(file.text);
  std::vector<std::string_view> texts;
  texts.reserve(lines.lines.size());
  for (const auto& line : lines.lines) texts.push_back(line.text);
  std::vector<Window> regions = regions_of(lines);
  return {&file, std::move(lines), SearchFile(file.path, std::move(texts)), std::move(regions)};
}

Parsed<std::vector<Change>> plan_hunk(const Target& target, const Hunk& written, const Job& job) {
  auto plain = without_escapes(target, written, job);
  if (!plain) return tl::unexpected<Rejection>(std::move(plain.error()));
  const Hunk& hunk = *plain;
  if (hunk.whole) return changes_to(target.lines, hunk);
  if (hunk.search == hunk.replace && hunk.readings.empty() && !hunk.final_newline) return std::vector<Change>{};
  if (hunk.search.empty() && hunk.readings.empty()) return insertion(target, hunk, job);
  auto match = choose(target, hunk, job);
  if (!match) return tl::unexpected<Rejection>(std::move(match.error()));
  if (!match->tag.empty()) add_tag(job.tags, match->tag);
  return changes_of(*match, hunk);
}

}  // namespace hone::edit
