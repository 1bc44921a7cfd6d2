// From a reply to new file contents. Pure: text in, text or a Rejection out, all or nothing.
// Ladder, tags and codes: reference llm-backends.md 6.4 and 6.5.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace hone {

struct SourceFile {
  std::string path;  // relative to the repository root, '/' separators
  std::string text;  // bytes, exactly as in the tree
};

enum class EditFormat { search_replace, whole_file, unified_diff, v4a, tool_call };

// Why an edit was refused. `message` is written for the model: what was wrong, where, what to do.
enum class RejectCode {
  no_edit,
  truncated,
  no_match,
  ambiguous,
  no_op,
  lazy,
  marker,
  path,
  mixed,
  encoding,
  region,
  too_large,
  empty_search,  // a block that names no place in a file that is not empty
  overlap,       // two blocks change the same lines
  hidden,        // bidirectional or control characters in added lines
  secret         // a key or token in added lines
};
struct Rejection {
  RejectCode code = RejectCode::no_edit;
  std::string message;
  std::optional<EditFormat> format = std::nullopt;  // that the reply used, when one could be recognised
};

// Bounds on the work that one reply can cause; beyond them: RejectCode::too_large.
inline constexpr std::size_t max_reply_bytes = 2 << 20;
inline constexpr std::size_t max_target_bytes = 16 << 20;
inline constexpr std::size_t max_blocks = 200;

struct EditPolicy {
  std::vector<std::string> allowed;  // exact paths of the targets
  bool exact_only = false;           // re-application to a newer champion: L0 matches only
  std::size_t max_changed_bytes = 1 << 20;
  bool truncated = false;  // the reply's finish was not Complete: refuse as E_TRUNCATED
  std::string root;        // absolute repository path, to accept absolute names below it; "" = none
};

// The files that change, complete; `tags` name every repair that was needed: trail, indent, edge, uni, esc,
// num, blank, ell (ladder levels 1 to 8), marker, path, seq, dup, bare, part, line, anchor, json, prose, block.
struct Patched {
  std::string intent;  // the one-line idea, if the reply led with one
  EditFormat format = EditFormat::search_replace;
  std::vector<SourceFile> files;
  std::vector<std::string> tags;
};

// `originals`: all targets with their present text. Untouched lines of the result are byte-identical.
[[nodiscard]] tl::expected<Patched, Rejection> patch(std::string_view reply, const std::vector<SourceFile>& originals,
                                                     const EditPolicy& policy);

// The one-line idea of a reply, whether or not its edit can be used; "" when it leads with none. `labelled`: only what
// the reply itself calls its intent, for a second try that may begin with an apology.
[[nodiscard]] std::string find_intent(std::string_view reply, bool labelled = false);

[[nodiscard]] std::string_view render_code(RejectCode);    // "E_NOMATCH", ...
[[nodiscard]] std::string_view render_format(EditFormat);  // "search_replace", ...
[[nodiscard]] bool parse_format(std::string_view, EditFormat&);

}  // namespace hone
