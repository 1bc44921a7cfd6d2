// Edits that a reply holds as tool calls: arguments of str_replace-like tool calls in the spellings that are about.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hone {

struct ToolEdit {
  std::string path;  // "" = not named
  std::string search;
  std::string replace;
  bool whole = false;  // `replace` is the whole file
  std::string patch;   // a V4A patch or a unified diff in place of all the above
};

struct ToolEdits {
  std::vector<ToolEdit> edits;
  std::vector<std::string> refused;  // calls that are no edit with old text, in words
  std::string intent;                // the one-line idea, when a member of that name holds it
  bool mended = false;               // line breaks stood as they are inside of strings
};

// Nothing when `json` is not JSON or has nothing of a tool call or an edit about it. `tool` names the call when its
// name stands outside of the JSON; "" = it does not.
[[nodiscard]] std::optional<ToolEdits> read_tool_edits(std::string_view json, std::string_view tool = {});

// What a parameter of this name holds, in the spellings that are about.
enum class ToolField { none, path, before, after, whole };
[[nodiscard]] ToolField tool_field(std::string_view name);
// A tool of this name replaces text or writes whole files: "str_replace", "write_file"; not "insert_line", "bash".
[[nodiscard]] bool edits_by_name(std::string_view tool);

}  // namespace hone
