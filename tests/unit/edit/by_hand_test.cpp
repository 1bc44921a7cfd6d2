// Replies as models write them, one a file in by_hand/: what they are about, the reply, and the text or the refusal
// that must come of it. A code may be the beginning of one: `E_` is any refusal. Nothing may ever be applied wrong.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "hone/core/base/text.hpp"
#include "hone/core/edit/edit.hpp"

using namespace hone;

namespace {

const std::filesystem::path folder = std::filesystem::path(HONE_SOURCE_DIR) / "tests/unit/edit/by_hand";

std::string load(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct HandCase {
  std::vector<SourceFile> files;
  std::string reply, code;
  std::map<std::string, std::string> want;
};

HandCase read_case(const std::filesystem::path& path) {
  HandCase result;
  std::string* text = nullptr;
  const std::string all = load(path);
  for (const auto line : lines(all)) {
    if (!line.starts_with("#### ")) {
      REQUIRE(text != nullptr);
      text->append(line).append("\n");
      continue;
    }
    const std::string_view rest = line.substr(5);
    const auto equals = rest.find(" = ");
    const std::string same = equals == std::string_view::npos ? "" : load(folder / rest.substr(equals + 3));
    const std::string_view head = rest.substr(0, equals);
    if (head == "no newline") {
      text->pop_back();
    } else if (head == "reply") {
      text = &result.reply;
    } else if (head.starts_with("file ")) {
      result.files.push_back({std::string(head.substr(5)), same});
      text = &result.files.back().text;
    } else if (head.starts_with("want E_")) {
      result.code = head.substr(5);
    } else {
      REQUIRE(head.starts_with("want "));
      text = &(result.want[std::string(head.substr(5))] = same);
    }
  }
  return result;
}

}  // namespace

TEST_CASE("replies as models write them are applied right or refused with a reason", "[edit]") {
  int seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".case") continue;
    INFO(entry.path().filename().string());
    const HandCase each = read_case(entry.path());
    ++seen;
    EditPolicy policy;
    for (const SourceFile& file : each.files) policy.allowed.push_back(file.path);
    policy.root = "/repo";
    const auto patched = patch(each.reply, each.files, policy);
    if (!each.code.empty()) {
      if (patched) FAIL_CHECK("accepted, giving:\n" << patched->files.at(0).text);
      if (!patched) CHECK(std::string(render_code(patched.error().code)).starts_with(each.code));
      continue;
    }
    if (!patched) {
      FAIL_CHECK("refused: " << patched.error().message);
      continue;
    }
    std::map<std::string, std::string> got;
    for (const SourceFile& file : patched->files) got[file.path] = file.text;
    CHECK(got.size() == each.want.size());
    for (const auto& [path, text] : each.want) CHECK(got[path] == text);
  }
  CHECK(seen > 100);
}
