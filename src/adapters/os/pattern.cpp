// <regex> of libstdc++ 12 makes GCC see an uninitialised std::function where there is none (optimised and
// sanitized builds); the warning is reported inside the header, so it is switched off before it.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include "adapters/os/pattern.hpp"

#include <fmt/format.h>

#include <regex>

#include "hone/core/base/text.hpp"

namespace hone::os {
namespace {
constexpr std::size_t longest_line = 1024;
}

struct Pattern::Compiled {
  std::regex regex;
};

Pattern::Pattern(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;
Pattern::~Pattern() = default;

Result<Pattern> Pattern::parse(const std::string& text) {
  auto compiled = std::make_unique<Compiled>();
  try {
    compiled->regex = std::regex(text, std::regex::ECMAScript | std::regex_constants::__polynomial);
  } catch (const std::regex_error& error) {
    return fail(Reaction::fix_input,
                fmt::format("tried to read --match '{}': {}; it is an ECMAScript regular expression without "
                            "back-references, for example 'loss: ([0-9.]+)'",
                            text, error.what()));
  }
  if (compiled->regex.mark_count() < 1) {
    return fail(Reaction::fix_input, fmt::format("tried to read --match '{}': it has no capture group; put brackets "
                                                 "around the number, for example 'loss: ([0-9.]+)'",
                                                 text));
  }
  return Pattern(std::move(compiled));
}

std::vector<std::string> Pattern::captures(std::string_view output) const {
  std::vector<std::string> found;
  for (std::string_view line : lines(output)) {
    line = line.substr(0, longest_line);
    std::cregex_iterator match(line.data(), line.data() + line.size(), compiled_->regex);
    for (; match != std::cregex_iterator(); ++match) {
      if ((*match)[1].matched) found.push_back((*match)[1].str());
    }
  }
  return found;
}

}  // namespace hone::os
