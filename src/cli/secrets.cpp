#include "cli/secrets.hpp"

#include <sys/resource.h>

#include <cstring>
#include <string_view>

#include "adapters/proposers/factory.hpp"

extern char** environ;

namespace hone::cli {

void hide_secrets() {
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (!looks_secret(text.substr(0, text.find('=')))) continue;
    char* const shown = *entry;
    char* const copy = ::strdup(shown);
    if (copy == nullptr) continue;
    *entry = copy;
    ::explicit_bzero(shown, text.size());
  }
  const rlimit none{1, 1};  // one byte: see apply_limits() of hone-keeper
  ::setrlimit(RLIMIT_CORE, &none);
}

}  // namespace hone::cli
