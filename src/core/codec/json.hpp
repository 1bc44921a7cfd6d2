// Writing and reading described values as JSON. Private to core/codec: nlohmann_json ends here.
#pragma once

#include <fmt/format.h>

#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/codec/fields.hpp"
#include "hone/core/base/ids.hpp"
#include "hone/core/base/result.hpp"
#include "hone/core/base/units.hpp"

namespace hone::codec {

using Json = nlohmann::ordered_json;  // keeps our field order, which is made for reading

[[nodiscard]] Json write_text(const std::string&);
[[nodiscard]] Json write_number(double);
[[nodiscard]] bool read_text(const Json&, std::string&);
[[nodiscard]] bool read_number(const Json&, double&);
[[nodiscard]] Result<Json> parse_object(std::string_view text, std::string_view what);
[[nodiscard]] std::string dump(const Json&);

template <class T>
inline constexpr bool is_wrapped = false;  // Id and Quantity: one `value`
template <class Tag, class Rep>
inline constexpr bool is_wrapped<Id<Tag, Rep>> = true;
template <class Tag, class Rep>
inline constexpr bool is_wrapped<Quantity<Tag, Rep>> = true;
template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;
template <class T>
inline constexpr bool is_array = false;
template <class T, std::size_t N>
inline constexpr bool is_array<std::array<T, N>> = true;
using TextMap = std::map<std::string, std::string>;

// Whether a member holds what its struct's default holds. Containers and nested structs are by default empty.
template <class T>
bool is_default(const T& value, const T& usual) {
  if constexpr (std::is_same_v<T, double>) {
    return std::bit_cast<std::uint64_t>(value) == std::bit_cast<std::uint64_t>(usual);  // -0.0 is not 0.0
  } else if constexpr (is_wrapped<T>) {
    return is_default(value.value, usual.value);
  } else if constexpr (is_optional<T>) {
    return !value && !usual;
  } else if constexpr (is_vector<T> || std::is_same_v<T, TextMap>) {
    return value.empty();
  } else if constexpr (Described<T>) {
    bool same = true;
    each_field<T>([&](const auto& one) { same = same && is_default(value.*one.member, usual.*one.member); });
    return same;
  } else {
    return value == usual;
  }
}

template <class T>
Json write(const T& value) {
  if constexpr (std::is_same_v<T, std::string>) {
    return write_text(value);
  } else if constexpr (std::is_same_v<T, double>) {
    return write_number(value);
  } else if constexpr (std::is_arithmetic_v<T>) {
    return Json(value);
  } else if constexpr (is_wrapped<T>) {
    return write(value.value);
  } else if constexpr (is_optional<T>) {
    return value ? write(*value) : Json(nullptr);
  } else if constexpr (std::is_enum_v<T>) {
    return Json(std::string(Names<T>::list[static_cast<std::size_t>(value)]));
  } else if constexpr (std::is_same_v<T, TextMap>) {
    Json result = Json::array();  // pairs, because a key need not be UTF-8
    for (const auto& [key, text] : value) result.push_back(Json::array({write(key), write(text)}));
    return result;
  } else if constexpr (is_vector<T> || is_array<T>) {
    Json result = Json::array();
    for (const typename T::value_type& one : value) result.push_back(write(one));
    return result;
  } else {
    static const T usual{};
    Json result = Json::object();
    each_field<T>([&](const auto& one) {
      if (!is_default(value.*one.member, usual.*one.member)) {
        result.push_back({std::string(one.name), write(value.*one.member)});
      }
    });
    return result;
  }
}

template <class T>
bool read_integer(const Json& json, T& value) {
  if (const auto* number = json.get_ptr<const Json::number_unsigned_t*>()) {
    if (*number > static_cast<std::uint64_t>(std::numeric_limits<T>::max())) return false;
    value = static_cast<T>(*number);
    return true;
  }
  const auto* number = json.get_ptr<const Json::number_integer_t*>();
  if (number == nullptr || !std::is_signed_v<T>) return false;
  if (*number < static_cast<std::int64_t>(std::numeric_limits<T>::min())) return false;
  value = static_cast<T>(*number);  // a positive one is stored unsigned: above
  return true;
}

// `trail` names the field that is wrong, from the inside out. False leaves `value` unspecified.
template <class T>
bool read(const Json& json, T& value, std::string& trail);

template <class T>
bool read_struct(const Json& json, T& value, std::string& trail) {
  if (!json.is_object()) return false;
  bool fine = true;
  auto next = json.begin();  // write() keeps the order of the fields: the next key is nearly always the one looked for
  each_field<T>([&](const auto& one) {
    if (!fine) return;
    const auto found = next != json.end() && next.key() == one.name ? next : json.find(one.name);
    if (found == json.end()) return;
    next = std::next(found);
    fine = read(*found, value.*one.member, trail);
    if (!fine) trail = trail.empty() ? std::string(one.name) : fmt::format("{}.{}", one.name, trail);
  });
  return fine;
}

template <class T>
bool read_list(const Json& json, T& value, std::string& trail) {
  if (!json.is_array()) return false;
  value.clear();
  value.reserve(json.size());
  for (const Json& one : json) {
    typename T::value_type item{};
    if (!read(one, item, trail)) return false;
    value.push_back(std::move(item));
  }
  return true;
}

template <class T>
bool read(const Json& json, T& value, std::string& trail) {
  if constexpr (std::is_same_v<T, std::string>) {
    return read_text(json, value);
  } else if constexpr (std::is_same_v<T, double>) {
    return read_number(json, value);
  } else if constexpr (std::is_same_v<T, bool>) {
    const auto* flag = json.get_ptr<const Json::boolean_t*>();
    if (flag != nullptr) value = *flag;
    return flag != nullptr;
  } else if constexpr (std::is_integral_v<T>) {
    return read_integer(json, value);
  } else if constexpr (is_wrapped<T>) {
    return read(json, value.value, trail);
  } else if constexpr (is_optional<T>) {
    if (json.is_null()) {
      value.reset();
      return true;
    }
    return read(json, value.emplace(), trail);
  } else if constexpr (std::is_enum_v<T>) {
    const auto* text = json.get_ptr<const Json::string_t*>();
    for (std::size_t i = 0; text != nullptr && i < Names<T>::list.size(); ++i) {
      if (Names<T>::list[i] != *text) continue;
      value = static_cast<T>(i);
      return true;
    }
    return false;
  } else if constexpr (std::is_same_v<T, TextMap>) {
    std::vector<std::vector<std::string>> pairs;
    if (!read(json, pairs, trail)) return false;
    value.clear();
    for (auto& pair : pairs) {
      if (pair.size() != 2) return false;
      value.emplace(std::move(pair[0]), std::move(pair[1]));
    }
    return true;
  } else if constexpr (is_vector<T>) {
    return read_list(json, value, trail);
  } else if constexpr (is_array<T>) {
    std::vector<typename T::value_type> list;  // a shorter one comes from an older journal
    if (!read_list(json, list, trail) || list.size() > value.size()) return false;
    value = {};
    std::copy(list.begin(), list.end(), value.begin());
    return true;
  } else {
    return read_struct(json, value, trail);
  }
}

template <class T>
Result<T> read_whole(const Json& json, std::string_view what) {
  T value{};
  std::string trail;
  if (read(json, value, trail)) return value;
  return fail(Reaction::fix_input,
              fmt::format("read {}: the field '{}' does not hold what this version of hone expects; a newer hone may "
                          "have written it",
                          what, trail));
}

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
