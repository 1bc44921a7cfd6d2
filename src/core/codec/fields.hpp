// The tables behind the codec: a described struct lists its fields once, and writing, reading and the property
// test all walk that list. A struct that gains a field which its table does not know fails to compile.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace hone::codec {

template <class S, class M>
struct Field {
  using Struct = S;
  using Member = M;
  std::string_view name;
  M S::*member;
};
template <class S, class M>
constexpr Field<S, M> field(std::string_view name, M S::*member) {
  return {name, member};
}

template <class T>
struct Fields;  // Fields<T>::list: a tuple of Field
template <class E>
struct Names;  // Names<E>::list: the enumerators in order; names are for ever, journals hold them

template <class T>
concept Described = requires {
  Fields<T>::list;
};
template <class E>
concept Named = std::is_enum_v<E> && requires {
  Names<E>::list;
};

// How many members an aggregate has: the largest number of initialisers that it takes.
template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
struct Anything {
  // An optional is made through its own constructor, or it would be ambiguous. Never defined: only counted with.
  template <class T, class = std::enable_if_t<!is_optional<T>>>
  operator T() const noexcept;
};
template <class T, std::size_t... I>
constexpr bool takes(std::index_sequence<I...>) {
  return requires {
    T{(static_cast<void>(I), Anything{})...};
  };
}
template <class T, std::size_t N = 48>
constexpr std::size_t member_count() {
  if constexpr (takes<T>(std::make_index_sequence<N>{})) {
    return N;
  } else {
    static_assert(N > 0);
    return member_count<T, N - 1>();
  }
}
template <class T>
constexpr bool complete_table() {
  return std::tuple_size_v<std::remove_const_t<decltype(Fields<T>::list)>> == member_count<T>();
}

template <class T, class Each>
constexpr void each_field(Each&& each) {
  std::apply([&](const auto&... one) { (each(one), ...); }, Fields<T>::list);
}

}  // namespace hone::codec

// One row of the tables: HONE_FIELDS(Interval, HONE_FIELD(Interval, low), HONE_FIELD(Interval, high)).
#define HONE_FIELD(name) ::hone::codec::field(#name, &Self::name)
#define HONE_FIELDS(type, ...)                                 \
  template <>                                                  \
  struct Fields<type> {                                        \
    using Self = type;                                         \
    static constexpr auto list = std::make_tuple(__VA_ARGS__); \
  };                                                           \
  static_assert(complete_table<type>(), "a field of " #type " is missing in its codec table")
#define HONE_NAMES(type, last, ...)                                              \
  template <>                                                                    \
  struct Names<type> {                                                           \
    static constexpr auto list = std::to_array<std::string_view>({__VA_ARGS__}); \
  };                                                                             \
  static_assert(Names<type>::list.size() == static_cast<std::size_t>(type::last) + 1)
