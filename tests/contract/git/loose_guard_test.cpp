// A power cut, or a disk that lies, leaves objects cut off, empty or full of zeros. libgit2 1.5 reads the first for
// ever.
#include <sys/stat.h>

#include <fstream>

#include "support.hpp"

namespace hone::git {

namespace {

std::string object_file(const Night& night, const std::string& id) {
  return night.place.common_folder + "/objects/" + id.substr(0, 2) + "/" + id.substr(2);
}

void spoil(const std::string& path, const std::string& content) {
  ::chmod(path.c_str(), 0644);
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

std::vector<std::string> ways_to_spoil(const std::string& whole) {
  return {"", whole.substr(0, whole.size() / 2), whole.substr(0, 4), std::string(whole.size(), '\0')};
}

}  // namespace

TEST_CASE("a damaged object is an error with its name, and stored again when its content comes again", "[git]") {
  const GitFixture fixture;
  fixture.write("deep/knobs.txt", "a = 1\n");
  fixture.commit("start");
  Night night(fixture, "deep/knobs.txt");
  const TreeId tree = night.with("deep/knobs.txt", "a = 2\n");
  const std::string blob = fixture.git_word("rev-parse " + tree.value + ":deep/knobs.txt");
  const std::string folder = fixture.git_word("rev-parse " + tree.value + ":deep");
  for (const std::string& id : {blob, folder, tree.value}) {
    const std::string path = object_file(night, id);
    const std::string whole = slurp(path);
    for (const std::string& rest : ways_to_spoil(whole)) {
      INFO(id << " cut to " << rest.size() << " of " << whole.size());
      spoil(path, rest);
      night.reopen();  // what an earlier handle has read it still knows
      CHECK(refusal(night.repo->load(tree, {"deep/knobs.txt"})).message.find(id.substr(2)) != std::string::npos);
      CHECK(night.with("deep/knobs.txt", "a = 2\n") == tree);
      CHECK(slurp(path).size() == whole.size());
      CHECK(must(night.repo->load(tree, {"deep/knobs.txt"})).at(0).text == "a = 2\n");
    }
  }
}

TEST_CASE("a commit that was damaged before its branch moved is made again", "[git]") {
  const GitFixture fixture;
  fixture.write("knobs.txt", "a = 1\n");
  fixture.commit("start");
  Night night(fixture, "knobs.txt");
  const CommitDraft draft = night.draft(night.with("knobs.txt", "a = 2\n"), night.base.commit);
  const CommitId commit = must(night.repo->advance(accept(draft)));
  const std::string path = object_file(night, commit.value);
  const std::string whole = slurp(path);
  for (const std::string& rest : ways_to_spoil(whole)) {
    spoil(path, rest);
    night.reopen();
    CHECK(must(night.repo->advance(accept(draft))) == commit);
    CHECK(slurp(path).size() == whole.size());
  }
}

TEST_CASE("a damaged object that a pack holds, too, is read from there", "[git]") {
  const GitFixture fixture;
  fixture.write("knobs.txt", "a = 1\n");
  fixture.commit("start");
  Night night(fixture, "knobs.txt");
  const std::string blob = fixture.git_word("rev-parse HEAD:knobs.txt");
  fixture.git("repack -a -q");
  spoil(object_file(night, blob), "");
  night.reopen();
  CHECK(must(night.repo->load(night.base.tree, {"knobs.txt"})).at(0).text == "a = 1\n");
}

}  // namespace hone::git
