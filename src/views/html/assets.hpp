// Files that travel inside the binary; src/views/html/embed.cmake writes their bytes.
#pragma once

#include <string_view>

namespace hone::assets {
std::string_view chart_js();
std::string_view page_js();
std::string_view page_css();
}  // namespace hone::assets
