// What kinds of members the described structs have. Private to core/codec: nlohmann_json ends here.
#pragma once

#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/codec/fields.hpp"
#include "hone/core/base/ids.hpp"
#include "hone/core/base/units.hpp"

namespace hone::codec {

using Json = nlohmann::ordered_json;  // keeps our field order, which is made for reading

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

}  // namespace hone::codec
