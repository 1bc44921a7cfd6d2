// Workspaces: bytes, odd names, tampering, crashes, carried inputs, gc, many threads.
#include <fmt/format.h>

#include <thread>

#include "adapters/git/objects.hpp"
#include "support.hpp"

namespace hone::git {
namespace {

const WorkspaceId w0{0};

std::string in(const Night& night, const std::string& path) {
  return night.repo->folder(w0) + "/" + path;
}

bool same_tree(const GitFixture& fixture, const std::string& folder, const TreeId& tree) {
  const std::string index = fixture.beside("check-index");
  std::filesystem::remove(index);
  const std::string git = "cd " + shell_quote(folder) + " && GIT_INDEX_FILE=" + shell_quote(index) +
                          " git --git-dir=" + shell_quote(fixture.folder() + "/.git") + " --work-tree=. ";
  return trim(shell(git + "add -Af . && " + git + "write-tree")) == tree.value;
}

}  // namespace

TEST_CASE("odd names, line ends and bytes come through unchanged", "[git]") {
  GitFixture fixture;
  fixture.git("config core.autocrlf true");
  fixture.git("config core.quotepath true");
  const std::vector<std::string> names{"with space.py", "new\nline.py", "quo\"te'.py", "-dash.py",      "lat\xe9n.py",
                                       "back\\slash",   "tab\t.py",     "[a].py",      "deep/-x/ y.py", "*.py"};
  const std::vector<std::string> texts{"a\r\nb\r\n",
                                       "\xef\xbb\xbf"
                                       "bom\n",
                                       "no final newline",
                                       "mixed\r\nline\nends\r",
                                       "",
                                       "lat\xe9n\xff\n",
                                       "\tspaces \t\n"};
  std::vector<SourceFile> files;
  fixture.git("config core.autocrlf false");
  for (std::size_t i = 0; i < names.size(); ++i) {
    fixture.write(names[i], texts[i % texts.size()]);
    files.push_back({names[i], texts[(i + 1) % texts.size()] + "changed"});
  }
  fixture.write("run.sh", "#!/bin/sh\n");
  shell("chmod +x " + shell_quote(fixture.folder() + "/run.sh"));
  fixture.commit("start");
  fixture.git("config core.autocrlf true");
  for (const std::string& name : names) {
    const Base base = must(inspect(must(open_place(fixture.folder())), {.targets = {name}, .context = {}}));
    CHECK(base.targets == std::vector<std::string>{name});
  }
  Night night(fixture, "run.sh");
  fixture.git("config core.autocrlf false");
  must(night.repo->checkout(w0, night.base.tree));
  CHECK(same_tree(fixture, night.repo->folder(w0), night.base.tree));
  files.push_back({"run.sh", "#!/bin/sh\nexit 1\n"});
  const TreeId changed = must(night.repo->replace(night.base.tree, files)).tree;
  must(night.repo->checkout(w0, changed));
  CHECK(same_tree(fixture, night.repo->folder(w0), changed));
  CHECK(::access(in(night, "run.sh").c_str(), X_OK) == 0);
  for (const SourceFile& file : files) CHECK(slurp(in(night, file.path)) == file.text);
  must(night.repo->checkout(w0, night.base.tree));
  CHECK(same_tree(fixture, night.repo->folder(w0), night.base.tree));
}

TEST_CASE("any tree can follow any other: files become folders, links and nothing", "[git]") {
  GitFixture fixture;
  fixture.write("a", "file\n");
  fixture.write("b/c", "below\n");
  fixture.write("same", "same\n");
  fixture.commit("one");
  const TreeId one{fixture.git_word("rev-parse HEAD^{tree}")};
  shell("cd " + shell_quote(fixture.folder()) +
        " && rm a && mkdir a && echo x >a/x && rm -r b && ln -s same b && chmod +x same");
  fixture.commit("two");
  const TreeId two{fixture.git_word("rev-parse HEAD^{tree}")};
  Night night(fixture, "same");
  for (const TreeId& tree : {two, one, two, one}) {
    must(night.repo->checkout(w0, tree));
    CHECK(same_tree(fixture, night.repo->folder(w0), tree));
  }
}

TEST_CASE("what a command did to its workspace never reaches the next candidate or the host", "[git]") {
  GitFixture fixture;
  fixture.write("src/train.py", "steps = 10\n");
  fixture.write("src/judge.py", "honest\n");
  fixture.commit("start");
  Night night(fixture, "src/train.py");
  must(night.repo->checkout(w0, night.base.tree));
  const std::string outside = fixture.beside("host");
  const auto tamper = [&](const std::string& command) {
    INFO(command);
    fakes::spill(outside + "/train.py", "host file\n");
    fakes::spill(outside + "/judge.py", "host file\n");
    shell("cd " + shell_quote(night.repo->folder(w0)) + " && H=" + shell_quote(outside) + " && " + command);
    const TreeId next = night.with("src/train.py", "steps = " + std::to_string(command.size()) + "\n");
    must(night.repo->checkout(w0, next));
    CHECK(same_tree(fixture, night.repo->folder(w0), next));
    CHECK(slurp(outside + "/train.py") == "host file\n");
    CHECK(slurp(outside + "/judge.py") == "host file\n");
    CHECK(fixture.git("rev-parse --git-dir", night.repo->folder(w0)).find("worktrees/hone-owl-w00") !=
          std::string::npos);
    must(night.repo->checkout(w0, night.base.tree));
  };
  tamper("rm -r src && ln -s $H src");
  tamper("rm src/train.py && ln -s $H/train.py src/train.py");
  tamper("rm src/train.py && ln $H/train.py src/train.py");
  tamper("rm src/train.py && mkdir -p src/train.py/x");
  tamper("echo cheat >src/judge.py");
  tamper("touch -r src/judge.py src/t; echo h0nest >src/judge.py; touch -r src/t src/judge.py; rm src/t");
  tamper("rm src/judge.py && ln $H/judge.py src/judge.py");
  tamper("chmod +x src/judge.py");
  tamper("chmod 000 src/judge.py src");
  tamper("rm -rf .git && mkdir .git && touch .git/config");
  tamper("rm -rf .git src");
}

TEST_CASE("a wiped workspace is a clean checkout again, whatever was left in it", "[git]") {
  GitFixture fixture;
  fixture.write("train.py", "steps = 10\n");
  fixture.commit("start");
  Night night(fixture, "train.py");
  must(night.repo->wipe(w0));
  must(night.repo->checkout(w0, night.base.tree));
  shell("cd " + shell_quote(night.repo->folder(w0)) +
        " && mkdir -p closed/in out && touch closed/in/x out/y && chmod 000 closed/in closed && i=0; d=.; "
        "while [ $i -lt 300 ]; do d=$d/nested; i=$((i+1)); done; mkdir -p $d; mkfifo pipe");
  must(night.repo->wipe(w0));
  CHECK(fixture.git("status --porcelain", night.repo->folder(w0)) == " D train.py\n");
  must(night.repo->checkout(w0, night.base.tree));
  CHECK(fixture.git("status --porcelain --ignored", night.repo->folder(w0)).empty());
}

TEST_CASE("a workspace survives a restart, and one that a person removed is built again", "[git]") {
  GitFixture fixture;
  fixture.write("train.py", "steps = 10\n");
  fixture.write("judge.py", "honest\n");
  fixture.commit("start");
  Night night(fixture, "train.py");
  const TreeId candidate = night.with("train.py", "steps = 1\n");
  must(night.repo->checkout(w0, candidate));
  fakes::spill(in(night, "judge.py"), "cheat\n");
  fakes::spill(in(night, "left/over"), "x\n");
  night.reopen();
  must(night.repo->checkout(w0, candidate));
  CHECK(fixture.git("status --porcelain", night.repo->folder(w0)) == " M train.py\n");

  fixture.git("worktree remove -f -f " + shell_quote(night.repo->folder(w0)));
  must(night.repo->checkout(w0, candidate));
  std::filesystem::remove_all(night.repo->folder(w0));
  fixture.git("worktree prune");
  fixture.git("gc -q --prune=now");
  must(night.repo->checkout(w0, candidate));
  CHECK(slurp(in(night, "train.py")) == "steps = 1\n");
  CHECK(fixture.git("status --porcelain", night.repo->folder(w0)) == " M train.py\n");
}

TEST_CASE("what a dead run left is swept, and nothing else is", "[git]") {
  GitFixture fixture;
  fixture.write("train.py", "steps = 10\n");
  fixture.commit("start");
  fixture.git("worktree add -q " + shell_quote(fixture.beside("theirs")) + " -b theirs");
  fixture.git("worktree add -q " + shell_quote(fixture.beside("hone-owl-wide")) + " -b wide");
  Night night(fixture, "train.py");
  must(night.repo->checkout(w0, night.base.tree));
  must(night.repo->checkout(WorkspaceId{1}, night.base.tree));
  night.repo.reset();  // killed
  fakes::spill(fixture.folder() + "/.git/refs/hone/owl/recent/007.lock", "");
  std::filesystem::remove_all(fixture.beside("slots") + "/w01");
  fakes::spill(fixture.beside("slots") + "/w01/mine.txt", "a person's\n");
  CHECK(must(sweep(night.place, "ow")) == 0);
  CHECK(must(sweep(night.place, "owl")) == 2);
  CHECK(slurp(fixture.beside("slots") + "/w01/mine.txt") == "a person's\n");
  CHECK_FALSE(std::filesystem::exists(fixture.beside("slots") + "/w00"));
  CHECK(std::filesystem::exists(fixture.beside("theirs") + "/train.py"));
  CHECK(std::filesystem::exists(fixture.beside("hone-owl-wide") + "/train.py"));
  must(clean_run(night.place, "owl"));
  CHECK(fixture.git("for-each-ref refs/hone").empty());
  CHECK_FALSE(std::filesystem::exists(fixture.folder() + "/.git/refs/hone"));
}

TEST_CASE("gc in the middle of the night loses no candidate, also over many turns and a restart", "[git]") {
  GitFixture fixture;
  fixture.write("train.py", "steps = 10\n");
  fixture.commit("start");
  Night night(fixture, "train.py");
  must(night.repo->checkout(w0, night.base.tree));
  Handles handles(night.place.common_folder);
  auto keeper = std::make_unique<Keeper>("owl", 8);
  std::vector<TreeId> trees;
  for (int i = 0; i < 30; ++i) {
    const auto lease = must(handles.lease());
    trees.push_back(must(replace_files(lease.get(), night.base.tree, {{"train.py", fmt::format("s = {}\n", i)}})).tree);
    must(keeper->keep_candidate(lease.get(), trees.back()));
    if (i == 5) fixture.git("gc -q --prune=now");
    if (i == 12) keeper = std::make_unique<Keeper>("owl", 8);
  }
  fixture.git("commit -q --amend --allow-empty -m rewritten");
  fixture.git("reflog expire --expire=now --all");
  fixture.git("gc -q --prune=now");
  for (std::size_t i = 0; i < trees.size(); ++i) {
    REQUIRE(must(night.repo->load(trees[i], {"train.py"}))[0].text == fmt::format("s = {}\n", i));
  }
  must(night.repo->checkout(w0, trees[0]));
  CHECK(fixture.git("for-each-ref --format='%(refname)' refs/hone/owl/recent | wc -l") == "8\n");
  CHECK(fixture.git("for-each-ref --format='%(refname)' refs/hone/owl/batch | wc -l") == "4\n");
  CHECK(fixture.git("log --all --oneline | wc -l") == "2\n");  // main, and the base that was rewritten
  fixture.git("fsck --strict 2>&1");
}

TEST_CASE("carried inputs are linked or copied into every workspace, and never tracked ones", "[git]") {
  GitFixture fixture;
  fixture.write(".gitignore", "data/\ncache.bin\n");
  fixture.write("train.py", "steps = 10\n");
  fixture.write("src/a.py", "a\n");
  fixture.commit("start");
  fixture.write("data/big.csv", "1,2\n");
  fixture.write("src/cache.bin", "cache\n");
  Night night(fixture, "train.py");
  for (const char* bad : {"train.py", "src", "nowhere", ".git", ".git/config", "train.py/x", "../out"}) {
    INFO(bad);
    const auto carry = parse_carry(night.place, bad);
    if (!carry) continue;
    CHECK(refusal(open_run({night.place, "owl", night.base.commit, fixture.beside("slots"), {*carry}})).reaction ==
          Reaction::fix_input);
  }
  night.reopen({must(parse_carry(night.place, "data")), must(parse_carry(night.place, "copy:src/cache.bin"))});
  const TreeId candidate = night.with("train.py", "steps = 1\n");
  for (const bool wiped : {false, true}) {
    if (wiped) must(night.repo->wipe(w0));
    must(night.repo->checkout(w0, candidate));
    CHECK(std::filesystem::read_symlink(in(night, "data")) == fixture.folder() + "/data");
    CHECK(slurp(in(night, "src/cache.bin")) == "cache\n");
    CHECK_FALSE(std::filesystem::is_symlink(in(night, "src/cache.bin")));
  }
  night.reopen({must(parse_carry(night.place, "data"))});
  must(night.repo->checkout(w0, candidate));
  CHECK(std::filesystem::exists(in(night, "data/big.csv")));
  must(night.repo->remove_all());
  CHECK(slurp(fixture.folder() + "/data/big.csv") == "1,2\n");
  CHECK(slurp(fixture.folder() + "/src/cache.bin") == "cache\n");
}

TEST_CASE("the workspaces of a run may not be inside the checkout", "[git]") {
  GitFixture fixture;
  fixture.write("train.py", "steps = 10\n");
  fixture.commit("start");
  Night night(fixture, "train.py");
  for (const std::string& folder : {fixture.folder() + "/slots", fixture.folder(), std::string("slots")}) {
    CHECK(refusal(open_run({night.place, "owl", night.base.commit, folder, {}})).reaction == Reaction::fix_input);
  }
}

TEST_CASE("many workers at once get what they asked for", "[git]") {
  GitFixture fixture;
  fixture.write("train.py", "steps = 10\n");
  for (int i = 0; i < 50; ++i) fixture.write("lib/f" + std::to_string(i) + ".py", "x\n");
  fixture.commit("start");
  Night night(fixture, "train.py");
  std::vector<int> wrong(4, 0);
  std::vector<std::thread> workers;
  for (std::uint32_t worker = 0; worker < 4; ++worker) {
    workers.emplace_back([&night, &wrong, worker] {
      for (int i = 0; i < 15; ++i) {
        const std::string text = fmt::format("steps = {}\n", worker * 1000 + static_cast<std::uint32_t>(i));
        const auto change = night.repo->replace(night.base.tree, {{"train.py", text}});
        const WorkspaceId mine{worker};
        if (!change || !night.repo->checkout(mine, change->tree)) {
          ++wrong[worker];
          continue;
        }
        const auto loaded = night.repo->load(change->tree, {"train.py"});
        const bool right = loaded && (*loaded)[0].text == text && slurp(night.repo->folder(mine) + "/train.py") == text;
        if (!right || !night.repo->diff(night.base.tree, change->tree, 1000)) ++wrong[worker];
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  CHECK(wrong == std::vector<int>(4, 0));
  must(night.repo->remove_all());
  fixture.git("fsck --strict --no-dangling 2>&1");
}

}  // namespace hone::git
