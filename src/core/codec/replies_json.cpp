#include "core/codec/replies_json.hpp"

#include <cmath>
#include <set>
#include <vector>

#include "hone/core/base/text.hpp"

namespace hone::foreign {
namespace {

constexpr int most_depth = 128;

bool too_deep(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '[' || c == '{') {
      if (++depth > most_depth) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

std::optional<unsigned> unicode_escape(std::string_view text, std::size_t at) {
  if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return std::nullopt;
  unsigned value = 0;
  for (const char c : text.substr(at + 2, 4)) {
    const auto digit = std::string_view("0123456789abcdef").find(static_cast<char>(c | 0x20));
    if (digit == std::string_view::npos) return std::nullopt;
    value = value * 16 + static_cast<unsigned>(digit);
  }
  return value;
}

// Streams cut surrogate pairs in two; half a pair is no character.
std::string without_lone_surrogates(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto first = unicode_escape(text, i);
    if (first && *first >= 0xD800 && *first <= 0xDFFF) {
      const auto second = unicode_escape(text, i + 6);
      const bool pair = *first <= 0xDBFF && second && *second >= 0xDC00 && *second <= 0xDFFF;
      result += pair ? text.substr(i, 12) : std::string_view("\\ufffd");
      i += pair ? 12 : 6;
    } else {
      const std::size_t taken = text[i] == '\\' ? 2 : 1;
      result += text.substr(i, taken);
      i += taken;
    }
  }
  return result;
}

std::optional<Json> parse_once(std::string_view text) {
  std::vector<std::set<std::string>> keys;
  bool twice = false;
  const auto watch = [&](int, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end && !keys.empty()) keys.pop_back();
    if (event == Json::parse_event_t::key && !keys.empty()) {
      twice = !keys.back().insert(parsed.get_ref<const std::string&>()).second || twice;
    }
    return true;
  };
  Json result = Json::parse(text.begin(), text.end(), watch, false);
  if (result.is_discarded() || twice) return std::nullopt;
  return result;
}

}  // namespace

std::optional<Json> parse_json(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  text = trim(text);
  if (text.empty() || too_deep(text)) return std::nullopt;
  auto result = parse_once(text);
  if (!result && (text.find("\\ud") != std::string_view::npos || text.find("\\uD") != std::string_view::npos)) {
    result = parse_once(without_lone_surrogates(text));
  }
  return result;
}

std::string dump_json(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

const Json* member(const Json* from, std::string_view name) {
  if (from == nullptr || !from->is_object()) return nullptr;
  const auto found = from->find(name);
  return found == from->end() || found->is_null() ? nullptr : &*found;
}

const Json* element(const Json* array, std::size_t index) {
  if (array == nullptr || !array->is_array() || index >= array->size()) return nullptr;
  return &(*array)[index];
}

const Json* by_pointer(const Json& from, std::string_view pointer) {
  const Json* at = &from;
  if (!pointer.empty() && pointer[0] != '/') return nullptr;
  while (!pointer.empty() && at != nullptr) {
    pointer.remove_prefix(1);
    std::string name(pointer.substr(0, pointer.find('/')));
    pointer.remove_prefix(name.size());
    for (std::size_t i = 0; (i = name.find('~', i)) != std::string::npos; ++i) {
      if (name.compare(i, 2, "~1") == 0) name.replace(i, 2, "/");
      if (name.compare(i, 2, "~0") == 0) name.replace(i, 2, "~");
    }
    if (at->is_array()) {
      const auto index = parse_number(name);
      at = index && *index >= 0 && *index < 1e6 ? element(at, static_cast<std::size_t>(*index)) : nullptr;
    } else {
      at = member(at, name);
    }
  }
  return at;
}

std::string text_of(const Json* value) {
  if (value == nullptr) return {};
  if (value->is_string()) return value->get<std::string>();
  return value->is_number() ? value->dump() : std::string();
}

std::optional<double> number_of(const Json* value) {
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) return parse_number(value->get_ref<const std::string&>());
  if (!value->is_number()) return std::nullopt;
  const double number = value->get<double>();
  return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

std::optional<std::int64_t> count_of(const Json* value) {
  const auto number = number_of(value);
  if (!number || *number < 0 || *number >= 9007199254740992.0) return std::nullopt;
  return static_cast<std::int64_t>(*number);
}

bool is_true(const Json* value) {
  return value != nullptr && value->is_boolean() && value->get<bool>();
}

}  // namespace hone::foreign
