// Questions about a change that are answered before a benchmark second is spent. Pure, linear time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hone/core/edit/edit.hpp"

namespace hone {

// SHA-256 in hex of what changes, without white space, blank lines, comment-only lines and line numbers: the same
// change written in another way has the same key, on whatever champion it is made. "" = nothing changes but those.
// `before` and `after` hold the same paths; files that only one of them has count as empty in the other.
[[nodiscard]] std::string patch_key(const std::vector<SourceFile>& before, const std::vector<SourceFile>& after);
// What a keep is known by, and what of a keep a change takes back: words with a space between them, and one word in
// common means that the win is undone. There is a word for the lines together with the line above, one with the line
// below, and one without either, so that a neighbour that changed since does not hide it. The last is left out where
// the lines of the win stand elsewhere in the file as well: it could be about those.
[[nodiscard]] std::string win_key(const std::vector<SourceFile>& before, const std::vector<SourceFile>& after);
[[nodiscard]] std::string revert_key(const std::vector<SourceFile>& before, const std::vector<SourceFile>& after);

[[nodiscard]] bool same_bytes(const std::vector<SourceFile>& before, const std::vector<SourceFile>& after);

// Every changed line differs only in numbers on lines that speak of a seed or a random state (security.md H40):
// such a change cannot be better, only luckier.
[[nodiscard]] bool seed_only(const std::vector<SourceFile>& before, const std::vector<SourceFile>& after);

// The lines that a change adds, without comments and needless blanks.
[[nodiscard]] std::vector<std::string> added_lines(const std::vector<SourceFile>& before,
                                                   const std::vector<SourceFile>& after);
// The file without blank lines and comments, each line in its usual spacing.
[[nodiscard]] std::vector<std::string> code_lines(const SourceFile& file);

struct Spotted {
  std::string rule;                // "private key", "GitHub token", ...
  std::size_t line = 0;            // from 1
  std::size_t begin = 0, end = 0;  // bytes of the secret in the text
};
// The first key or token in a text (security.md K07). Never put the text itself into a message.
[[nodiscard]] std::optional<Spotted> find_secret(std::string_view text);
// Every secret replaced by "[secret: RULE]".
[[nodiscard]] std::string mask_secrets(std::string_view text);

// The first character that a reader cannot see: bidirectional controls, control characters, tags (Trojan Source,
// CVE-2021-42574). Tab and line ends are fine.
[[nodiscard]] std::optional<Spotted> find_hidden(std::string_view text);

}  // namespace hone
