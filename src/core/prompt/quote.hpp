// Texts of others inside a prompt: bounded, cleaned, and marked so that they cannot pass for ours.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hone::prompt {

// 16 hex digits that the quoted programs could not know.
[[nodiscard]] std::string nonce_of(std::uint64_t seed);
// Equal neighbouring lines as one line and a count. Numbers do not make a difference (progress lines).
[[nodiscard]] std::string fold_repeats(std::string_view text);
// Program output for a prompt: no escape sequences, repeats folded, secrets masked, valid UTF-8, at most
// `head` + `tail` bytes.
[[nodiscard]] std::string clean_output(std::string_view text, std::size_t head, std::size_t tail);
// `text` between marks with the nonce; marks and chat-template words inside are made harmless.
[[nodiscard]] std::string quote_data(std::string_view title, std::string_view text, const std::string& nonce);
// A file in a code fence that is longer than any inside it.
[[nodiscard]] std::string fence_file(std::string_view path, std::string_view text);
// Bytes that are not UTF-8 as the replacement character.
[[nodiscard]] std::string valid_utf8(std::string_view text);

}  // namespace hone::prompt
