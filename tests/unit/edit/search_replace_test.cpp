#include "unit/edit/cases.hpp"

using namespace hone;
using namespace hone::cases;

namespace {

std::vector<Case> matching_rows() {
  return {
      {"S1 one exact block", "a.py", py, "Triple it.\n\n" + block(y2, y3), py3, {}},
      {"S2 two blocks in reverse order",
       "a.py",
       py,
       block("    return -x\n", "    return abs(x)\n") + block(y2, y3),
       with(py3, "return -x", "return abs(x)"),
       {}},
      {"S4 trailing spaces in SEARCH", "a.py", py, block("    y = x * 2  \n", y3), py3, {"trail"}},
      {"S4 trailing spaces in the file", "a.py", with(py, "x * 2\n", "x * 2 \t\n"), block(y2, y3), py3, {"trail"}},
      {"S5 leading white space dropped",
       "a.py",
       py,
       block("y = x * 2\nreturn y\n", "y = x * 3\nreturn y\n"),
       py3,
       {"indent"}},
      {"S5 leading white space dropped at two depths",
       "a.py",
       py,
       block("if x > 0:\nreturn x\nreturn -x\n", "if x > 0:\nreturn x + 1\nreturn -x\n"),
       with(py, "return x\n", "return x + 1\n"),
       {"indent"}},
      {"S6 constant shift with deeper lines in REPLACE",
       "a.py",
       py,
       block("  y = x * 2\n", "  if x:\n      y = x * 3\n  else:\n      y = 0\n"),
       with(py, y2, "    if x:\n        y = x * 3\n    else:\n        y = 0\n"),
       {"indent"}},
      {"S6 spaces for tabs",
       "a.c",
       c,
       block("    if (x) {\n        return 1;\n    }\n", "    if (x) {\n        return 2;\n    }\n"),
       with(c, "return 1", "return 2"),
       {"indent"}},
      {"S8 irregular indentation, Python",
       "a.py",
       py,
       block("      if x > 0:\n       return x\n    return -x\n", "    if x > 1:\n      return x\n    return -x\n"),
       "E_NOMATCH",
       {}},
      {"S8 irregular indentation, C",
       "a.c",
       c,
       block("  if (x) {\n return 1;\n   }\n", "  if (x) {\n return 2;\n   }\n"),
       with(c, "return 1", "return 2"),
       {"indent"}},
      {"S9 blank line first", "a.py", py, block("\n    y = x * 2\n", "\n    y = x * 3\n"), py3, {"edge"}},
      {"S9 blank line last", "a.py", py, block("    y = x * 2\n\n", "    y = x * 3\n\n"), py3, {"edge"}},
      {"S9 blank line last, file keeps its own",
       "a.py",
       py,
       block("    return y\n\n\n", "    return y + 1\n"),
       with(py, "return y\n", "return y + 1\n"),
       {"edge"}},
      {"S10 a fence around both halves",
       "a.py",
       py,
       block("```python\n" + y2 + "```\n", "```python\n" + y3 + "```\n"),
       py3,
       {"edge"}},
      {"S12 typographic quotes in SEARCH",
       "a.py",
       "s = \"a - b\"\nt = 1\n",
       block("s = \xE2\x80\x9C"
             "a \xE2\x80\x93 b\xE2\x80\x9D\nt = 1\n",
             "s = \xE2\x80\x9C"
             "a \xE2\x80\x93 b\xE2\x80\x9D\nt = 2\n"),
       "s = \"a - b\"\nt = 2\n",
       {"uni"}},
      {"S13 typographic quotes in the file",
       "a.py",
       "s = '\xE2\x80\x9C"
       "a\xE2\x80\x9D'\nt = 1\n",
       block("s = '\"a\"'\nt = 1\n", "s = '\"a\"'\nt = 2\n"),
       "s = '\xE2\x80\x9C"
       "a\xE2\x80\x9D'\nt = 2\n",
       {"uni"}},
      {"S14 HTML escapes throughout",
       "a.c",
       "if (a < b && c > d)\n  go();\n",
       block("if (a &lt; b &amp;&amp; c &gt; d)\n", "if (a &lt;= b &amp;&amp; c &gt; d)\n"),
       "if (a <= b && c > d)\n  go();\n",
       {"esc"}},
      {"S15 the file itself is escaped",
       "a.html",
       "<p>1 &lt; 2 &amp; 3</p>\n<i>x</i>\n",
       block("<p>1 &lt; 2 &amp; 3</p>\n", "<p>1 &lt; 4 &amp; 3</p>\n"),
       "<p>1 &lt; 4 &amp; 3</p>\n<i>x</i>\n",
       {}},
      {"S15 an escaped line in an escaped file",
       "a.txt",
       "1 &lt; 2\n1 < 2\n",
       block("1 &lt; 2\n", "1 &lt; 3\n"),
       "1 &lt; 3\n1 < 2\n",
       {}},
      {"S16 JSON escapes throughout",
       "a.c",
       "puts(\"hi\\n\");\ngo();\n",
       block("puts(\\\"hi\\\\n\\\");\n", "puts(\\\"ho\\\\n\\\");\n"),
       "puts(\"ho\\n\");\ngo();\n",
       {"esc"}},
      {"S17 line numbers with colon",
       "a.py",
       py,
       block("5:     y = x * 2\n6:     return y\n", "5:     y = x * 3\n6:     return y\n"),
       py3,
       {"num"}},
      {"S17 line numbers with bar, SEARCH only",
       "a.py",
       py,
       block(" 5|    y = x * 2\n 6|    return y\n", "    y = x * 3\n    return y\n"),
       py3,
       {"num"}},
      {"S18 minus and plus signs", "a.py", py, block("-    y = x * 2\n", "+    y = x * 3\n"), py3, {"num"}},
      {"S18 minus, plus and context",
       "a.py",
       py,
       block("     # scale\n-    y = x * 2\n", "     # scale\n+    y = x * 3\n"),
       py3,
       {"num"}},
      {"S19 interior blank lines",
       "a.py",
       "a = 1\n\nb = 2\n\n\nc = 3\n",
       block("a = 1\nb = 2\nc = 3\n", "a = 1\nb = 5\nc = 3\n"),
       "a = 1\n\nb = 5\n\n\nc = 3\n",
       {"blank"}},
      {"S20 a comment line left out",
       "a.py",
       py,
       block("def f(x):\n    y = x * 2\n", "def f(x):\n    y = x * 3\n"),
       "E_NOMATCH",
       {}},
      {"S21 paired elision",
       "a.py",
       py,
       block("def f(x):\n    ...\n    return y\n", "def f(x):\n    ...\n    return y + 1\n"),
       with(py, "return y\n", "return y + 1\n"),
       {"ell"}},
      {"S21 paired elision in a comment",
       "a.py",
       py,
       block("def f(x):\n    # ... existing code ...\n    return y\n",
             "def h(x):\n    # ... existing code ...\n    return y + 1\n"),
       with(with(py, "return y\n", "return y + 1\n"), "def f", "def h"),
       {"ell"}},
      {"S22 elision only in SEARCH",
       "a.py",
       py,
       block("def f(x):\n    ...\n    return y\n", "def f(x):\n    return x * 3\n"),
       "E_LAZY",
       {}},
      {"S22 unequal elisions",
       "a.py",
       py,
       block("import os\n...\n    # scale\n...\n    return -x\n", "import os\n...\n    return abs(x)\n"),
       "E_LAZY",
       {}},
      {"S23 elision only in REPLACE",
       "a.py",
       py,
       block("    y = x * 2\n    return y\n", "    # ... rest of the code unchanged ...\n    return y\n"),
       "E_LAZY",
       {}},
      {"S25 SEARCH occurs twice", "a.c", "x();\ny();\nx();\n", block("x();\n", "z();\n"), "E_AMBIGUOUS", {}},
      {"S26 twice at L1 but once at L0",
       "a.c",
       "x(); \ny();\nx();\n",
       block("x();\n", "z();\n"),
       "x(); \ny();\nz();\n",
       {}},
      {"S27 once inside the region",
       "a.c",
       "x();\n// hone: begin\nx();\n// hone: end\nx();\n",
       block("x();\n", "z();\n"),
       "x();\n// hone: begin\nz();\n// hone: end\nx();\n",
       {}},
      {"S28 outside the region",
       "a.c",
       "w();\n// hone: begin\nx();\n// hone: end\nv();\n",
       block("w();\n", "z();\n"),
       "E_REGION",
       {}},
      {"S28 context outside, change inside",
       "a.c",
       "w();\n// hone: begin\nx();\n// hone: end\nv();\n",
       block("w();\n// hone: begin\nx();\n", "w();\n// hone: begin\nz();\n"),
       "w();\n// hone: begin\nz();\n// hone: end\nv();\n",
       {}},
      {"S28 a region marker removed",
       "a.py",
       "w()\n# hone: begin\nx()\n# hone: end\nv()\n",
       block("x()\n# hone: end\n", "x()\n"),
       "E_REGION",
       {}},
      {"S28 a region marker written",
       "a.py",
       "w()\n# hone: begin\nx()\n# hone: end\nv()\n",
       block("x()\n", "x()\n# hone: end\n"),
       "E_REGION",
       {}},
      {"S29 SEARCH equals REPLACE", "a.py", py, block(y2, y2), "E_NOOP", {}},
      {"S30 edits that cancel out", "a.py", py, block(y2, y3) + block(y3, y2), "E_NOOP", {}},
      {"S31 empty REPLACE last", "a.py", py, block("    # scale\n", ""), with(py, "    # scale\n", ""), {}},
      {"S32 empty REPLACE in the middle",
       "a.py",
       py,
       block("    # scale\n", "") + block(y2, y3),
       with(py3, "    # scale\n", ""),
       {}},
      {"S34 empty SEARCH", "a.py", py, block("", "x = 1\n"), "E_EMPTY_SEARCH", {}},
      {"S34 empty SEARCH, empty file", "a.py", "", block("", "x = 1\n"), "x = 1\n", {}},
      {"S35 part of a line", "a.py", py, block("x * 2\n", "x * 3\n"), "E_NOMATCH", {}},
  };
}

}  // namespace

TEST_CASE("search/replace blocks match as the catalogue says", "[edit]") {
  for (const Case& each : matching_rows()) cases::check(each);
}

TEST_CASE("a reply that did not finish is refused even when its blocks are whole", "[edit]") {
  EditPolicy policy;
  policy.allowed = {"a.py"};
  policy.truncated = true;
  const auto patched = patch(block(y2, y3), {{"a.py", py}}, policy);
  REQUIRE_FALSE(patched);
  CHECK(patched.error().code == RejectCode::truncated);
}

TEST_CASE("exact_only takes L0 matches and nothing looser", "[edit]") {
  EditPolicy policy;
  policy.allowed = {"a.py"};
  policy.exact_only = true;
  CHECK(patch(block(y2, y3), {{"a.py", py}}, policy));
  for (const auto& row : matching_rows()) {
    if (row.path != "a.py" || row.tags.empty()) continue;
    INFO(row.id);
    CHECK_FALSE(patch(row.reply, {{"a.py", row.file}}, policy));
  }
}

TEST_CASE("a refused block is told the nearest lines, its head and that nothing was applied", "[edit]") {
  EditPolicy policy;
  policy.allowed = {"a.py"};
  const auto patched =
      patch(block(y2, y3) + block("def f(x):\n    y = x * 2\n    return y\n", "def f(x):\n    return x\n"),
            {{"a.py", py}}, policy);
  REQUIRE_FALSE(patched);
  const std::string& message = patched.error().message;
  INFO(message);
  CHECK(message.find("E_NOMATCH: Block 2") == 0);
  CHECK(message.find("# scale") != std::string::npos);
  CHECK(message.find("% alike") != std::string::npos);
  CHECK(message.find("The whole reply was not applied") != std::string::npos);
}

TEST_CASE("several targets are told apart by name or by what they hold", "[edit]") {
  const std::vector<SourceFile> files{{"a.py", "x = 1\nz = 0\n"}, {"b.py", "y = 1\nz = 0\n"}};
  EditPolicy policy;
  policy.allowed = {"a.py", "b.py"};
  auto named = patch("b.py\n" + block("z = 0\n", "z = 1\n"), files, policy);
  REQUIRE(named);
  CHECK(named->files.at(0).path == "b.py");
  auto found = patch(block("y = 1\n", "y = 2\n"), files, policy);
  REQUIRE(found);
  CHECK(found->files.at(0).text == "y = 2\nz = 0\n");
  CHECK(found->tags == std::vector<std::string>{"path"});
  auto unclear = patch(block("z = 0\n", "z = 1\n"), files, policy);
  REQUIRE_FALSE(unclear);
  CHECK(unclear.error().code == RejectCode::path);
  auto inherited = patch("a.py\n" + block("x = 1\n", "x = 2\n") + block("z = 0\n", "z = 1\n"), files, policy);
  REQUIRE(inherited);
  REQUIRE(inherited->files.size() == 1);
  CHECK(inherited->files[0].text == "x = 2\nz = 1\n");
}

TEST_CASE("the intent is the first line of prose", "[edit]") {
  EditPolicy policy;
  policy.allowed = {"a.py"};
  const std::vector<SourceFile> files{{"a.py", py}};
  CHECK(patch("**Intent:** triple it\n\nmore\n" + block(y2, y3), files, policy)->intent == "triple it");
  CHECK(patch("<think>x</think>\n# Triple it.\n" + block(y2, y3), files, policy)->intent == "Triple it.");
  CHECK(patch("Sure! Here it is.\n\n- **Intent**: triple it\n" + block(y2, y3), files, policy)->intent == "triple it");
  CHECK(patch(block(y2, y3), files, policy)->intent.empty());
  CHECK(find_intent("Apologies. Here it is again.\n\n" + block(y2, y3)) == "Apologies. Here it is again.");
  CHECK(find_intent("Apologies. Here it is again.\n\n" + block(y2, y3), true).empty());
  CHECK(find_intent("Apologies.\n```json\n{\n  \"intent\": \"triple it\",\n  \"edits\": []\n}\n```\n", true) ==
        "triple it");
  CHECK(patch("***Intent (one line):*** triple it\n\n" + block(y2, y3), files, policy)->intent == "triple it");
  CHECK(patch("**Intent** \xE2\x80\x94 triple it\n\n" + block(y2, y3), files, policy)->intent == "triple it");
  CHECK(patch("<answer>\nIntent: triple it\n" + block(y2, y3) + "</answer>\n", files, policy)->intent == "triple it");
  CHECK(patch("<intent>triple it</intent>\n" + block(y2, y3), files, policy)->intent == "triple it");
  for (const std::string name : {"intent", "idea"}) {
    const auto told = patch("{\"" + name + R"(": "triple it", "path": "a.py", "old_str": "x * 2", "new_str": "x * 3"})",
                            files, policy);
    REQUIRE(told);
    CHECK(told->intent == "triple it");
    CHECK(told->format == EditFormat::tool_call);
  }
}
