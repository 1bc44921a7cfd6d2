// apply(diff(a, b), a) == b for random texts in every format and line-end style; a refused edit changes nothing.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "hone/core/base/random.hpp"
#include "hone/core/edit/edit.hpp"
#include "unit/edit/random_texts.hpp"

using namespace hone;
using namespace hone::cases;

namespace {

EditPolicy policy_for(bool exact) {
  EditPolicy policy;
  policy.allowed = {"t.txt"};
  policy.exact_only = exact;
  return policy;
}

void check_round_trip(const Pair& pair, const std::string& reply, const char* format) {
  const auto patched = patch(reply, {{"t.txt", pair.before}}, policy_for(false));
  INFO(format << " seed " << pair.seed << "\nbefore:\n" << pair.before << "\nreply:\n" << reply);
  if (!patched) FAIL("refused: " << patched.error().message);
  REQUIRE(patched->files.size() == 1);
  REQUIRE(patched->files[0].text == pair.after);
}

}  // namespace

TEST_CASE("search/replace of random changes gives the changed text in every line-end style", "[edit]") {
  for (std::uint64_t seed = 1; seed <= 600; ++seed) {
    const Pair pair = random_pair(seed, {});
    check_round_trip(pair, as_search_replace(pair), "search/replace");
  }
}

TEST_CASE("a unified diff of random changes gives the changed text in every line-end style", "[edit]") {
  for (std::uint64_t seed = 1; seed <= 600; ++seed) {
    RandomTexts texts;
    texts.final_newline_changes = true;
    texts.few_lines = seed % 2 == 0;  // many equal lines: only the line numbers tell the places apart
    const Pair pair = random_pair(seed, texts);
    check_round_trip(pair, as_unified_diff(pair), "unified diff");
  }
}

TEST_CASE("a V4A patch of random changes gives the changed text in every line-end style", "[edit]") {
  for (std::uint64_t seed = 1; seed <= 600; ++seed) {
    const Pair pair = random_pair(seed, {});
    check_round_trip(pair, as_v4a(pair), "V4A");
  }
}

TEST_CASE("a whole new file gives the changed text in every line-end style", "[edit]") {
  for (std::uint64_t seed = 1; seed <= 600; ++seed) {
    RandomTexts texts;
    texts.same_ends = true;  // a fence cannot say what ends a new line
    const Pair pair = random_pair(seed, texts);
    check_round_trip(pair, "t.txt\n~~~~~~\n" + lf(pair.after) + "~~~~~~\n", "whole file");
  }
}

TEST_CASE("str_replace calls of random changes give the changed text in every line-end style", "[edit]") {
  for (std::uint64_t seed = 1; seed <= 600; ++seed) {
    const Pair pair = random_pair(seed, {});
    check_round_trip(pair, as_tool_calls(pair), "tool calls");
  }
}

TEST_CASE("any bytes as a reply are accepted or refused, and refusals are told", "[edit]") {
  Random random(99);
  int accepted = 0;
  for (std::uint64_t seed = 1; seed <= 1500; ++seed) {
    const Pair pair = random_pair(seed % 60 + 1, {});
    std::string reply = seed % 4 == 0   ? as_search_replace(pair)
                        : seed % 4 == 1 ? as_unified_diff(pair)
                        : seed % 4 == 2 ? as_v4a(pair)
                                        : as_tool_calls(pair);
    for (std::uint64_t i = random.below(4) + 1; i > 0 && !reply.empty(); --i) {
      const std::size_t at = random.below(reply.size());
      switch (random.below(4)) {
        case 0:
          reply[at] = static_cast<char>(random.below(256));
          break;
        case 1:
          reply.erase(at, random.below(40));
          break;
        case 2:
          reply.insert(at, reply.substr(random.below(reply.size()), random.below(60)));
          break;
        default:
          reply.resize(at);
          break;
      }
    }
    const std::vector<SourceFile> files{{"t.txt", pair.before}};
    const auto patched = patch(reply, files, policy_for(seed % 2 == 0));
    REQUIRE(files[0].text == pair.before);
    if (patched) {
      ++accepted;
      REQUIRE(patched->files.size() == 1);
      REQUIRE(patched->files[0].text != pair.before);
    } else {
      REQUIRE(patched.error().message.starts_with(render_code(patched.error().code)));
    }
  }
  CHECK(accepted > 50);
}

TEST_CASE("two megabytes of tags, values or fences that lead nowhere are refused without a search for each of them",
          "[edit]") {
  const std::vector<SourceFile> files{{"a.py", "x = 1\n"}};
  EditPolicy policy;
  policy.allowed = {"a.py"};
  for (const std::string piece : {"<path>\n", "<edit>\n<old>\n", "{\"old_str\":1}", "[TOOL_CALLS]{\"old_str\":1}",
                                  "```\nx = 2\n```\n", "><old>", "<parameter=old>\n", "<arg_key>\n"}) {
    std::string reply;
    while (reply.size() + piece.size() < max_reply_bytes) reply += piece;
    INFO(piece);
    CHECK_FALSE(patch(reply, files, policy));
  }
}

TEST_CASE("exact_only accepts what is exact and leaves the rest", "[edit]") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const Pair pair = random_pair(seed, {});
    const auto patched = patch(as_search_replace(pair), {{"t.txt", pair.before}}, policy_for(true));
    REQUIRE(patched);
    REQUIRE(patched->tags.empty());
    REQUIRE(patched->files[0].text == pair.after);
  }
}
