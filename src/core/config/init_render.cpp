#include <fmt/format.h>

#include <array>

#include "hone/core/config/init.hpp"
#include "hone/core/config/keys.hpp"

namespace hone {
namespace {

constexpr std::array<std::string_view, 5> titles = {"The task", "Limits: the first one reached ends the run", "Models",
                                                    "Deciding what is better", "Running"};

// A basic string of TOML.
std::string quote(std::string_view text) {
  std::string quoted = "\"";
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') quoted += '\\';
    if (static_cast<unsigned char>(letter) < 0x20) {
      quoted += fmt::format("\\u{:04x}", static_cast<unsigned>(letter));
    } else {
      quoted += letter;
    }
  }
  return quoted + "\"";
}

std::string value_of(const Key& key, const std::vector<std::string>& values) {
  if (key.repeatable) {
    std::string list;
    for (const std::string& value : values) list += (list.empty() ? "" : ", ") + quote(value);
    return "[" + list + "]";
  }
  const std::string value = values.empty() ? std::string() : values.front();
  if (key.value.empty()) return value.empty() ? "false" : value;  // a switch
  if (key.value == "N" && !value.empty()) return value;
  return quote(value);
}

// What could stand there, for a key without a default.
std::string example_of(const Key& key) {
  if (key.value == "N") return "100";
  if (key.value == "USD") return quote("5");
  return key.repeatable ? "[" + quote(key.value) + "]" : quote(key.value);
}

}  // namespace

std::string render_settings(const Guess& guess) {
  const RunSpec defaults;
  std::string text =
      "# Written by `hone init`; `hone run` reads it. What is commented out shows the default, or an example.\n"
      "# Flags of the same names win over this file: `hone run --budget 30m`.\n";
  for (const std::string& doubt : guess.doubts) text += fmt::format("# LOOK AT THIS: {}.\n", doubt);
  std::size_t group = titles.size();
  for (const Key& key : keys()) {
    if (key.personal) continue;
    if (static_cast<std::size_t>(key.group) != group) {
      group = static_cast<std::size_t>(key.group);
      text += fmt::format("\n# ---- {} ----\n", titles[group]);
    }
    const std::string name(key.name);
    const auto guessed = guess.values.find(name);
    const auto reason = guess.reasons.find(name);
    const bool told = guessed != guess.values.end() && reason != guess.reasons.end() && !reason->second.empty();
    text += fmt::format("# {}{}\n", key.help, told ? fmt::format(". Here: {}", reason->second) : "");
    if (guessed != guess.values.end()) {
      text += fmt::format("{} = {}\n", name, value_of(key, guessed->second));
    } else {
      const auto values = key.get(defaults);
      text += fmt::format("# {} = {}\n", name, values.empty() ? example_of(key) : value_of(key, values));
    }
  }
  return text;
}

}  // namespace hone
