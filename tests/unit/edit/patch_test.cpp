#include <catch2/catch.hpp>

#include "hone/core/edit/edit.hpp"

using namespace hone;

namespace {
const std::vector<SourceFile> two{{"a.py", "x = 1\ny = 2\nz = 3\n"},
                                  {"src/b.c", "int f(void)\r\n{\r\n  return 1;\r\n}"}};
const EditPolicy both{{"a.py", "src/b.c"}, false, 1 << 20, false, ""};
}  // namespace

TEST_CASE("blocks for two files change both and nothing else", "[edit]") {
  const auto patched = patch(
      "Make it two.\n\na.py\n```python\n<<<<<<< SEARCH\ny = 2\n=======\ny = 22\n>>>>>>> REPLACE\n```\n"
      "src/b.c\n<<<<<<< SEARCH\n  return 1;\n}\n=======\n  return 2;\n}\n>>>>>>> REPLACE\n",
      two, both);
  REQUIRE(patched);
  REQUIRE(patched->files.size() == 2);
  CHECK(patched->files[0].text == "x = 1\ny = 22\nz = 3\n");
  CHECK(patched->files[1].text == "int f(void)\r\n{\r\n  return 2;\r\n}");
}

TEST_CASE("a refusal names the format that the reply used, if it used one", "[edit]") {
  EditPolicy policy;
  policy.allowed = {"a.py"};
  const std::vector<SourceFile> files{{"a.py", "x = 1\n"}};
  const auto block = patch("<<<<<<< SEARCH\ny = 1\n=======\ny = 2\n>>>>>>> REPLACE\n", files, policy);
  REQUIRE_FALSE(block);
  CHECK(block.error().format == EditFormat::search_replace);
  const auto prose = patch("No idea.\n", files, policy);
  REQUIRE_FALSE(prose);
  CHECK_FALSE(prose.error().format);
}

TEST_CASE("a block that does not match applies nothing of the reply", "[edit]") {
  const auto patched = patch(
      "a.py\n<<<<<<< SEARCH\ny = 2\n=======\ny = 22\n>>>>>>> REPLACE\n<<<<<<< SEARCH\nq = 2\n=======\nq = 22\n>>>>>>> "
      "REPLACE\n",
      two, both);
  REQUIRE_FALSE(patched);
  CHECK(patched.error().code == RejectCode::no_match);
  CHECK(patched.error().message.find("not applied") != std::string::npos);
}
