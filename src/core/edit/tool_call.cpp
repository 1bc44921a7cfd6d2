// str_replace-like tool calls, written as JSON in a fence, alone, or between prose.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

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

// What the templates of open models put before a call's JSON on the same line.
constexpr std::array<std::string_view, 13> leads{"<tool_call>",
                                                 "<tool_calls>",
                                                 "<tool_use>",
                                                 "<function_call>",
                                                 "<functioncall>",
                                                 "<arguments>",
                                                 "<|python_tag|>",
                                                 "[TOOL_CALLS]",
                                                 "[ARGS]",
                                                 "<|message|>",
                                                 "<|tool_call|>",
                                                 "<\xEF\xBD\x9Ctool\xE2\x96\x81sep\xEF\xBD\x9C>",
                                                 "<|tool_call_argument_begin|>"};

bool in_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
         c == ':' || c == '-';
}

// "functions.str_replace:0" is the tool str_replace.
std::string_view bare_name(std::string_view name) {
  if (name.starts_with("functions.")) name.remove_prefix(10);
  name = name.substr(0, name.find(':'));
  return name == "json" || name == "function" ? std::string_view{} : name;
}

constexpr std::size_t most_values = 1000;  // more than blocks may be applied

struct Value {
  std::string_view json, tool;  // the name of the tool when it stands outside of the JSON
};

// Where JSON begins in a line that a template's mark leads in.
std::optional<std::size_t> json_after_lead(std::string_view line, std::string_view& tool) {
  std::size_t lead = std::string_view::npos, from = 0;
  const std::size_t open = std::min(line.find('{'), line.size());
  if (line.starts_with("<function=") && line.find('>') < open) {  // Llama: <function=str_replace>{...}
    lead = 10;
    from = line.find('>') + 1;
    tool = line.substr(lead, from - 1 - lead);
  }
  for (const std::string_view each : leads) {
    const auto at = line.substr(0, open).rfind(each);
    if (at == std::string_view::npos || at + each.size() <= from) continue;
    lead = at;
    from = at + each.size();
    std::size_t name = lead;
    while (name > 0 && in_name(line[name - 1])) --name;
    tool = line.substr(name, lead - name);
  }
  if (lead == std::string_view::npos) return std::nullopt;
  if (const auto to = line.substr(0, from).find("to=functions."); to != std::string_view::npos) {  // gpt-oss
    const auto begin = to + 3;
    tool = line.substr(begin, line.find_first_of(" <", begin) - begin);
  }
  std::size_t at = from;
  while (at < line.size() && in_name(line[at])) ++at;
  if (at > from) tool = line.substr(from, at - from);
  at = line.find_first_not_of(" \t", at);
  if (at == std::string_view::npos || (line[at] != '{' && line[at] != '[')) return std::nullopt;
  tool = bare_name(tool);
  return at;
}

// JSON values that begin a line or stand behind the mark of a template. A value that does not close ends the search:
// the rest cannot be trusted.
std::vector<Value> json_values(std::string_view text, bool& broken) {
  std::vector<Value> values;
  for (std::size_t at = 0; at < text.size();) {
    const auto line_end = std::min(text.find('\n', at), text.size());
    if (values.size() == most_values) {
      broken = true;
      return values;
    }
    std::string_view tool;
    auto first = text.find_first_not_of(" \t", at);
    if (const auto led = json_after_lead(text.substr(at, line_end - at), tool)) first = at + *led;
    if (first < line_end && (text[first] == '{' || text[first] == '[')) {
      const auto next = text.find_first_not_of(" \t\r\n", first + 1);
      if (next != std::string_view::npos && std::string_view("\"{[]}").find(text[next]) != std::string_view::npos) {
        const auto end = json_end(text, first);
        if (end == std::string_view::npos) {
          broken = true;
          return values;
        }
        values.push_back({text.substr(first, end - first), tool});
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
       {"\"old", "\"new", "\"search", "\"arguments\"", "\"find\"", "\"original", "\"edits\"", "\"content\"",
        "\"file_text\"", "\"patch\"", "\"input\"", "\"diff\"", "\"parameters\"", "\"code_edit\""}) {
    if (text.find(key) != std::string_view::npos) return true;
  }
  return false;
}

// A patch inside the JSON is read like a reply of its own.
std::optional<Rejection> add_patch(const ToolEdit& call, const std::vector<SourceFile>& originals,
                                   const EditPolicy& policy, Edits& edits) {
  const std::string text = call.patch;
  const ReplyView inner{text, lines(text)};
  auto parsed = parse_search_replace(inner, originals, policy);
  if (!parsed) parsed = parse_v4a(inner, originals, policy);
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
  if (!call.patch.empty()) {
    if (!call.path.empty() && !resolve_path(call.path, policy)) return bad_path(call.path, policy);
    return add_patch(call, originals, policy, edits);
  }
  auto hunk = hunk_of_call(call, policy);
  if (!hunk) return std::move(hunk.error());
  edits.hunks.push_back(std::move(*hunk));
  return std::nullopt;
}

}  // namespace

Parsed<Hunk> hunk_of_call(const ToolEdit& call, const EditPolicy& policy) {
  if (!call.path.empty() && !resolve_path(call.path, policy))
    return tl::unexpected<Rejection>(bad_path(call.path, policy));
  Hunk hunk;
  hunk.path = call.path;
  hunk.search = block_lines(call.search);
  hunk.replace = block_lines(call.replace);
  hunk.whole = call.whole;
  hunk.partial = !call.whole;
  hunk.raw = {call.search, call.replace};
  return hunk;
}

std::optional<Parsed<Edits>> parse_tool_calls(const ReplyView& reply, const std::vector<SourceFile>& originals,
                                              const EditPolicy& policy) {
  if (!speaks_json(reply.text)) return std::nullopt;
  Edits edits{EditFormat::tool_call, {}, {}, {}, {}};
  std::vector<std::string> refused;
  bool broken = false;
  bool any = false;
  for (const Value& value : json_values(reply.text, broken)) {
    const auto calls = read_tool_edits(value.json, value.tool);
    if (!calls) continue;
    any = true;
    if (calls->mended) add_tag(edits.tags, "json");
    if (edits.intent.empty()) edits.intent = one_line(calls->intent, 200);
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
