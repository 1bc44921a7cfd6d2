// Arbitrary bytes as the file, in front of the first NUL, and as the reply after it.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "hone/core/base/assert.hpp"
#include "hone/core/edit/edit.hpp"
#include "hone/core/edit/screen.hpp"

using namespace hone;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  const auto cut = input.find('\0');
  const std::string_view file = input.substr(0, cut);
  const std::string_view reply = cut == std::string_view::npos ? input : input.substr(cut + 1);
  const std::vector<SourceFile> files{{"t.txt", std::string(file)}};
  EditPolicy policy;
  policy.allowed = {"t.txt"};
  const auto patched = patch(reply, files, policy);
  if (patched) HONE_ASSERT(patched->files.size() == 1 && patched->files[0].text != file);
  // A line that is surely the file's: replacing the whole file by search/replace gives exactly the new text.
  const std::string masked = mask_secrets(input);
  HONE_ASSERT(!find_secret(masked) || masked.size() <= input.size() + 64 * 40);
  static_cast<void>(find_hidden(input));
  return 0;
}
