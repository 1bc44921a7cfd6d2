// <<<<<<< SEARCH / ======= / >>>>>>> REPLACE blocks. Markers are lines of 5 to 9 signs. When the code itself
// holds a divider line there are several readings; the applier takes the only one that fits the file.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/edit/hunk.hpp"
#include "core/edit/lines.hpp"
#include "core/edit/paths.hpp"
#include "hone/core/base/text.hpp"
#include "hone/core/codec/tool_edits.hpp"

namespace hone::edit {
namespace {

enum class Mark { none, start, divider, end };

struct Marker {
  Mark mark = Mark::none;
  std::size_t signs = 0;
  bool plain = true;      // spelt as asked
  bool conflict = false;  // of a merge conflict: `<<<<<<< HEAD`, `>>>>>>> branch`
};

bool one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  for (const auto each : words) {
    if (word == each) return true;
  }
  return false;
}

// `------- SEARCH` and `+++++++ REPLACE`, as some tools taught their models. Only with the word: diffs have such lines.
Marker other_marker(std::string_view line, char sign) {
  const std::size_t signs = line.find_first_not_of(sign);
  if (signs == std::string_view::npos || signs < 5 || signs > 9) return {};
  const std::string_view word = trim(line.substr(signs));
  if (sign == '-' && word == "SEARCH") return {Mark::start, signs, false};
  if (sign == '+' && word == "REPLACE") return {Mark::end, signs, false};
  return {};
}

// The file name behind the word, as in `<<<<<<< SEARCH src/a.py`; "" without one.
std::string_view name_on_marker(std::string_view line) {
  const auto word = line.find("SEARCH");
  if (word == std::string_view::npos) return {};
  std::string_view rest = trim(line.substr(word + 6));
  rest = trim(rest.substr(std::min(rest.find_first_not_of("*:"), rest.size())));
  while (rest.ends_with('*') || rest.ends_with(':')) rest.remove_suffix(1);
  return rest.find(' ') == std::string_view::npos && !rest.ends_with('>') ? rest : std::string_view{};
}

// "SEARCH" of "SEARCH:" and of "SEARCH (lines 4-7)".
std::string_view bare_word(std::string_view word) {
  if (const auto remark = word.find(" ("); remark != std::string_view::npos && word.ends_with(')'))
    word = trim(word.substr(0, remark));
  while (word.ends_with(':')) word.remove_suffix(1);
  return word;
}

Marker marker_of(std::string_view line) {
  line = trim(line);
  if (line.starts_with("**") && line.ends_with("**") && line.size() > 8) line = line.substr(2, line.size() - 4);
  if (line.empty()) return {};
  const char sign = line.front();
  if (sign == '-' || sign == '+') return other_marker(line, sign);
  if (sign != '<' && sign != '=' && sign != '>') return {};
  std::size_t signs = line.find_first_not_of(sign);
  if (signs == std::string_view::npos) signs = line.size();
  if (signs < 5 || signs > 9) return {};
  std::string_view word = trim(line.substr(signs));
  if (sign == '=') return word.empty() || word == ":" ? Marker{Mark::divider, signs, word.empty()} : Marker{};
  if (sign == '<' && word.ends_with('>')) word = trim(word.substr(0, word.find('>')));
  word = bare_word(word);
  const std::string small = lower(word);
  if (sign == '<' && word.starts_with("SEARCH ") && !name_on_marker(line).empty()) return {Mark::start, signs, false};
  const bool asked = sign == '<' ? word == "SEARCH" : word == "REPLACE";
  const bool known = sign == '<' ? one_of(small, {"", "search", "original", "old", "before"})
                                 : one_of(small, {"", "replace", "updated", "new", "after"});
  if (small == "head" && sign == '<') return {Mark::start, signs, false, true};
  if (!known && sign == '>' && word.find(' ') == std::string_view::npos) return {Mark::none, signs, false, true};
  if (!known) return {};
  return {sign == '<' ? Mark::start : Mark::end, signs, asked};
}

bool is_fence(std::string_view line) {
  line = trim(line);
  return line.starts_with("```") || line.starts_with("~~~");
}

// The name in `<path>src/a.py</path>`, `<file path="src/a.py">`, `<parameter name="path">src/a.py</parameter>`.
std::string_view tagged_path(std::string_view line) {
  for (const std::string_view key : {" path=\"", " file=\"", " filename=\""}) {
    const auto at = line.find(key);
    if (at == std::string_view::npos) continue;
    const auto from = at + key.size();
    return line.substr(from, line.find('"', from) - from);
  }
  const auto open = line.find('>');
  const auto close = line.find("</", open);
  if (close == std::string_view::npos) return {};
  std::string_view tag = line.substr(1, open - 1);
  for (const std::string_view start : {"parameter name=\"", "parameter="}) {
    if (tag.starts_with(start)) tag.remove_prefix(start.size());
  }
  if (tag.ends_with('"')) tag.remove_suffix(1);
  return tool_field(tag) == ToolField::path ? trim(line.substr(open + 1, close - open - 1)) : std::string_view{};
}

// The file named above line `start`: the nearest line that is not blank and not a bare fence.
std::string path_above(const ReplyView& reply, std::size_t start, const EditPolicy& policy) {
  std::size_t most = 3;
  for (std::size_t back = 1; back <= most && back <= start; ++back) {
    const std::string_view line = trim(reply.lines[start - back]);
    if (line.empty()) continue;
    if (line.starts_with('<') && line.ends_with('>') && marker_of(line).mark == Mark::none) {
      if (const auto path = tagged_path(line); !path.empty()) return std::string(path);
      most = std::min(most + 1, std::size_t{8});  // `<diff>` between the name and the block
      continue;
    }
    if (is_fence(line)) {
      std::string_view info = trim(line.substr(
          line.find_first_not_of("`~") == std::string_view::npos ? line.size() : line.find_first_not_of("`~")));
      for (const auto part : split(info, ' ')) {
        const auto colon = part.find_first_of(":=");
        const auto name = colon == std::string_view::npos ? part : part.substr(colon + 1);
        if (const auto path = resolve_path(name, policy); path && !name.empty()) return *path;
      }
      continue;
    }
    if (marker_of(line).mark != Mark::none) return {};
    return path_line(line, policy);
  }
  return {};
}

Text slice(const ReplyView& reply, std::size_t from, std::size_t to) {
  Text result;
  for (std::size_t i = from; i < to; ++i) result.emplace_back(reply.lines[i]);
  return result;
}

struct Block {
  std::size_t start = 0, stop = 0;  // marker line; one past the end marker (or where the block's text ends)
  std::vector<std::size_t> dividers;
  bool ended = false;  // an end marker was there
};

Rejection bad_marker(std::size_t number, std::string_view what) {
  return {
      RejectCode::marker,
      fmt::format("Block {}: {}. A block is exactly: a line `<<<<<<< SEARCH`, lines of the file, a line `=======`, the "
                  "new lines, a line `>>>>>>> REPLACE`. If the code itself holds such lines, use 9 signs in all three "
                  "markers of that block.",
                  number, what)};
}

// A fence that opens right above the block and closes before the block's end marker closes in the wrong place: its
// last line is none of the code.
void drop_stray_fence(const ReplyView& reply, std::size_t start, Hunk& hunk, Edits& edits) {
  if (start == 0 || hunk.replace.empty() || !hunk.readings.empty()) return;
  const auto bare = [](const auto& line) { return trim(line) == "```" || trim(line) == "~~~"; };
  const auto fences = [&](const Text& text) { return std::count_if(text.begin(), text.end(), is_fence); };
  if (!is_fence(reply.lines[start - 1]) || !bare(hunk.replace.back())) return;
  if (fences(hunk.search) != 0 || fences(hunk.replace) != 1) return;
  hunk.replace.pop_back();
  add_tag(edits.tags, "marker");
}

// A diff of the SEARCH lines written where their replacement belongs: what it adds and keeps is the replacement.
void undo_diff(Hunk& hunk, Edits& edits) {
  Text before, after;
  bool adds = false, removes = false;
  for (const auto& line : hunk.replace) {
    const char sign = line.empty() ? ' ' : line[0];
    if (sign != ' ' && sign != '+' && sign != '-') return;
    adds = adds || sign == '+';
    removes = removes || sign == '-';
    if (sign != '+') before.push_back(line.empty() ? line : line.substr(1));
    if (sign != '-') after.push_back(line.empty() ? line : line.substr(1));
  }
  if (!adds || !removes || before != hunk.search || !hunk.readings.empty()) return;
  hunk.replace = std::move(after);
  add_tag(edits.tags, "num");
}

// Blocks by their markers alone.
std::vector<Block> find_blocks(const ReplyView& reply, Edits& edits) {
  std::vector<Block> blocks;
  bool inside = false, conflict = false;
  for (std::size_t i = 0; i < reply.lines.size(); ++i) {
    Marker marker = marker_of(reply.lines[i]);
    // Some models write their block as a merge conflict. Inside a proper block it is text of the file.
    if (marker.conflict && marker.mark == Mark::start && inside) continue;
    if (marker.conflict && marker.mark == Mark::none && inside && conflict) marker.mark = Mark::end;
    if (marker.mark == Mark::none) continue;
    if (!marker.plain) add_tag(edits.tags, "marker");
    if (marker.mark == Mark::start) {
      if (inside) blocks.back().stop = i;
      blocks.push_back({i, reply.lines.size(), {}, false});
      inside = true;
      conflict = marker.conflict;
    } else if (inside && marker.mark == Mark::divider) {
      blocks.back().dividers.push_back(i);
    } else if (inside && marker.mark == Mark::end) {
      blocks.back().stop = i;
      blocks.back().ended = true;
      inside = false;
    }
  }
  return blocks;
}

// With several dividers, those as long as the start marker are meant.
void prefer_equal_length(const ReplyView& reply, Block& block) {
  const std::size_t signs = marker_of(reply.lines[block.start]).signs;
  std::vector<std::size_t> equal;
  for (const std::size_t at : block.dividers) {
    if (marker_of(reply.lines[at]).signs == signs) equal.push_back(at);
  }
  if (equal.size() == 1) block.dividers = equal;
}

// `:start_line:12` and `-------` above the old lines, as Roo taught its models.
void take_line_note(Hunk& hunk, Edits& edits) {
  std::size_t notes = 0;
  for (; notes < hunk.search.size(); ++notes) {
    const std::string_view line = hunk.search[notes];
    if (!line.starts_with(":start_line:") && !line.starts_with(":end_line:")) break;
    const auto number = parse_number(trim(line.substr(line.rfind(':') + 1)));
    if (line.starts_with(":start_line:") && number && *number >= 1 && *number < 1e9)
      hunk.line = static_cast<std::size_t>(*number) - 1;
  }
  if (notes == 0 || !hunk.readings.empty()) return;
  if (notes < hunk.search.size() && right_trim(hunk.search[notes]) == "-------") ++notes;
  hunk.search.erase(hunk.search.begin(), hunk.search.begin() + static_cast<std::ptrdiff_t>(notes));
  add_tag(edits.tags, "marker");
}

Parsed<Hunk> read_block(const ReplyView& reply, Block block, std::size_t number, Edits& edits) {
  Hunk hunk;
  hunk.number = number;
  if (block.dividers.empty())
    return reject(RejectCode::marker, bad_marker(number, "there is no `=======` line").message);
  const std::size_t first = block.start + 1;
  if (!block.ended) {
    if (block.dividers.size() != 2) {
      return reject(RejectCode::marker, bad_marker(number, "there is no `>>>>>>> REPLACE` line").message);
    }
    add_tag(edits.tags, "marker");  // a second divider in place of the end marker is the only reading left
    hunk.search = slice(reply, first, block.dividers[0]);
    hunk.replace = slice(reply, block.dividers[0] + 1, block.dividers[1]);
    return hunk;
  }
  if (block.dividers.size() > 1) prefer_equal_length(reply, block);
  if (block.dividers.size() > 16) {
    return reject(RejectCode::marker, bad_marker(number, "there are too many `=======` lines").message);
  }
  for (const std::size_t at : block.dividers) {
    hunk.readings.push_back({slice(reply, first, at), slice(reply, at + 1, block.stop)});
  }
  hunk.search = hunk.readings.front().search;
  hunk.replace = hunk.readings.front().replace;
  if (hunk.readings.size() == 1) hunk.readings.clear();
  take_line_note(hunk, edits);
  return hunk;
}

}  // namespace

std::optional<Parsed<Edits>> parse_search_replace(const ReplyView& reply, const std::vector<SourceFile>&,
                                                  const EditPolicy& policy) {
  Edits edits{EditFormat::search_replace, {}, {}, {}, {}};
  const std::vector<Block> blocks = find_blocks(reply, edits);
  if (blocks.empty()) return std::nullopt;
  bool any_divider = false;
  for (const auto& block : blocks) any_divider = any_divider || !block.dividers.empty();
  if (!any_divider && blocks.size() == 1 && !blocks[0].ended) return std::nullopt;  // a lone `<<<<<` in prose
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    auto hunk = read_block(reply, blocks[i], i + 1, edits);
    if (!hunk) return tl::unexpected<Rejection>(std::move(hunk.error()));
    hunk->path = path_above(reply, blocks[i].start, policy);
    if (const auto named = name_on_marker(reply.lines[blocks[i].start]); !named.empty()) hunk->path = named;
    if (!hunk->path.empty() && !resolve_path(hunk->path, policy)) {
      return tl::unexpected<Rejection>(bad_path(hunk->path, policy));
    }
    undo_diff(*hunk, edits);
    drop_stray_fence(reply, blocks[i].start, *hunk, edits);
    edits.covered.emplace_back(blocks[i].start, blocks[i].stop + (blocks[i].ended ? 1 : 0));
    edits.hunks.push_back(std::move(*hunk));
  }
  return edits;
}

}  // namespace hone::edit
