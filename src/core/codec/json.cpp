#include "core/codec/json.hpp"

#include <cmath>

namespace hone::codec {
namespace {

// Well-formed UTF-8 (Unicode table 3-7): no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text) {
  const auto byte = [&](std::size_t at) { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U; };
  for (std::size_t i = 0; i < text.size();) {
    const unsigned lead = byte(i);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    const std::size_t more = lead >= 0xC2 && lead <= 0xDF   ? 1
                             : lead >= 0xE0 && lead <= 0xEF ? 2
                             : lead >= 0xF0 && lead <= 0xF4 ? 3
                                                            : 0;
    const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (more == 0 || byte(i + 1) < low || byte(i + 1) > high) return false;
    for (std::size_t k = 2; k <= more; ++k) {
      if ((byte(i + k) & 0xC0) != 0x80) return false;
    }
    i += more + 1;
  }
  return true;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

Json write_text(const std::string& text) {
  if (is_utf8(text)) return Json(text);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * text.size());
  for (const char c : text) {
    hex += digits[static_cast<unsigned char>(c) >> 4];
    hex += digits[static_cast<unsigned char>(c) & 15];
  }
  Json result = Json::object();
  result.push_back({"hex", std::move(hex)});
  return result;
}

bool read_text(const Json& json, std::string& text) {
  if (const auto* plain = json.get_ptr<const Json::string_t*>()) {
    text = *plain;
    return true;
  }
  if (!json.is_object()) return false;
  const auto found = json.find("hex");
  if (found == json.end()) return false;
  const auto* hex = found->get_ptr<const Json::string_t*>();
  if (hex == nullptr || hex->size() % 2 != 0) return false;
  text.clear();
  text.reserve(hex->size() / 2);
  for (std::size_t i = 0; i < hex->size(); i += 2) {
    const int high = hex_value((*hex)[i]);
    const int low = hex_value((*hex)[i + 1]);
    if (high < 0 || low < 0) return false;
    text += static_cast<char>(high * 16 + low);
  }
  return true;
}

Json write_number(double value) {
  if (std::isfinite(value)) return Json(value);
  if (std::isnan(value)) return Json("nan");
  return Json(value > 0 ? "inf" : "-inf");
}

bool read_number(const Json& json, double& value) {
  if (const auto* real = json.get_ptr<const Json::number_float_t*>()) {
    value = *real;
  } else if (const auto* count = json.get_ptr<const Json::number_unsigned_t*>()) {
    value = static_cast<double>(*count);
  } else if (const auto* integer = json.get_ptr<const Json::number_integer_t*>()) {
    value = static_cast<double>(*integer);
  } else {
    const auto* word = json.get_ptr<const Json::string_t*>();
    if (word == nullptr || (*word != "nan" && *word != "inf" && *word != "-inf")) return false;
    value = *word == "nan"   ? std::numeric_limits<double>::quiet_NaN()
            : *word == "inf" ? std::numeric_limits<double>::infinity()
                             : -std::numeric_limits<double>::infinity();
  }
  return true;
}

Result<Json> parse_object(std::string_view text, std::string_view what) {
  Json json = Json::parse(text, nullptr, false);
  if (json.is_object()) return json;
  return fail(Reaction::fix_input, fmt::format("read {}: this is not a JSON object ({} bytes)", what, text.size()));
}

std::string dump(const Json& json) {
  return json.dump();
}

}  // namespace hone::codec
