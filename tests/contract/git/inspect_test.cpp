// What commands did to a workspace: told, and put right.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "support.hpp"

namespace hone::git {
namespace {

const WorkspaceId w0{0};
using Paths = std::vector<std::string>;

struct Scene {
  Scene() {
    fixture.write("target.py", "x = 1\n");
    fixture.write("judge.py", "print(1)\n");
    fixture.write("lib/helper.py", "y = 1\n");
    fixture.commit("start");
    night.emplace(fixture, "target.py");
    tree = night->with("target.py", "x = 2\n");
    must(night->repo->checkout(w0, tree));
  }
  void run(const std::string& script) const { shell("cd " + fixture.beside("slots") + "/w00 && " + script); }
  Disturbance look() const { return must(night->repo->inspect(w0, tree, Extent::small_trees)); }
  GitFixture fixture;
  std::optional<Night> night;
  TreeId tree;
};

}  // namespace

TEST_CASE("a workspace that nobody touched is as it was", "[git]") {
  Scene scene;
  scene.run("cat judge.py lib/helper.py");
  const Disturbance found = scene.look();
  CHECK(found.changed.empty());
  CHECK(found.added.empty());
  CHECK(found.tracked == Paths{"judge.py", "lib/helper.py", "target.py"});
}

TEST_CASE("whatever was done to a tracked file is told and undone", "[git]") {
  for (const char* what :
       {"echo 'print(2)' > judge.py", "rm judge.py", "ln -sf /etc/passwd judge.py", "chmod +x judge.py",
        "touch -r target.py t && echo >> judge.py && touch -r t judge.py && rm t",
        "mv judge.py t && cp t judge.py && rm t", "rm judge.py && mkdir judge.py",
        "cp -p judge.py t && echo 1 > judge.py && cp -p t judge.py && rm t", "ln judge.py other && rm other"}) {
    INFO(what);
    Scene scene;
    scene.run(what);
    CHECK(scene.look().changed == Paths{"judge.py"});
    CHECK(slurp(scene.night->repo->folder(w0) + "/judge.py") == "print(1)\n");
    CHECK(scene.look().changed.empty());
  }
}

TEST_CASE("new files are told, one folder down, and stay", "[git]") {
  Scene scene;
  scene.run(
      "touch json.py lib/z.pyc && mkdir -p .cargo a/b lib/__pycache__ && touch .cargo/config.toml a/b/c "
      "lib/__pycache__/helper.pyc");
  Paths added = scene.look().added;
  std::sort(added.begin(), added.end());
  CHECK(added == Paths{".cargo/config.toml", "json.py", "lib/__pycache__/helper.pyc", "lib/z.pyc"});
  CHECK(slurp(scene.night->repo->folder(w0) + "/json.py").empty());
  CHECK(scene.look().added.size() == 4);
  must(scene.night->repo->wipe(w0));
  CHECK(scene.look().added.empty());  // not known: the next checkout looks at everything
  must(scene.night->repo->checkout(w0, scene.tree));
  CHECK(scene.look().added.empty());
}

TEST_CASE("a folder that was put aside is told as a whole, and made anew", "[git]") {
  Scene scene;
  shell("cd " + scene.fixture.beside("slots") + " && mv w00 gone && mkdir w00");
  CHECK(scene.look().changed == Paths{"."});
  must(scene.night->repo->checkout(w0, scene.tree));
  CHECK(slurp(scene.night->repo->folder(w0) + "/judge.py") == "print(1)\n");
}

}  // namespace hone::git
