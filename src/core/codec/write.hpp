// Described values to JSON. A member that holds its default is left out.
#pragma once

#include <bit>
#include <cstdint>

#include "core/codec/kinds.hpp"

namespace hone::codec {

[[nodiscard]] Json write_text(const std::string&);
[[nodiscard]] Json write_number(double);

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

}  // namespace hone::codec
