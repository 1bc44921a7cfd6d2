// A file of configs/ that was compiled in (hone_embed in CMakeLists.txt).
#pragma once

#include <string_view>

namespace hone {

struct EmbeddedFile {
  std::string_view name;  // "ollama.json"
  std::string_view text;
};

}  // namespace hone
