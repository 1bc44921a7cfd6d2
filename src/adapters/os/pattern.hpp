// The regular expression of --match, run on a command's output.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hone/core/base/result.hpp"

namespace hone::os {

// ECMAScript without back-references. libstdc++'s polynomial matcher: unlike its default one it neither
// recurses once a character (long lines overflow the stack) nor takes exponential time on (a+)+b, and the
// output it runs on may be written by someone who would like it to.
class Pattern {
 public:
  [[nodiscard]] static Result<Pattern> parse(const std::string& text);
  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;
  ~Pattern();
  // The first capture group of every match, line by line; of a line the first 1024 bytes are looked at.
  [[nodiscard]] std::vector<std::string> captures(std::string_view output) const;

 private:
  struct Compiled;
  explicit Pattern(std::unique_ptr<Compiled>);
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace hone::os
