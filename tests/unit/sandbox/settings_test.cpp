#include "hone/core/sandbox/settings.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "hone/core/sandbox/profile.hpp"

using namespace hone;

TEST_CASE("the settings of the sandbox are read, and what it does not know is refused", "[sandbox]") {
  const auto settings = parse_sandbox({{"sandbox.read", "/opt/conda:/opt/cuda"},
                                       {"sandbox.writable", "results/"},
                                       {"sandbox.disk", "2G"},
                                       {"sandbox.gpu", "true"},
                                       {"openai.effort", "high"}});
  REQUIRE(settings);
  CHECK(settings->read == std::vector<std::string>{"/opt/conda", "/opt/cuda"});
  CHECK(settings->writable == std::vector<std::string>{"results"});
  CHECK(settings->disk == Bytes{2LL << 30});
  CHECK(settings->gpu);
  for (const auto& [name, value] :
       std::initializer_list<std::pair<const char*, const char*>>{{"sandbox.network", "on"},
                                                                  {"sandbox.read", "relative"},
                                                                  {"sandbox.read", "/"},
                                                                  {"sandbox.writable", "../up"},
                                                                  {"sandbox.writable", "/abs"},
                                                                  {"sandbox.holdout", "a/.git"},
                                                                  {"sandbox.disk", "much"},
                                                                  {"sandbox.disk", "-1"}}) {
    INFO(name << "=" << value);
    const auto refused = parse_sandbox({{name, value}});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().reaction == Reaction::fix_input);
  }
}

TEST_CASE("champion and candidate are mounted alike: only the folder outside differs", "[sandbox]") {
  sandbox::Host host;
  host.paths = {"/usr"};
  sandbox::View view;
  view.entries = {{"a", ""}, {"link", "a"}};
  view.folder = "/host/w00";
  auto champion = sandbox::render_arguments(host, {}, view);
  view.folder = "/host/w01";
  const auto candidate = sandbox::render_arguments(host, {}, view);
  REQUIRE(champion.size() == candidate.size());
  for (std::string& word : champion) {
    if (const auto at = word.find("/host/w00"); at != std::string::npos) word.replace(at, 9, "/host/w01");
  }
  CHECK(champion == candidate);
}

TEST_CASE("the profile always drops what it must, and closes the root at the end", "[sandbox]") {
  const auto words = sandbox::render_arguments({}, {}, {});
  const auto has = [&](std::string_view word) { return std::find(words.begin(), words.end(), word) != words.end(); };
  for (const char* word : {"--unshare-user", "--unshare-all", "--disable-userns", "--die-with-parent", "--new-session",
                           "--cap-drop", "--proc", "--dev"}) {
    INFO(word);
    CHECK(has(word));
  }
  CHECK_FALSE(has("--share-net"));
  REQUIRE(words.size() > 4);
  CHECK(std::vector<std::string>(words.end() - 4, words.end()) ==
        std::vector<std::string>{"--remount-ro", "/", "--chdir", "/w"});
}
