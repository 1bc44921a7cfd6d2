// Described values as JSON text, and back. Private to core/codec: nlohmann_json ends here.
#pragma once

#include "core/codec/read.hpp"
#include "core/codec/write.hpp"

namespace hone::codec {

[[nodiscard]] Result<Json> parse_object(std::string_view text, std::string_view what);
[[nodiscard]] std::string dump(const Json&);

template <class T>
std::string render(const T& value) {
  return dump(write(value));
}
template <class T>
Result<T> parse(std::string_view text, std::string_view what) {
  const Json json = HONE_TRY(parse_object(text, what));
  return read_whole<T>(json, what);
}

}  // namespace hone::codec
