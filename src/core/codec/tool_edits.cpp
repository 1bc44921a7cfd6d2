#include "hone/core/codec/tool_edits.hpp"

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>

#include "hone/core/base/ascii.hpp"
#include "hone/core/base/text.hpp"

namespace hone {
namespace {

using Json = nlohmann::json;
using Names = std::initializer_list<const char*>;

constexpr int most_depth = 8;
constexpr std::size_t most_edits = 200;

// The first member of these names that is a string, or a list of strings as lines.
std::optional<std::string> text_member(const Json& object, Names names) {
  for (const char* name : names) {
    const auto at = object.find(name);
    if (at == object.end()) continue;
    if (at->is_string()) return at->get<std::string>();
    if (at->is_array() && !at->empty() &&
        std::all_of(at->begin(), at->end(), [](const Json& each) { return each.is_string(); })) {
      std::string joined;
      for (const Json& line : *at) joined += line.get<std::string>() + "\n";
      return joined;
    }
  }
  return std::nullopt;
}

constexpr Names path_names{"path", "file_path", "filePath", "file", "filename", "target_file", "targetFile"};
constexpr Names old_names{"old_str", "old_string",    "oldString",   "oldText",   "old_text",
                          "search",  "find",          "old",         "original",  "old_code",
                          "oldCode", "original_code", "old_content", "old_lines", "search_text"};
constexpr Names new_names{"new_str",     "new_string", "newString",    "newText",     "new_text", "replace",
                          "replacement", "new",        "updated",      "new_code",    "newCode",  "updated_code",
                          "new_content", "new_lines",  "replace_text", "replace_with"};
constexpr Names whole_names{"file_text", "content", "contents", "new_content"};
constexpr Names patch_names{"patch", "diff", "input", "cmd", "patch_text"};
constexpr Names list_names{"edits", "changes", "replacements", "blocks", "tool_calls", "calls"};
constexpr Names argument_names{"arguments", "input", "args", "parameters", "function"};

constexpr Names intent_names{"intent", "idea", "hypothesis"};
constexpr Names sketch_names{"code_edit", "codeEdit"};  // an outline with `... existing code ...`, for a second model

bool one_of(std::string_view name, Names names) {
  return std::any_of(names.begin(), names.end(), [&](const char* each) { return name == each; });
}

class Reader {
 public:
  ToolEdits result;
  bool recognised = false;

  void read(const Json& value, const std::string& path, int depth) {
    if (depth > most_depth || result.edits.size() >= most_edits) return;
    if (value.is_array()) {
      for (const Json& each : value) read(each, path, depth + 1);
    } else if (value.is_object()) {
      object(value, path, depth);
    }
  }

 private:
  void object(const Json& value, const std::string& outer, int depth) {
    if (result.intent.empty()) result.intent = text_member(value, intent_names).value_or("");
    if (const auto name = text_member(value, {"name", "tool", "tool_name", "recipient_name"});
        name && has_arguments(value)) {
      recognised = true;
      if (!edits_by_name(*name)) {
        result.refused.push_back("the tool `" + one_line(*name, 60) + "` is not one that edits by old and new text");
        return;
      }
    }
    const std::string path = text_member(value, path_names).value_or(outer);
    if (edit(value, path)) return;
    for (const char* name : list_names) {
      if (const auto at = value.find(name); at != value.end() && at->is_array()) return read(*at, path, depth + 1);
    }
    for (const char* name : argument_names) {
      const auto at = value.find(name);
      if (at == value.end()) continue;
      if (at->is_object()) return read(*at, path, depth + 1);
      if (at->is_string()) return arguments(at->get<std::string>(), path, depth);
    }
  }

  static bool has_arguments(const Json& value) {
    return std::any_of(argument_names.begin(), argument_names.end(),
                       [&](const char* name) { return value.contains(name); });
  }

  void arguments(const std::string& text, const std::string& path, int depth) {
    const Json parsed = Json::parse(text, nullptr, false);
    if (parsed.is_discarded()) {
      result.refused.emplace_back("the arguments are not valid JSON");
    } else {
      read(parsed, path, depth + 1);
    }
  }

  bool edit(const Json& value, const std::string& path) {
    const auto before = text_member(value, old_names);
    const auto after = text_member(value, new_names);
    if (before && (after || value.contains("old_str"))) {
      add({path, *before, after.value_or(""), false, {}});
      return true;
    }
    for (const char* name : patch_names) {
      const auto patch = text_member(value, {name});
      if (patch && (patch->find("*** Begin Patch") != std::string::npos || patch->find("\n@@") != std::string::npos ||
                    patch->starts_with("@@") || patch->find("<<<<<<< SEARCH") != std::string::npos)) {
        add({path, {}, {}, false, *patch});
        return true;
      }
    }
    if (text_member(value, sketch_names)) {
      recognised = true;
      result.refused.emplace_back("a sketch of the file is not applied; give old and new text, every line written out");
      return true;
    }
    const bool lines = value.contains("start_line") || value.contains("line") || value.contains("insert_line") ||
                       value.contains("view_range") || value.contains("end_line");
    if (!path.empty() && lines) {
      recognised = true;
      result.refused.emplace_back("an edit by line numbers; give the old text instead");
      return true;
    }
    const auto whole = text_member(value, whole_names);
    if (whole && !path.empty()) {
      add({path, {}, *whole, true, {}});
      return true;
    }
    return false;
  }

  void add(ToolEdit edit) {
    recognised = true;
    result.edits.push_back(std::move(edit));
  }
};

// Line breaks and tabs that stand as they are inside of strings, which JSON does not allow and models often write.
std::string with_escaped_breaks(std::string_view json, bool& any) {
  std::string result;
  result.reserve(json.size() + json.size() / 16);
  bool quoted = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (quoted && (c == '\n' || c == '\t')) {
      result += c == '\n' ? "\\n" : "\\t";
      any = true;
      continue;
    }
    result += c;
    if (quoted && c == '\\' && i + 1 < json.size()) result += json[++i];
    if (c == '"') quoted = !quoted;
  }
  return result;
}

}  // namespace

ToolField tool_field(std::string_view name) {
  if (one_of(name, path_names)) return ToolField::path;
  if (one_of(name, old_names) || name == "before") return ToolField::before;
  if (one_of(name, new_names) || name == "after") return ToolField::after;
  if (one_of(name, whole_names)) return ToolField::whole;
  return ToolField::none;
}

bool edits_by_name(std::string_view tool) {
  const std::string small = lower(tool);
  const auto has = [&](std::string_view word) { return small.find(word) != std::string::npos; };
  if (has("insert") || has("delete") || has("line") || has("append")) return false;
  return has("edit") || has("replace") || has("patch") || has("write") || has("create") || has("diff") ||
         has("modify") || has("update") || has("change") || has("propose");
}

std::optional<ToolEdits> read_tool_edits(std::string_view json, std::string_view tool) {
  // Deep nesting would exhaust the parser's stack: count brackets first.
  std::size_t depth = 0, deepest = 0;
  for (const char c : json) {
    if (c == '{' || c == '[') deepest = std::max(deepest, ++depth);
    if ((c == '}' || c == ']') && depth > 0) --depth;
  }
  if (deepest > 512) return std::nullopt;
  Json parsed = Json::parse(json, nullptr, false);
  bool mended = false;
  if (parsed.is_discarded()) {
    const std::string escaped = with_escaped_breaks(json, mended);
    if (mended) parsed = Json::parse(escaped, nullptr, false);
  }
  if (parsed.is_discarded() || !(parsed.is_object() || parsed.is_array())) return std::nullopt;
  if (!tool.empty()) parsed = Json{{"name", std::string(tool)}, {"arguments", std::move(parsed)}};
  Reader reader;
  reader.read(parsed, {}, 0);
  if (!reader.recognised && reader.result.refused.empty()) return std::nullopt;
  reader.result.mended = mended;
  return std::move(reader.result);
}

}  // namespace hone
