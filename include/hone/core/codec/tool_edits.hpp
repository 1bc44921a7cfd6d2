// Edits that a reply holds as JSON: arguments of str_replace-like tool calls in the spellings that are about.
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
};

// Nothing when `json` is not JSON or has nothing of a tool call or an edit about it.
[[nodiscard]] std::optional<ToolEdits> read_tool_edits(std::string_view json);

}  // namespace hone
