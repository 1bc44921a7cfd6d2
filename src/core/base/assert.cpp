#include "hone/core/base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace hone {

void assertion_failed(const char* expression, const char* file, int line) noexcept {
  std::fprintf(stderr, "hone: bug: %s does not hold at %s:%d; the journal is safe, `hone resume` goes on\n", expression,
               file, line);
  std::abort();
}

}  // namespace hone
