// Replies of arbitrary bytes against three files: the applier accepts or refuses, refusals have their code in front,
// accepted changes change something, keep inside the region and are the same when made twice. The first byte chooses
// the policy, so that one corpus serves all formats.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "hone/core/base/assert.hpp"
#include "hone/core/edit/edit.hpp"
#include "hone/core/edit/screen.hpp"

using namespace hone;

namespace {

const std::string python =
    "import os\n\ndef f(x):\n    y = x * 2\n    return y\n\ndef g(x):\n    y = x * 2\n    return y\n";
const std::string region = "a();\r\n// hone: begin\r\nb();\r\nc();\r\n// hone: end\r\nd();";

bool region_kept(std::string_view text) {
  return text.starts_with("a();\r\n// hone: begin\r\n") && text.ends_with("// hone: end\r\nd();");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view reply(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  std::vector<SourceFile> files{{"a.py", python}};
  if (bytes[0] & 1) files.push_back({"src/b.c", region});
  if (bytes[0] & 2) files.push_back({"empty.txt", ""});
  EditPolicy policy;
  for (const auto& file : files) policy.allowed.push_back(file.path);
  policy.exact_only = (bytes[0] & 4) != 0;
  const auto patched = patch(reply, files, policy);
  if (!patched) {
    HONE_ASSERT(patched.error().message.starts_with(render_code(patched.error().code)));
    return 0;
  }
  HONE_ASSERT(!patched->files.empty());
  for (const auto& file : patched->files) {
    for (const auto& original : files) {
      HONE_ASSERT(file.path != original.path || file.text != original.text);
    }
    HONE_ASSERT(file.path != "src/b.c" || region_kept(file.text));
  }
  const auto again = patch(reply, files, policy);
  HONE_ASSERT(again && again->files.size() == patched->files.size() && again->files[0].text == patched->files[0].text);
  static_cast<void>(patch_key(files, patched->files));
  static_cast<void>(seed_only(files, patched->files));
  return 0;
}
