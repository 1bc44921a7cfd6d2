// One row of the catalogue of reference llm-backends.md 6.5: a file, a reply, what must come out.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "hone/core/edit/edit.hpp"

namespace hone::cases {

struct Case {
  std::string id;
  std::string path;
  std::string file;
  std::string reply;
  std::string expect;             // the new text, or a code like "E_NOMATCH"
  std::vector<std::string> tags;  // exactly these, for accepted ones
};

// SEARCH/REPLACE block of two halves that end with a newline (or are empty).
inline std::string block(const std::string& search, const std::string& replace) {
  return "<<<<<<< SEARCH\n" + search + "=======\n" + replace + ">>>>>>> REPLACE\n";
}

inline void check(const Case& each) {
  INFO(each.id);
  INFO(each.reply);
  const std::vector<SourceFile> files{{each.path, each.file}};
  EditPolicy policy;
  policy.allowed = {each.path};
  policy.root = "/repo";
  const auto patched = patch(each.reply, files, policy);
  if (each.expect.starts_with("E_")) {
    if (patched) {
      FAIL_CHECK("accepted, giving:\n" << patched->files.at(0).text);
      return;
    }
    INFO(patched.error().message);
    CHECK(render_code(patched.error().code) == each.expect);
    CHECK(patched.error().message.find("not applied") != std::string::npos);
    return;
  }
  if (!patched) {
    FAIL_CHECK("refused: " << patched.error().message);
    return;
  }
  REQUIRE(patched->files.size() == 1);
  CHECK(patched->files[0].path == each.path);
  CHECK(patched->files[0].text == each.expect);
  CHECK(patched->tags == each.tags);
}

inline const std::string py =
    "import os\n"
    "\n"
    "def f(x):\n"
    "    # scale\n"
    "    y = x * 2\n"
    "    return y\n"
    "\n"
    "def g(x):\n"
    "    if x > 0:\n"
    "        return x\n"
    "    return -x\n";
inline const std::string c =
    "int f(int x) {\n"
    "\tif (x) {\n"
    "\t\treturn 1;\n"
    "\t}\n"
    "\treturn 0;\n"
    "}\n";

inline std::string with(std::string text, const std::string& before, const std::string& after) {
  const auto at = text.find(before);
  REQUIRE(at != std::string::npos);
  return text.replace(at, before.size(), after);
}

inline const std::string y2 = "    y = x * 2\n", y3 = "    y = x * 3\n";
inline const std::string py3 =
    "import os\n\ndef f(x):\n    # scale\n    y = x * 3\n    return y\n\ndef g(x):\n    if x > 0:\n        return x\n  "
    "  return -x\n";

}  // namespace hone::cases
