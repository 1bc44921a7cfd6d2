#include "hone/core/edit/screen.hpp"

#include <catch2/catch.hpp>

#include "hone/core/base/text.hpp"

using namespace hone;

namespace {

std::string key_of(const std::string& path, const std::string& before, const std::string& after) {
  return patch_key({{path, before}}, {{path, after}});
}

bool seeds(const std::string& before, const std::string& after) {
  return seed_only({{"a.py", before}}, {{"a.py", after}});
}

}  // namespace

TEST_CASE("the same change in other white space or with other comments has the same key", "[screen]") {
  const std::string c = "int f() {\n  int x = 1;\n  return x;\n}\n";
  const std::string key = key_of("a.c", c, "int f() {\n  int x = 2;\n  return x;\n}\n");
  CHECK_FALSE(key.empty());
  CHECK(key == key_of("a.c", c, "int f() {\n\n  // two is better\n  int   x=2;   // why\n  return x;\n}\n"));
  CHECK(key == key_of("a.c", "#include <x>\n\n" + c, "#include <x>\n\nint f() {\n  int x = 2;\n  return x;\n}\n"));
  CHECK(key != key_of("a.c", c, "int f() {\n  int x = 3;\n  return x;\n}\n"));
  CHECK(key != key_of("b.c", c, "int f() {\n  int x = 2;\n  return x;\n}\n"));
  CHECK(key_of("a.c", c, "int f() {\n  /* note\n     more */\n  int x = 1;\n  return x;\n}\n").empty());
  CHECK(key_of("a.c", c, c).empty());
}

TEST_CASE("what stands behind a comment, or in a text that looks like one, is code", "[screen]") {
  CHECK_FALSE(key_of("a.c", "/* a */ x = 1; /* b */\n", "/* a */ x = 2; /* b */\n").empty());
  CHECK_FALSE(key_of("a.c", "/*\n*/ x = 1;\n", "/*\n*/ x = 2;\n").empty());
  CHECK_FALSE(key_of("a.py", "x = \"\"\"\n# \"\"\"; y = 1\n", "x = \"\"\"\n# \"\"\"; y = 2\n").empty());
  CHECK_FALSE(key_of("a.js", "x = `\n// `; y = 1\n", "x = `\n// `; y = 2\n").empty());
  CHECK(key_of("a.c", "/* a */\nx = 1;\n/* b\n   c */\n", "x = 1;\n").empty());
}

TEST_CASE("a seed under another name or in another place is still one", "[screen]") {
  const std::string before = "import random\nseed = 3\nr = random.Random(seed)\nprint(r.random())\n";
  CHECK(seeds(before, "import random\nstart = 1\nr = random.Random(start)\nprint(r.random())\n"));
  CHECK(seeds(before, "import random\nseed = 3\nr = random.Random(1)\nprint(r.random())\n"));
  CHECK(seeds(before, "import random\nseed = 1\nunused = None\nr = random.Random(seed)\nprint(r.random())\n"));
  CHECK_FALSE(seeds(before, "import random\nseed = 1\nrate = 2\nr = random.Random(seed)\nprint(rate * r.random())\n"));
  CHECK_FALSE(seeds(before, "import random\nseed = 3\nr = random.Random(seed)\nprint(2)\n"));
  CHECK_FALSE(seeds(before, "import random\nr = random.Random(seed())\nprint(r.random())\n"));
}

TEST_CASE("what is a comment in one language is code in another", "[screen]") {
  CHECK_FALSE(key_of("a.pl", "my $x = $y // 1;\n", "my $x = $y // 2;\n").empty());
  CHECK_FALSE(key_of("a.f90", "s = a // b\n", "s = a // c\n").empty());
  CHECK(key_of("a.rs", "let x = 1; // one\n", "let x = 1; // the first\n").empty());
}

TEST_CASE("a change of nothing but a seed is one in every language and spelling", "[screen]") {
  const std::pair<const char*, const char*> changes[] = {
      {"seed = 42", "seed = 137"},
      {"SEED: int = 42  # the answer", "SEED: int = 0x1F  # luckier"},
      {"torch.manual_seed(1337)", "torch.manual_seed(1338)"},
      {"rng = np.random.default_rng(0)", "rng = np.random.default_rng(12345)"},
      {"r = random.Random(7)", "r = random.Random(8)"},
      {"RandomForest(n_jobs=1, random_state=0)", "RandomForest(n_jobs=1, random_state=3)"},
      {"key = jax.random.PRNGKey(0)", "key = jax.random.PRNGKey(0 + 5)"},
      {"srand(42);", "srand(43);"},
      {"std::mt19937 gen(42);", "std::mt19937 gen(7);"},
      {"let mut rng = StdRng::seed_from_u64(42);", "let mut rng = StdRng::seed_from_u64(1_000);"},
      {"r := rand.New(rand.NewSource(1))", "r := rand.New(rand.NewSource(99))"},
      {"Random r = new Random(42L);", "Random r = new Random(43L);"},
      {"set.seed(1)", "set.seed(2)"},
      {"const seed = 'abc';", "const seed = \"lucky\";"},
      {"seed = None", "seed = 11"},
      {"seeds = [1, 2, 3]", "seeds = [7, 8, 9, 10]"},
      {"seed = 41", "seed = -40 + 1"}};
  for (const auto& [before, after] : changes) {
    INFO(before << " -> " << after);
    const std::string head = "def f(x):\n  return x * 2\n", tail = "\nprint(f(1))\n";
    CHECK(seeds(head + before + tail, head + after + tail));
  }
}

TEST_CASE("a change beside the seed, or of what only looks like one, is a change", "[screen]") {
  const std::pair<const char*, const char*> changes[] = {{"seed = 42\nrate = 1", "seed = 43\nrate = 2"},
                                                         {"seed = 42", "seed = 42\nrate = 2"},
                                                         {"x = random.random() * 5", "x = random.random() * 6"},
                                                         {"np.random.seed(seed)\nfor i in r:", "for i in r:"},
                                                         {"for s in seeds: run(s, depth)", "for s in seeds: run(s)"},
                                                         {"rate = 1", "rate = 2"}};
  for (const auto& [before, after] : changes) {
    INFO(before << " -> " << after);
    CHECK_FALSE(seeds(before, after));
  }
}

TEST_CASE("spaces in a text are part of the change", "[screen]") {
  CHECK_FALSE(key_of("a.py", "s = 'a,b'\n", "s = 'a, b'\n").empty());
  CHECK(key_of("a.py", "s = f(a,b)\n", "s = f(a, b)\n").empty());
}

TEST_CASE("the same line changed at two places gives two keys", "[screen]") {
  const std::string c = "a();\nx = 1;\nb();\nx = 1;\nc();\n";
  CHECK(key_of("a.c", c, "a();\nx = 2;\nb();\nx = 1;\nc();\n") !=
        key_of("a.c", c, "a();\nx = 1;\nb();\nx = 2;\nc();\n"));
}

TEST_CASE("indentation is part of the change where it has a meaning", "[screen]") {
  const std::string py = "for x in y:\n    f(x)\n    g(x)\n";
  CHECK_FALSE(key_of("a.py", py, "for x in y:\n    f(x)\ng(x)\n").empty());
  CHECK(key_of("a.c", py, "for x in y:\n    f(x)\ng(x)\n").empty());
  CHECK_FALSE(key_of("a.go", "func f() {}\n", "//go:noinline\nfunc f() {}\n").empty());
}

TEST_CASE("taking a change back has the key of the win", "[screen]") {
  const std::vector<SourceFile> before{{"a.c", "x = 1;\n"}}, after{{"a.c", "x = 2;\n"}};
  CHECK(revert_key(after, before) == win_key(before, after));
  CHECK(revert_key(before, after) != win_key(before, after));
  CHECK(same_bytes(before, before));
  CHECK_FALSE(same_bytes(before, after));
}

TEST_CASE("a change of nothing but a seed is seen", "[screen]") {
  CHECK(seeds("seed = 42\nx = 1\n", "seed = 137\nx = 1\n"));
  CHECK(seeds("torch.manual_seed(0)\n", "torch.manual_seed(0x1F)  # lucky\n"));
  CHECK(seeds("rng = np.random.RandomState(1)\n", "rng = np.random.RandomState(7)\n"));
  CHECK_FALSE(seeds("seed = 42\nx = 1\n", "seed = 137\nx = 2\n"));
  CHECK_FALSE(seeds("lr = 0.1\n", "lr = 0.2\n"));
  CHECK_FALSE(seeds("seed = 42\n", "seed = os.urandom(8)\n"));
  CHECK_FALSE(seeds("seed = 42\n", "seed = 42\nseed2 = 1\n"));
  CHECK_FALSE(seeds("x = 1\n", "x = 1\n"));
}

TEST_CASE("keys and tokens are found by shape, words of code are not", "[screen]") {
  const auto rule = [](std::string_view text) {
    const auto found = find_secret(text);
    return found ? found->rule : std::string();
  };
  CHECK(rule("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n") == "private key");
  CHECK(rule("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl") == "private key");
  CHECK(rule("x = 'sk-ant-api03-Zx91kLmQ02pRt7vWy4Bn8sDf'") == "Anthropic key");
  CHECK(rule("sk-proj-Zx91kLmQ02pRt7vWy4Bn8sDf") == "OpenAI key");
  CHECK(rule("AKIAIOSFODNN7EXAMPLE") == "AWS access key");
  CHECK(rule("AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY") == "Google API key");
  CHECK(rule("hf_aBcD1234eFgH5678iJkL9012mNoP34") == "Hugging Face token");
  CHECK(rule("db_password = \"q8Zt1LpX04vRn7Kd92Wm\"") == "secret in an assignment");
  CHECK(rule("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") ==
        "JSON web token");
  CHECK(rule("-----BEGIN CERTIFICATE-----\nMIIE\n").empty());
  CHECK(rule("sk-learn-is-a-library-and-this-is-a-long-name").empty());
  CHECK(rule("password = read_password_from_the_terminal(prompt)").empty());
  CHECK(rule("ghp_ is a prefix; task-1234567890-1234567890-1234567890-abc").empty());
  CHECK(rule("token_count = 12345678901234567890123").empty());
  CHECK(find_secret("a\nb\nghp_x8Kd02LmQ91zPq7RtY5uW3vN6bJc4hG1sAfe")->line == 3);
  CHECK(mask_secrets("a ghp_x8Kd02LmQ91zPq7RtY5uW3vN6bJc4hG1sAfe b\nghp_x8Kd02LmQ91zPq7RtY5uW3vN6bJc4hG1sAff\n") ==
        "a [secret: GitHub token] b\n[secret: GitHub token]\n");
}

TEST_CASE("characters that nobody sees are found", "[screen]") {
  CHECK(find_hidden("a \xE2\x80\xAE b"));
  CHECK(find_hidden("a \xE2\x81\xA6 b")->rule == "bidirectional control U+2066");
  CHECK(find_hidden("a\x07"));
  CHECK(find_hidden(std::string_view("a\0b", 3)));
  CHECK(find_hidden("a\xE2\x80\x8B"
                    "b")
            ->rule == "invisible character U+200B");
  CHECK(find_hidden("x\ny\xF3\xA0\x81\x81")->line == 2);
  CHECK_FALSE(find_hidden(
      "tab\t, line\r\n, caf\xC3\xA9, \xE2\x80\x9Cquotes\xE2\x80\x9D, \xE6\xBC\xA2\xE5\xAD\x97, \xF0\x9F\x98\x80"));
  CHECK_FALSE(find_hidden("\xE9t\xE9"));
}

TEST_CASE("a win that is taken back is known by its lines, and by either neighbour, whatever changed beside it",
          "[screen]") {
  struct Row {
    std::string name, start, won, now, then;  // the keep: start -> won; later: now -> then
    bool back;
  };
  const std::vector<Row> rows{
      {"as it was", "a = 1;\nb = 2;\nc = 3;\n", "a = 1;\nb = 9;\nc = 3;\n", "a = 1;\nb = 9;\nc = 3;\n",
       "a = 1;\nb = 2;\nc = 3;\n", true},
      {"a neighbour changed", "a = 1;\nb = 2;\nc = 3;\n", "a = 1;\nb = 9;\nc = 3;\n", "a = 7;\nb = 9;\nc = 3;\n",
       "a = 7;\nb = 2;\nc = 3;\n", true},
      {"both neighbours changed", "a = 1;\nb = 2;\nc = 3;\n", "a = 1;\nb = 9;\nc = 3;\n", "a = 7;\nb = 9;\nc = 8;\n",
       "a = 7;\nb = 2;\nc = 8;\n", true},
      {"in other words", "a = 1;\nb = 2;\nc = 3;\n", "a = 1;\nb = 9;\nc = 3;\n", "a = 7;\nb = 9;\nc = 8;\n",
       "a = 7;\n// smaller\n\nb=2;\nc = 8;\n", true},
      {"a third value", "a = 1;\nb = 2;\nc = 3;\n", "a = 1;\nb = 9;\nc = 3;\n", "a = 1;\nb = 9;\nc = 3;\n",
       "a = 1;\nb = 5;\nc = 3;\n", false},
      {"with something new beside it", "a = 1;\nb = 2;\nc = 3;\n", "a = 1;\nb = 9;\nc = 3;\n",
       "a = 1;\nb = 9;\nc = 3;\n", "a = 1;\nb = 2;\nc = 4;\n", false},
      {"half of it", "a = 1;\nb = 2;\nc = 3;\nd = 4;\n", "a = 5;\nb = 2;\nc = 3;\nd = 6;\n",
       "a = 5;\nb = 2;\nc = 3;\nd = 6;\n", "a = 1;\nb = 2;\nc = 3;\nd = 6;\n", false},
      {"an inserted line goes", "a();\nc();\n", "a();\nb();\nc();\n", "x();\nb();\ny();\n", "x();\ny();\n", true},
      {"another line like it goes", "a();\nb();\nc();\nd();\n", "a();\nb();\nc();\nb();\nd();\n",
       "a();\nb();\nc();\nb();\nd();\n", "a();\nc();\nb();\nd();\n", false},
      {"the line itself, of two", "a();\nb();\nc();\nd();\n", "a();\nb();\nc();\nb();\nd();\n",
       "x();\nb();\nc();\nb();\nd();\n", "x();\nb();\nc();\nd();\n", true},
      {"a deleted line comes back", "a();\nb();\nc();\n", "a();\nc();\n", "a();\nz();\n", "a();\nb();\nz();\n", true},
      {"it comes somewhere else", "a();\nb();\nc();\nd();\ne();\n", "a();\nc();\nd();\ne();\n",
       "a();\nc();\nd();\ne();\n", "a();\nc();\nd();\nb();\ne();\n", false}};
  const auto common = [](const std::string& one, const std::string& other) {
    for (const auto word : split(one, ' ')) {
      if (!word.empty() && other.find(word) != std::string::npos) return true;
    }
    return false;
  };
  for (const Row& row : rows) {
    INFO(row.name);
    const std::string won = win_key({{"a.c", row.start}}, {{"a.c", row.won}});
    CHECK(common(won, revert_key({{"a.c", row.now}}, {{"a.c", row.then}})) == row.back);
    CHECK_FALSE(common(won, revert_key({{"b.c", row.now}}, {{"b.c", row.then}})));
  }
  CHECK(win_key({{"a.c", "x;\n"}}, {{"a.c", "x;  // why\n"}}).empty());
}
