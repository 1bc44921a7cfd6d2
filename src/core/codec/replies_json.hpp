// Reading JSON that strangers wrote: nothing here throws, whatever is missing or of the wrong type is empty.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace hone::foreign {

using Json = nlohmann::json;

// Refuses nesting above 128 levels, duplicate keys and bad UTF-8; a lone surrogate escape becomes U+FFFD.
[[nodiscard]] std::optional<Json> parse_json(std::string_view text);
[[nodiscard]] std::string dump_json(const Json&);  // bad UTF-8 becomes U+FFFD

// The member, or nullptr when `from` is no object, has none, or it is null.
[[nodiscard]] const Json* member(const Json* from, std::string_view name);
[[nodiscard]] inline const Json* member(const Json& from, std::string_view name) {
  return member(&from, name);
}
// The n-th element of an array member, or nullptr.
[[nodiscard]] const Json* element(const Json* array, std::size_t index);
// By a JSON pointer ("/usage/0/tokens"); nullptr when there is none or the pointer is not one.
[[nodiscard]] const Json* by_pointer(const Json& from, std::string_view pointer);

[[nodiscard]] std::string text_of(const Json*);                   // strings; numbers as text; else ""
[[nodiscard]] std::optional<double> number_of(const Json*);       // numbers, and strings that are numbers
[[nodiscard]] std::optional<std::int64_t> count_of(const Json*);  // >= 0 and below 2^53, else nothing
[[nodiscard]] bool is_true(const Json*);

}  // namespace hone::foreign
