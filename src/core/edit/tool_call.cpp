// str_replace-like tool calls, written as JSON in a fence, alone, or between prose.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/edit/fences.hpp"
#include "core/edit/hunk.hpp"
#include "core/edit/lines.hpp"
#include "core/edit/paths.hpp"
#include "hone/core/base/text.hpp"
#include "hone/core/codec/tool_edits.hpp"

namespace hone::edit {
namespace {

// One past the end of the JSON value that starts at `from`; npos when its brackets do not close.
std::size_t json_end(std::string_view text, std::size_t from) {
  std::size_t depth = 0;
  bool quoted = false;
  for (std::size_t i = from; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

// JSON values that begin a line. A value that does not close ends the search: the rest cannot be trusted.
std::vector<std::string_view> json_values(std::string_view text, bool& broken) {
  std::vector<std::string_view> values;
  for (std::size_t at = 0; at < text.size();) {
    const auto line_end = std::min(text.find('\n', at), text.size());
    const auto first = text.find_first_not_of(" \t", at);
    if (first < line_end && (text[first] == '{' || text[first] == '[')) {
      const auto next = text.find_first_not_of(" \t\r\n", first + 1);
      if (next != std::string_view::npos && std::string_view("\"{[]}").find(text[next]) != std::string_view::npos) {
        const auto end = json_end(text, first);
        if (end == std::string_view::npos) {
          broken = true;
          return values;
        }
        values.push_back(text.substr(first, end - first));
        at = end;
        continue;
      }
    }
    at = line_end + 1;
  }
  return values;
}

bool speaks_json(std::string_view text) {
  for (const std::string_view key :
       {"\"old_str", "\"new_str", "\"oldText\"", "\"oldString\"", "\"search\"", "\"arguments\"", "\"find\"",
        "\"old_text\"", "\"edits\"", "\"content\"", "\"file_text\"", "\"patch\"", "\"input\"", "\"diff\""}) {
    if (text.find(key) != std::string_view::npos) return true;
  }
  return false;
}

// A patch inside the JSON is read like a reply of its own.
std::optional<Rejection> add_patch(const ToolEdit& call, const std::vector<SourceFile>& originals,
                                   const EditPolicy& policy, Edits& edits) {
  const std::string text = call.patch;
  const ReplyView inner{text, lines(text)};
  auto parsed = parse_v4a(inner, originals, policy);
  if (!parsed) parsed = parse_unified_diff(inner, originals, policy);
  if (!parsed) return Rejection{RejectCode::no_edit, "The tool call's patch holds no hunk."};
  if (!*parsed) return std::move(parsed->error());
  for (Hunk& hunk : (*parsed)->hunks) {
    if (hunk.path.empty()) hunk.path = call.path;
    edits.hunks.push_back(std::move(hunk));
  }
  return std::nullopt;
}

std::optional<Rejection> add_call(const ToolEdit& call, const std::vector<SourceFile>& originals,
                                  const EditPolicy& policy, Edits& edits) {
  if (!call.path.empty() && !resolve_path(call.path, policy)) return bad_path(call.path, policy);
  if (!call.patch.empty()) return add_patch(call, originals, policy, edits);
  Hunk hunk;
  hunk.path = call.path;
  hunk.search = block_lines(call.search);
  hunk.replace = block_lines(call.replace);
  hunk.whole = call.whole;
  hunk.partial = !call.whole;
  hunk.raw = {call.search, call.replace};
  edits.hunks.push_back(std::move(hunk));
  return std::nullopt;
}

}  // namespace

std::optional<Parsed<Edits>> parse_tool_calls(const ReplyView& reply, const std::vector<SourceFile>& originals,
                                              const EditPolicy& policy) {
  if (!speaks_json(reply.text)) return std::nullopt;
  Edits edits{EditFormat::tool_call, {}, {}, {}};
  std::vector<std::string> refused;
  bool broken = false;
  bool any = false;
  for (const std::string_view value : json_values(reply.text, broken)) {
    const auto calls = read_tool_edits(value);
    if (!calls) continue;
    any = true;
    refused.insert(refused.end(), calls->refused.begin(), calls->refused.end());
    for (const ToolEdit& call : calls->edits) {
      if (auto bad = add_call(call, originals, policy, edits)) return tl::unexpected<Rejection>(std::move(*bad));
    }
  }
  if (!any) return std::nullopt;
  if (!refused.empty() || edits.hunks.empty()) {
    return reject(RejectCode::no_edit,
                  fmt::format("A tool call cannot be used: {}. Send edits as path, old_str and new_str.",
                              refused.empty() ? "it holds no edit" : refused.front()));
  }
  if (broken) return reject(RejectCode::truncated, "The last JSON value does not close, so the reply may be cut off.");
  for (std::size_t i = 0; i < edits.hunks.size(); ++i) edits.hunks[i].number = i + 1;
  return edits;
}

}  // namespace hone::edit
