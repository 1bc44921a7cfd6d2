// What every format's parser produces and the one applier consumes.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "core/edit/line_diff.hpp"
#include "hone/core/codec/tool_edits.hpp"
#include "hone/core/edit/edit.hpp"

namespace hone::edit {

template <class T>
using Parsed = tl::expected<T, Rejection>;

[[nodiscard]] inline tl::unexpected<Rejection> reject(RejectCode code, std::string message) {
  return tl::unexpected<Rejection>(Rejection{code, std::move(message)});
}

using Text = std::vector<std::string>;  // lines without ends

struct Reading {
  Text search;
  Text replace;
};

struct Hunk {
  std::string path;  // as written; "" = none named
  Text search;
  Text replace;
  std::vector<Chunk> chunks;                // what of `search` becomes what of `replace`, when the format says so
  std::vector<Reading> readings;            // other ways to split the block, when a divider is in the code itself
  std::vector<std::string> anchors;         // V4A: lines that stand above the place, outermost first
  std::string heading;                      // unified diff: what stands after `@@`; helps only to choose
  bool at_end = false;                      // V4A `*** End of File`: the place ends the file
  bool whole = false;                       // `replace` is the complete new file
  bool partial = false;                     // str_replace: `search` may begin and end inside a line
  std::pair<std::string, std::string> raw;  // of a partial one: old and new text as given
  std::optional<std::size_t> line;          // unified diff: where it says the place is, from 0
  std::optional<bool> final_newline;        // unified diff: what it says about the end of the new file
  std::size_t number = 1;                   // in the reply, from 1
};

struct Edits {
  EditFormat format = EditFormat::search_replace;
  std::vector<Hunk> hunks;
  std::vector<std::string> tags;
  std::vector<std::pair<std::size_t, std::size_t>> covered;  // reply lines [first, second) that blocks take up
  std::string intent;                                        // when the format has a place of its own for it
};

struct ReplyView {
  std::string_view text;  // thinking removed, LF ends
  std::vector<std::string_view> lines;
};

// Each: nothing when the reply does not hold this format at all.
using FormatParser = std::optional<Parsed<Edits>> (*)(const ReplyView&, const std::vector<SourceFile>&,
                                                      const EditPolicy&);
[[nodiscard]] std::optional<Parsed<Edits>> parse_search_replace(const ReplyView&, const std::vector<SourceFile>&,
                                                                const EditPolicy&);
[[nodiscard]] std::optional<Parsed<Edits>> parse_unified_diff(const ReplyView&, const std::vector<SourceFile>&,
                                                              const EditPolicy&);
[[nodiscard]] std::optional<Parsed<Edits>> parse_v4a(const ReplyView&, const std::vector<SourceFile>&,
                                                     const EditPolicy&);
[[nodiscard]] std::optional<Parsed<Edits>> parse_tool_calls(const ReplyView&, const std::vector<SourceFile>&,
                                                            const EditPolicy&);
[[nodiscard]] std::optional<Parsed<Edits>> parse_xml_calls(const ReplyView&, const std::vector<SourceFile>&,
                                                           const EditPolicy&);
[[nodiscard]] std::optional<Parsed<Edits>> parse_whole_file(const ReplyView&, const std::vector<SourceFile>&,
                                                            const EditPolicy&);
[[nodiscard]] std::optional<Parsed<Edits>> parse_prose_pairs(const ReplyView&, const std::vector<SourceFile>&,
                                                             const EditPolicy&);
[[nodiscard]] std::optional<Parsed<Edits>> parse_block_fences(const ReplyView&, const std::vector<SourceFile>&,
                                                              const EditPolicy&);

// A str_replace-like call as a hunk, or the reason why it is none.
[[nodiscard]] Parsed<Hunk> hunk_of_call(const ToolEdit&, const EditPolicy&);

// The applier: all hunks or none.
[[nodiscard]] Parsed<Patched> apply(const Edits&, const std::vector<SourceFile>&, const EditPolicy&);

// One line of a diff: ' ' kept, '-' only before, '+' only after.
void add_diff_line(Hunk&, char sign, std::string text);
void add_tag(std::vector<std::string>& tags, std::string_view tag);  // once

}  // namespace hone::edit
