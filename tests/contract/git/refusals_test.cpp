// Bad input gets a sentence with the fix and changes nothing.
#include "adapters/git/runs.hpp"
#include "support.hpp"

namespace hone::git {
namespace {

std::string why(const GitFixture& fixture, const std::string& target) {
  const Error error = refusal(inspect(must(open_place(fixture.folder())), {.targets = {target}, .context = {}}));
  CHECK(error.reaction == Reaction::fix_input);
  return error.message;
}

}  // namespace

TEST_CASE("a target that cannot be changed is refused with the reason", "[git]") {
  GitFixture library;
  library.write("x.py", "x\n");
  library.commit("start");
  GitFixture fixture;
  fixture.write(".gitignore", "secret.py\n");
  fixture.write("src/a.py", "a\n");
  fixture.write("src/b.py", "b\n");
  fixture.write("src/c.c", "c\n");
  fixture.write("hidden.py", "h\n");
  fixture.write("blob.dat", std::string("\0\1", 2));
  fixture.write("model.lfs", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n");
  shell("ln -s src/a.py " + shell_quote(fixture.folder() + "/link.py") + "; ln -s src " +
        shell_quote(fixture.folder() + "/linked"));
  fixture.git("-c protocol.file.allow=always submodule --quiet add " + shell_quote(library.folder()) + " sub 2>&1");
  fixture.commit("start");
  fixture.write("secret.py", "s\n");
  fixture.write("new.py", "n\n");
  fixture.git("update-index --assume-unchanged hidden.py");

  const std::pair<const char*, const char*> cases[] = {
      {"secret.py", "ignored by git"},  {"new.py", "not committed yet"},     {"link.py", "symbolic link"},
      {"linked/a.py", "symbolic link"}, {"sub/x.py", "submodule"},           {"sub", "submodule"},
      {"src", "is a folder"},           {"nowhere.py", "not in the commit"}, {"model.lfs", "Git LFS"},
      {"blob.dat", "binary"},           {"hidden.py", "assume-unchanged"},   {"*.rs", "matches no committed file"},
      {"link*", "symbolic link"}};
  for (const auto& [target, reason] : cases) {
    INFO(target);
    CHECK(why(fixture, target).find(reason) != std::string::npos);
  }
  const Place place = must(open_place(fixture.folder()));
  CHECK(refusal(inspect(place, {.targets = {}, .context = {}})).message.find("no target") == 0);
  CHECK(refusal(inspect(place, {.targets = {"src/a.py"}, .context = {}, .revision = "nope"})).message.find("nope") ==
        1);

  const Base base = must(inspect(place, {.targets = {"src/*.py", "src/a.py"}, .context = {"**/*.c", "src/*"}}));
  CHECK(base.targets == std::vector<std::string>{"src/a.py", "src/b.py"});
  CHECK(base.context == std::vector<std::string>{"src/c.c"});

  Night night(fixture, "src/a.py");
  must(night.repo->checkout(WorkspaceId{0}, night.base.tree));
  CHECK(std::filesystem::is_empty(night.repo->folder(WorkspaceId{0}) + "/sub"));
  CHECK(std::filesystem::is_symlink(night.repo->folder(WorkspaceId{0}) + "/linked"));
}

TEST_CASE("what is typed in a sub-folder is found from the root", "[git]") {
  GitFixture fixture;
  fixture.write("src/deep/a.py", "a\n");
  fixture.commit("start");
  const Place place = must(open_place(fixture.folder() + "/src/deep"));
  CHECK(place.prefix == "src/deep/");
  CHECK(must(rooted(place, "a.py")) == "src/deep/a.py");
  CHECK(must(rooted(place, "../x/./*.c")) == "src/x/*.c");
  CHECK(must(rooted(place, fixture.folder() + "/src/b")) == "src/b");
  CHECK(refusal(rooted(place, "../../../x")).reaction == Reaction::fix_input);
  CHECK(refusal(rooted(place, "/etc/passwd")).reaction == Reaction::fix_input);
  CHECK(refusal(rooted(place, "../..")).reaction == Reaction::fix_input);
}

TEST_CASE("a folder that is no repository, an unborn HEAD and SHA-256 are refused with the way out", "[git]") {
  const fakes::TemporaryFolder empty;
  CHECK(refusal(open_place(empty.path())).message.find("not inside a git repository") != std::string::npos);
  CHECK(refusal(open_place(empty / "nowhere")).message.find("not a folder") != std::string::npos);

  GitFixture unborn;
  CHECK(why(unborn, "a.py").find("no commit yet") != std::string::npos);

  GitFixture sha256("--object-format=sha256");
  const Error error = refusal(open_place(sha256.folder()));
  CHECK(error.reaction == Reaction::fix_input);
  CHECK(error.message.find("SHA-256") != std::string::npos);
}

TEST_CASE("a repository of another user is refused with the way to trust it", "[git]") {
  if (::geteuid() != 0) return;  // only root can make one
  GitFixture fixture;
  fixture.write("a.py", "a\n");
  fixture.commit("start");
  shell("chown -R 65534 " + shell_quote(fixture.folder()));
  const Error error = refusal(open_place(fixture.folder()));
  CHECK(error.message.find("safe.directory") != std::string::npos);
}

TEST_CASE("runs have a private folder each and a name is given once", "[git]") {
  GitFixture fixture;
  fixture.write("a.py", "a\n");
  fixture.commit("start");
  const Place place = must(open_place(fixture.folder()));
  CHECK(must(list_runs(place)).empty());
  must(make_state_folder(place, "owl"));
  CHECK(refusal(make_state_folder(place, "owl")).message.find("exists already") != std::string::npos);
  struct stat found {};
  ::stat(state_folder(place, "owl").c_str(), &found);
  CHECK((found.st_mode & 0777) == 0700);
  CHECK(run_exists(place, "owl"));
  CHECK(must(list_runs(place)) == std::vector<std::string>{"owl"});
  for (const char* name : {"", "a/b", "..", "-x", "a b", "x.lock"}) CHECK_FALSE(check_run_name(name));
  must(clean_run(place, "owl"));
  CHECK_FALSE(std::filesystem::exists(fixture.folder() + "/.git/hone"));
}

}  // namespace hone::git
