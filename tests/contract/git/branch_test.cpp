// What happens when a person touches the run's branch in the night.
#include <sys/time.h>

#include "adapters/git/branch.hpp"
#include "support.hpp"

namespace hone::git {
namespace {

struct OneKeep {
  GitFixture fixture;
  std::unique_ptr<Night> night;
  CommitId kept;
  CommitDraft next;

  OneKeep() {
    fixture.write("train.py", "steps = 10\n");
    fixture.commit("start");
    night = std::make_unique<Night>(fixture, "train.py");
    kept = must(night->repo->advance(accept(night->draft(night->with("train.py", "steps = 9\n"), night->base.commit))));
    next = night->draft(night->with("train.py", "steps = 8\n"), kept, "Next");
  }
  Handles handles() const { return Handles(night->place.common_folder); }

  // Both are kept: the user's tip where it was, ours under a rescue ref.
  void check_stops(const std::string& users_tip) {
    const Error error = refusal(night->repo->advance(accept(next)));
    CHECK(error.reaction == Reaction::stop_run);
    CHECK(error.message.starts_with("ref_moved"));
    CHECK(fixture.git_word("rev-parse -q --verify hone/owl || echo gone") == users_tip);
    const std::string rescued = fixture.git_word("for-each-ref --format='%(refname)' refs/hone/owl/rescue");
    REQUIRE(rescued.starts_with("refs/hone/owl/rescue/"));
    CHECK(fixture.git_word("show " + rescued + ":train.py") == "steps = 8");
    fixture.git("gc -q --prune=now");
    CHECK(fixture.git_word("rev-parse " + rescued + "~1") == kept.value);
  }
};

}  // namespace

TEST_CASE("a branch that a person moved on stops the run and loses nothing", "[git]") {
  OneKeep run;
  const std::string theirs = run.fixture.git_word("commit-tree -p hone/owl -m mine hone/owl^{tree}");
  run.fixture.git("update-ref refs/heads/hone/owl " + theirs);
  run.check_stops(theirs);
}

TEST_CASE("a branch that a person reset stops the run", "[git]") {
  OneKeep run;
  run.fixture.git("branch -q -f hone/owl main");
  run.check_stops(run.fixture.git_word("rev-parse main"));
}

TEST_CASE("a branch that a person deleted stops the run, and the champion outlives gc", "[git]") {
  OneKeep run;
  run.fixture.git("branch -q -D hone/owl");
  run.check_stops("gone");
}

TEST_CASE("a branch that a person renamed stops the run", "[git]") {
  OneKeep run;
  run.fixture.git("branch -q -m hone/owl mine");
  run.check_stops("gone");
  CHECK(run.fixture.git_word("rev-parse mine") == run.kept.value);
}

TEST_CASE("a branch that a person checked out stops the run, and the checkout stays clean", "[git]") {
  OneKeep run;
  run.fixture.git("checkout -q hone/owl");
  run.check_stops(run.kept.value);
  CHECK(run.fixture.git("status --porcelain").empty());
  Handles handles(run.night->place.common_folder);
  const auto lease = must(handles.lease());
  CHECK(refusal(check_free_branch(lease.get(), "hone/owl")).message.find("checked out in " + run.fixture.folder()) !=
        std::string::npos);
}

TEST_CASE("a branch made by someone else before the first keep stops the run", "[git]") {
  GitFixture fixture;
  fixture.write("train.py", "steps = 10\n");
  fixture.commit("start");
  Night night(fixture, "train.py");
  const std::string theirs = fixture.git_word("commit-tree -p HEAD -m mine HEAD^{tree}");
  fixture.git("branch hone/owl " + theirs);
  const auto draft = night.draft(night.with("train.py", "steps = 9\n"), night.base.commit);
  CHECK(refusal(night.repo->advance(accept(draft))).message.starts_with("ref_moved"));
  CHECK(fixture.git_word("rev-parse hone/owl") == theirs);
}

TEST_CASE("the name of a new branch is checked before the night, with the fix", "[git]") {
  GitFixture fixture;
  fixture.write("a", "a");
  fixture.commit("start");
  fixture.git("branch taken");
  fixture.git("branch folder/below");
  Handles handles(fixture.folder() + "/.git");
  const auto lease = must(handles.lease());
  must(check_new_branch(lease.get(), "hone/owl"));
  CHECK(refusal(check_new_branch(lease.get(), "taken")).message.find("exists already") != std::string::npos);
  CHECK(refusal(check_new_branch(lease.get(), "taken/x")).message.find("git branch -m taken") != std::string::npos);
  CHECK(refusal(check_new_branch(lease.get(), "folder")).message.find("folder/below") != std::string::npos);
  for (const char* name : {"", "a..b", "-x", "x.lock", "a b", "HEAD", "x/", "a~1"}) {
    CHECK(refusal(check_new_branch(lease.get(), name)).reaction == Reaction::fix_input);
  }
}

TEST_CASE("a lock that hone left when it was killed is removed, a foreign one is not", "[git]") {
  OneKeep run;
  const std::string lock = run.fixture.folder() + "/.git/refs/heads/hone/owl.lock";
  Handles handles(run.night->place.common_folder);
  {
    const auto lease = must(handles.lease());
    const CommitId ours = must(make_commit(lease.get(), run.next));
    fakes::spill(lock, ours.value + "\n");
    const timeval old[2] = {{1700000000, 0}, {1700000000, 0}};
    ::utimes(lock.c_str(), old);
  }
  const CommitId second = must(run.night->repo->advance(accept(run.next)));
  CHECK(run.fixture.git_word("rev-parse hone/owl") == second.value);
  CHECK_FALSE(std::filesystem::exists(lock));

  fakes::spill(lock, "");
  const auto third = run.night->draft(run.night->with("train.py", "steps = 7\n"), second, "Third");
  CHECK(refusal(run.night->repo->advance(accept(third))).message.find("owl.lock") != std::string::npos);
  CHECK(std::filesystem::exists(lock));
}

TEST_CASE("two advances from the same champion: one wins, the other stops", "[git]") {
  OneKeep run;
  must(run.night->repo->advance(accept(run.next)));
  const auto late = run.night->draft(run.night->with("train.py", "steps = 1\n"), run.kept, "Late");
  CHECK(refusal(run.night->repo->advance(accept(late))).message.starts_with("ref_moved"));
}

}  // namespace hone::git
