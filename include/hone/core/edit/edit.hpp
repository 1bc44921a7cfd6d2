// From a reply to new file contents. Pure: text in, text or a Rejection out, all or nothing.
// Ladder, tags and codes: reference llm-backends.md 6.4 and 6.5.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace hone {

struct SourceFile {
  std::string path;   // relative to the repository root, '/' separators
  std::string text;   // bytes, exactly as in the tree
};

enum class EditFormat { search_replace, whole_file, unified_diff, v4a, tool_call };

// Why an edit was refused. `message` is written for the model: what was wrong, where, what to do.
enum class RejectCode {
  no_edit, truncated, no_match, ambiguous, no_op, lazy, marker, path, mixed, encoding, region, too_large
};
struct Rejection {
  RejectCode code = RejectCode::no_edit;
  std::string message;
};

struct EditPolicy {
  std::vector<std::string> allowed;   // exact paths of the targets
  bool exact_only = false;            // re-application to a newer champion: L0 matches only
  std::size_t max_changed_bytes = 1 << 20;
};

// The files that change, complete; `tags` name every repair that was needed (L1, marker, ...).
struct Patched {
  std::string intent;                 // the one-line idea, if the reply led with one
  EditFormat format = EditFormat::search_replace;
  std::vector<SourceFile> files;
  std::vector<std::string> tags;
};

// `originals`: all targets with their present text. Untouched lines of the result are byte-identical.
[[nodiscard]] tl::expected<Patched, Rejection> patch(std::string_view reply,
                                                     const std::vector<SourceFile>& originals,
                                                     const EditPolicy& policy);

[[nodiscard]] std::string_view render_code(RejectCode);   // "E_NOMATCH", ...

}  // namespace hone
