// Printing that never ends the program: a reader that went away (EPIPE), a full disk behind a redirection. fmt::print
// throws there, and a night must not die because its terminal was closed.
#pragma once

#include <cstdio>
#include <string_view>

namespace hone::cli {

inline void print_to(std::FILE* stream, std::string_view text) {
  [[maybe_unused]] const std::size_t written = std::fwrite(text.data(), 1, text.size(), stream);
  std::fflush(stream);
}

}  // namespace hone::cli
