// The user's checkout, index, HEAD, stash, config and hooks, byte by byte, before and after a night.
#include "support.hpp"

namespace hone::git {
namespace {

bool ours(const std::string& name) {
  const std::string git = name.starts_with(".git/") ? name.substr(5) : name;
  for (const char* mine : {"objects", "hone", "worktrees", "refs/hone", "refs/heads/hone", "logs/refs/heads/hone"}) {
    if (git == mine || git.starts_with(std::string(mine) + "/")) return true;
  }
  return git == "logs" || git == "logs/refs" || git == "logs/refs/heads";  // the folders; a bare clone has none yet
}

// Every hook git knows leaves a witness.
void install_hooks(const GitFixture& fixture, const std::string& git_folder, const std::string& witness) {
  for (const char* hook :
       {"applypatch-msg",     "pre-applypatch",     "post-applypatch",       "pre-commit",       "pre-merge-commit",
        "prepare-commit-msg", "commit-msg",         "post-commit",           "pre-rebase",       "post-checkout",
        "post-merge",         "pre-push",           "pre-receive",           "update",           "proc-receive",
        "post-receive",       "post-update",        "reference-transaction", "push-to-checkout", "pre-auto-gc",
        "post-rewrite",       "sendemail-validate", "fsmonitor-watchman",    "post-index-change"}) {
    const std::string path = git_folder + "/hooks/" + hook;
    fakes::spill(path, "#!/bin/sh\necho " + std::string(hook) + " >> " + shell_quote(witness) + "\nexit 1\n");
    shell("chmod +x " + shell_quote(path));
  }
  static_cast<void>(fixture);
}

void make_dirty(const GitFixture& fixture) {
  fixture.write(".gitignore", "*.bin\nbuild/\n");
  fixture.write(".gitattributes", "*.txt text eol=crlf\n*.py filter=evil diff=evil\n");
  fixture.write("train.py", "steps = 10\n");
  fixture.write("notes.txt", "one\ntwo\n");
  fixture.write("staged.py", "a\n");
  fixture.write("modified.py", "a\n");
  fixture.commit("start");
  fixture.write("stashed.py", "later\n");
  fixture.git("stash push -q -u");
  fixture.write("staged.py", "b\n");
  fixture.write("added.py", "new\n");
  fixture.git("add staged.py added.py");
  fixture.write("modified.py", "c\n");
  fixture.write("train.py", "steps = 99  # uncommitted\n");
  fixture.write("untracked.py", "u\n");
  fixture.write("data.bin", "ignored\n");
  fixture.write("build/out.o", "ignored\n");
  fixture.git("config commit.gpgsign true");
  fixture.git("config gpg.program /bin/false");
  fixture.git("config core.autocrlf true");
  fixture.git("config core.fsmonitor " + shell_quote("touch " + fixture.beside("witness") + ";false"));
  for (const char* key : {"filter.evil.smudge", "filter.evil.clean", "diff.evil.command", "diff.evil.textconv"}) {
    fixture.git("config " + std::string(key) + " " + shell_quote("touch " + fixture.beside("witness") + ";cat"));
  }
  fixture.git("config filter.evil.required true");
}

CommitId live_through(Night& night) {
  const WorkspaceId w0{0}, w1{1};
  must(night.repo->checkout(w0, night.base.tree));
  const TreeId one = night.with("train.py", "steps = 5\n");
  const TreeId two = night.with("train.py", "steps = 4\r\n");
  must(night.repo->checkout(w1, one));
  must(night.repo->checkout(w0, two));
  CHECK(slurp(night.repo->folder(w1) + "/train.py") == "steps = 5\n");
  CHECK(slurp(night.repo->folder(w0) + "/train.py") == "steps = 4\r\n");
  must(night.repo->diff(one, two, 1000));
  const CommitId kept = must(night.repo->advance(accept(night.draft(one, night.base.commit))));
  must(night.repo->advance(accept(night.draft(two, kept, "More"))));
  must(night.repo->wipe(w0));
  must(night.repo->checkout(w0, one));
  must(night.repo->remove_all());
  return kept;
}

// `checkout`: where the user is; `git_folder`: the common one.
void prove_untouched(const GitFixture& fixture, const std::string& checkout, const std::string& git_folder) {
  install_hooks(fixture, git_folder, fixture.beside("witness"));
  const auto files = fakes::snapshot(checkout, ours);
  const auto inside = fakes::snapshot(git_folder, ours);
  Night night(fixture, "train.py", checkout);
  const CommitId kept = live_through(night);
  const auto files_after = fakes::snapshot(checkout, ours);
  const auto inside_after = fakes::snapshot(git_folder, ours);
  CHECK(files == files_after);
  CHECK(inside == inside_after);
  CHECK_FALSE(std::filesystem::exists(fixture.beside("witness")));
  CHECK_FALSE(std::filesystem::exists(fixture.beside("slots")));
  std::filesystem::remove_all(git_folder + "/hooks");
  CHECK(fixture.git("log --format=%H hone/owl", checkout).find(kept.value) != std::string::npos);
  fixture.git("-c core.fsmonitor= fsck --strict --no-dangling 2>&1", checkout);
}

}  // namespace

TEST_CASE("a dirty checkout with every kind of hook is byte for byte the same after a night", "[git]") {
  GitFixture fixture;
  make_dirty(fixture);
  prove_untouched(fixture, fixture.folder(), fixture.folder() + "/.git");
  CHECK(fixture.git("-c core.fsmonitor= stash list").find("stash@{0}") == 0);
}

TEST_CASE("what a dirty checkout leaves out is counted and named", "[git]") {
  GitFixture fixture;
  make_dirty(fixture);
  fixture.git("config --unset core.autocrlf");
  const auto left = must(inspect_checkout(must(open_place(fixture.folder()))));
  CHECK(left.any());
  CHECK(left.staged.count == 2);
  CHECK(left.staged.first == std::vector<std::string>{"added.py", "staged.py"});
  CHECK(left.modified.count == 2);
  CHECK(left.modified.first == std::vector<std::string>{"modified.py", "train.py"});
  CHECK(left.untracked.first == std::vector<std::string>{"untracked.py"});
  CHECK_FALSE(std::filesystem::exists(fixture.beside("witness")));
}

TEST_CASE("a night on a detached HEAD leaves it detached", "[git]") {
  GitFixture fixture;
  make_dirty(fixture);
  fixture.git("-c core.fsmonitor= checkout -q --detach");
  std::filesystem::remove(fixture.beside("witness"));
  prove_untouched(fixture, fixture.folder(), fixture.folder() + "/.git");
}

TEST_CASE("a night in a linked worktree touches neither it nor the main one", "[git]") {
  GitFixture fixture;
  make_dirty(fixture);
  fixture.git("-c core.fsmonitor= worktree add -q " + shell_quote(fixture.beside("linked")) + " -b side");
  std::filesystem::remove(fixture.beside("witness"));
  const auto main_files = fakes::snapshot(fixture.folder(), ours);
  const auto entry = fakes::snapshot(fixture.folder() + "/.git/worktrees/linked", ours);
  prove_untouched(fixture, fixture.beside("linked"), fixture.folder() + "/.git");
  CHECK(entry == fakes::snapshot(fixture.folder() + "/.git/worktrees/linked", ours));
  auto main_after = fakes::snapshot(fixture.folder(), ours);
  for (const auto& [name, what] : main_files) {
    if (!name.starts_with(".git/hooks")) CHECK(main_after[name] == what);
  }
}

TEST_CASE("a night in a bare clone works and touches nothing else", "[git]") {
  GitFixture fixture;
  make_dirty(fixture);
  const std::string bare = fixture.beside("bare.git");
  fixture.git("clone -q --bare . " + shell_quote(bare));
  std::filesystem::remove(fixture.beside("witness"));
  prove_untouched(fixture, bare, bare);
}

TEST_CASE("a night in a shallow clone works and stays shallow", "[git]") {
  GitFixture fixture;
  make_dirty(fixture);
  const std::string shallow = fixture.beside("shallow");
  fixture.git("commit -q --allow-empty --no-gpg-sign -m two");
  fixture.git("-c core.fsmonitor= clone -q --depth 1 " + shell_quote("file://" + fixture.folder()) + " " +
              shell_quote(shallow));
  std::filesystem::remove(fixture.beside("witness"));
  CHECK(must(open_place(shallow)).shallow);
  prove_untouched(fixture, shallow, shallow + "/.git");
  CHECK(fixture.git("rev-parse --is-shallow-repository", shallow) == "true\n");
}

TEST_CASE("a night with worktreeConfig and sparse checkout works", "[git]") {
  GitFixture fixture;
  fixture.write("train.py", "steps = 10\n");
  fixture.write("other/big.txt", "big\n");
  fixture.commit("start");
  fixture.git("sparse-checkout set --no-cone train.py 2>&1");
  CHECK(refusal(inspect(must(open_place(fixture.folder())), {.targets = {"other/big.txt"}, .context = {}}))
            .message.find("sparse") != std::string::npos);
  prove_untouched(fixture, fixture.folder(), fixture.folder() + "/.git");
}

}  // namespace hone::git
