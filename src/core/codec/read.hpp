// JSON to described values. A member that is missing keeps its default, one that nobody knows is skipped.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <limits>
#include <string_view>

#include "core/codec/kinds.hpp"
#include "hone/core/base/result.hpp"

namespace hone::codec {

[[nodiscard]] bool read_text(const Json&, std::string&);
[[nodiscard]] bool read_number(const Json&, double&);

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

}  // namespace hone::codec
