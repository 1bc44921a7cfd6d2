// Random values of everything that the codec describes, and exact comparison of two of them. Both walk the same
// field tables as the codec, so a new field is covered the day it is added.
#pragma once

#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <variant>

#include "core/codec/json.hpp"
#include "core/codec/tables.hpp"
#include "hone/core/base/random.hpp"
#include "hone/core/run/event.hpp"

namespace hone::fakes {

inline std::string random_text(Random& random) {
  switch (random.below(5)) {
    case 0:
      return {};
    case 1:
      return "plain \"quoted\"\n\t\\ text";
    case 2:
      return "gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80";
    case 3:
      return std::string("nul\0inside", 10);
    default:
      break;
  }
  std::string bytes(random.below(24), '\0');
  for (char& c : bytes) c = static_cast<char>(random.below(256));
  return bytes;
}

inline double random_number(Random& random) {
  switch (random.below(6)) {
    case 0:
      return random.coin() ? 0.0 : -0.0;
    case 1:
      return random.coin() ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::infinity();
    case 2:
      return static_cast<double>(random.below(1000));
    case 3:
      return random.uniform();
    default: {
      const double any = std::bit_cast<double>(random.next());  // every exponent, subnormals too
      return std::isnan(any) ? std::numeric_limits<double>::quiet_NaN() : any;
    }
  }
}

template <class T>
T random_value(Random& random) {
  using namespace codec;
  if constexpr (std::is_same_v<T, std::string>) {
    return random_text(random);
  } else if constexpr (std::is_same_v<T, double>) {
    return random_number(random);
  } else if constexpr (std::is_same_v<T, bool>) {
    return random.coin();
  } else if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(random.coin() ? random.next() : random.below(100));
  } else if constexpr (std::is_same_v<T, MicroDollars> || std::is_same_v<T, Tokens>) {
    return T{static_cast<std::int64_t>(random.below(1ULL << 50))};  // they are summed: a thousand million dollars
  } else if constexpr (is_wrapped<T>) {
    return T{random_value<decltype(T{}.value)>(random)};
  } else if constexpr (is_optional<T>) {
    return random.coin() ? T{random_value<typename T::value_type>(random)} : T{};
  } else if constexpr (std::is_enum_v<T>) {
    return static_cast<T>(random.below(Names<T>::list.size()));
  } else if constexpr (std::is_same_v<T, TextMap>) {
    T map;
    for (auto n = random.below(3); n > 0; --n) map[random_text(random)] = random_text(random);
    return map;
  } else if constexpr (is_vector<T>) {
    T list;
    for (auto n = random.below(4); n > 0; --n) list.push_back(random_value<typename T::value_type>(random));
    return list;
  } else if constexpr (is_array<T>) {
    T list{};
    for (auto& one : list) one = random_value<typename T::value_type>(random);
    return list;
  } else {
    T value{};
    each_field<T>([&](const auto& one) {
      using Member = typename std::remove_cvref_t<decltype(one)>::Member;
      value.*one.member = random_value<Member>(random);
    });
    return value;
  }
}

template <std::size_t I = 0>
EventBody random_body(Random& random, std::size_t index) {
  if constexpr (I + 1 < std::variant_size_v<EventBody>) {
    if (index != I) return random_body<I + 1>(random, index);
  }
  return random_value<std::variant_alternative_t<I, EventBody>>(random);
}

// An event of the kind `index` (all others in it random too).
inline Event random_event(Random& random, std::size_t index) {
  Event event;
  event.sequence = random.below(1U << 30);
  event.at = Seconds{random.uniform() * 1e5};
  event.date = UnixTime{static_cast<std::int64_t>(random.below(1U << 31))};
  event.experiment = ExperimentId{random.below(1000)};
  event.body = random_body(random, index);
  return event;
}

// Bit by bit, except that one nan is as good as another.
template <class T>
bool identical(const T& a, const T& b) {
  using namespace codec;
  if constexpr (std::is_same_v<T, double>) {
    return (std::isnan(a) && std::isnan(b)) || std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
  } else if constexpr (is_wrapped<T>) {
    return identical(a.value, b.value);
  } else if constexpr (is_optional<T>) {
    return a.has_value() == b.has_value() && (!a || identical(*a, *b));
  } else if constexpr (std::is_same_v<T, std::vector<bool>>) {
    return a == b;
  } else if constexpr (is_vector<T> || is_array<T>) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (!identical(a[i], b[i])) return false;
    }
    return true;
  } else if constexpr (Described<T>) {
    bool same = true;
    each_field<T>([&](const auto& one) { same = same && identical(a.*one.member, b.*one.member); });
    return same;
  } else {
    return a == b;
  }
}

inline bool identical(const Event& a, const Event& b) {
  if (a.sequence != b.sequence || !identical(a.at, b.at) || a.date != b.date || a.experiment != b.experiment)
    return false;
  if (a.body.index() != b.body.index()) return false;
  return std::visit(
      [&](const auto& one) { return identical(one, std::get<std::remove_cvref_t<decltype(one)>>(b.body)); }, a.body);
}

}  // namespace hone::fakes
