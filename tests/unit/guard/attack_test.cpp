#include "hone/core/guard/attack.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "hone/core/codec/redteam.hpp"

using namespace hone;

TEST_CASE("every attack of the corpus has a name of its own, a summary, and a lesson for those it gets through to",
          "[redteam]") {
  std::set<std::string> names;
  for (const Attack& attack : builtin_attacks({"/camp", "/repository", "abc123", 7, 4711})) {
    INFO(attack.name);
    CHECK(names.insert(attack.name).second);
    CHECK_FALSE(attack.summary.empty());
    CHECK_FALSE(lesson_of(attack.kind).means.empty());
    CHECK_FALSE(lesson_of(attack.kind).remedy.empty());
    for (const char* mark : {"@CAMP@", "@REPOSITORY@", "@ID@", "@NUMBER@", "@PORT@", "@MEGABYTES@", "@RLO@"}) {
      CHECK(attack.reply.find(mark) == std::string::npos);
    }
    // What can be left on the machine carries the mark of this red team.
    if (attack.kind == "cache between runs" && attack.reply.find("hone-redteam-") != std::string::npos) {
      CHECK(attack.reply.find("hone-redteam-abc123") != std::string::npos);
    }
  }
  CHECK(names.size() >= 110);
}

TEST_CASE("an attack that got through says in JSON what that means and how to close it", "[redteam]") {
  RedteamLine line{"cache-tmp", "cache between runs", "a \"cache\"", "left it", Defence::missed, Outcome::kept, true};
  const std::string missed = render_redteam_json(line);
  CHECK(missed.find("\"remedy\":\"use --sandbox auto") != std::string::npos);
  CHECK(missed.find("a \\\"cache\\\"") != std::string::npos);
  line.defence = Defence::stopped;
  CHECK(render_redteam_json(line).find("remedy") == std::string::npos);
}

TEST_CASE("every target of a project is attacked, and what concerns no target only once", "[redteam]") {
  const std::vector<Attack> corpus = builtin_attacks({"/camp", "/repository", "abc123", 7, 4711});
  const auto names_of = [](const std::vector<Attack>& attacks) {
    std::set<std::string> names;
    for (const Attack& attack : attacks) names.insert(attack.name);
    return names;
  };
  const auto first = names_of(fit_attacks(corpus, {"a.c", "int a;\n", "judge.c"}));
  const auto second = fit_attacks(corpus, {"sub/b.py", "b = 1\n", "judge.c"}, false);
  CHECK(first.contains("edit-judge"));
  CHECK(first.contains("c-read-secret"));
  CHECK(first.contains("new-json-py"));
  const auto rest = names_of(second);
  CHECK_FALSE(rest.contains("edit-judge"));
  CHECK_FALSE(rest.contains("new-json-py"));
  CHECK_FALSE(rest.contains("metric-locale"));  // speaks of the toy's metric
  CHECK(rest.contains("read-outside"));
  CHECK(rest.contains("mode-change"));
  for (const Attack& attack : second) {
    CHECK(attack.target == "sub/b.py");
    CHECK(attack.reply.find("sub/b.py") != std::string::npos);
  }
}
