#include "support.hpp"

namespace hone::git {

namespace {

void make_plain(const GitFixture& fixture) {
  fixture.write("train.py", "steps = 10\n");
  fixture.write("judge.sh", "#!/bin/sh\necho 1\n");
  fixture.write("lib/deep/mod.py", "x = 1\n");
  shell("chmod +x " + shell_quote(fixture.folder() + "/judge.sh"));
  fixture.commit("start");
}

}  // namespace

TEST_CASE("a candidate is a tree with only the target replaced", "[git]") {
  GitFixture fixture;
  make_plain(fixture);
  Night night(fixture, "train.py");
  CHECK(night.base.commit.value == fixture.git_word("rev-parse HEAD"));
  CHECK(night.base.head == "main");

  const auto change = must(night.repo->replace(night.base.tree, {{"train.py", "steps = 9\nfast = 1\n"}}));
  CHECK(change.paths == std::vector<std::string>{"train.py"});
  CHECK(change.lines_added == 2);
  CHECK(change.lines_removed == 1);
  CHECK(fixture.git("diff --name-status " + night.base.tree.value + " " + change.tree.value) == "M\ttrain.py\n");
  CHECK(must(night.repo->load(change.tree, {"train.py"}))[0].text == "steps = 9\nfast = 1\n");

  const std::string diff = must(night.repo->diff(night.base.tree, change.tree, 10000));
  CHECK(diff == fixture.git("diff " + night.base.tree.value + " " + change.tree.value));
  const std::string cut = must(night.repo->diff(night.base.tree, change.tree, 100));
  CHECK(cut.size() <= 100);
  CHECK(cut.ends_with("[diff cut here]\n"));
}

TEST_CASE("an edit that changes nothing is the same tree", "[git]") {
  GitFixture fixture;
  make_plain(fixture);
  Night night(fixture, "train.py");
  const auto change = must(night.repo->replace(night.base.tree, {{"train.py", "steps = 10\n"}}));
  CHECK(change.tree == night.base.tree);
  CHECK(change.paths.empty());
}

TEST_CASE("a path that the base does not have is refused", "[git]") {
  GitFixture fixture;
  make_plain(fixture);
  Night night(fixture, "train.py");
  for (const char* path : {"new.py", "../x", "/etc/passwd", ".git/config", "lib", ""}) {
    CHECK(refusal(night.repo->replace(night.base.tree, {{path, "x"}})).reaction == Reaction::fix_input);
  }
}

TEST_CASE("checkout puts exactly the tree into the workspace and only touches what differs", "[git]") {
  GitFixture fixture;
  make_plain(fixture);
  Night night(fixture, "train.py");
  const WorkspaceId w{0};
  must(night.repo->checkout(w, night.base.tree));
  const std::string folder = night.repo->folder(w);
  CHECK(folder == fixture.beside("slots") + "/w00");
  CHECK(slurp(folder + "/train.py") == "steps = 10\n");
  CHECK(::access((folder + "/judge.sh").c_str(), X_OK) == 0);
  CHECK(fixture.git("status --porcelain", folder).empty());
  CHECK(fixture.git("ls-files", folder) == "judge.sh\nlib/deep/mod.py\ntrain.py\n");

  struct stat before {
  }, after{};
  ::stat((folder + "/lib/deep/mod.py").c_str(), &before);
  const TreeId candidate = night.with("train.py", "steps = 3\n");
  must(night.repo->checkout(w, candidate));
  must(night.repo->checkout(w, candidate));
  ::stat((folder + "/lib/deep/mod.py").c_str(), &after);
  CHECK(before.st_ino == after.st_ino);
  CHECK(before.st_mtim.tv_nsec == after.st_mtim.tv_nsec);
  CHECK(slurp(folder + "/train.py") == "steps = 3\n");
  CHECK(fixture.git("status --porcelain", folder) == " M train.py\n");
  CHECK(fixture.git("worktree list --porcelain").find("locked hone is running owl") != std::string::npos);

  must(night.repo->remove_all());
  CHECK_FALSE(std::filesystem::exists(fixture.beside("slots")));
  CHECK_FALSE(std::filesystem::exists(fixture.folder() + "/.git/worktrees"));
  CHECK(fixture.git("worktree list --porcelain").find("owl") == std::string::npos);
}

TEST_CASE("an accepted commit is what was measured, and making it again gives the same id", "[git]") {
  GitFixture fixture;
  make_plain(fixture);
  Night night(fixture, "train.py");
  const TreeId tree = night.with("train.py", "steps = 3\n");
  const auto draft = night.draft(tree, night.base.commit);
  const CommitId first = must(night.repo->advance(accept(draft)));
  CHECK(must(night.repo->advance(accept(draft))) == first);
  night.reopen();
  CHECK(must(night.repo->advance(accept(draft))) == first);

  CHECK(fixture.git_word("rev-parse hone/owl") == first.value);
  CHECK(fixture.git_word("rev-parse hone/owl^{tree}") == tree.value);
  CHECK(fixture.git_word("log -1 --format='%P|%an <%ae>|%cn|%ad|%s' --date=raw hone/owl") ==
        night.base.commit.value + "|hone <hone@localhost>|hone|1700000100 +0000|Do less");
  CHECK(fixture.git_word("log -1 --format='%(trailers:key=Hone-Run,valueonly)' hone/owl") == "owl");
  CHECK(fixture.git("reflog hone/owl").find("hone: Do less") != std::string::npos);

  const CommitId second = must(night.repo->advance(accept(night.draft(night.with("train.py", "steps = 2\n"), first))));
  CHECK(fixture.git_word("rev-parse hone/owl~1") == first.value);
  CHECK(fixture.git_word("rev-parse hone/owl") == second.value);
  fixture.git("fsck --strict --no-dangling 2>&1");
}

}  // namespace hone::git
