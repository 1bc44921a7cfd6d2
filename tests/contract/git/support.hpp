// A run on a fixture, and the only way to an Accepted: through judge().
#pragma once

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <vector>

#include "adapters/git/base.hpp"
#include "adapters/git/git_repo.hpp"
#include "adapters/git/place.hpp"
#include "fakes/git_fixture.hpp"

namespace hone::git {

using fakes::GitFixture;
using fakes::shell;
using fakes::slurp;

template <class T>
T must(Result<T> result) {
  if (!result) FAIL(result.error().message);
  return std::move(*result);
}
inline void must(const Done& done) {
  if (!done) FAIL(done.error().message);
}
template <class T>
Error refusal(const Result<T>& result) {
  if (result) FAIL("it was not refused");
  return result ? Error{} : result.error();
}

inline Accepted accept(const CommitDraft& draft) {
  CaseFile file;
  file.verdict.decision = Decision::accepted;
  return judge(file, draft).accepted.value();
}

struct Night {
  const GitFixture& fixture;
  std::string start;
  Place place;
  Base base;
  std::unique_ptr<GitRepo> repo;

  Night(const GitFixture& on, const std::string& target, const std::string& start_in = "")
      : fixture(on), start(start_in.empty() ? on.folder() : start_in) {
    place = must(open_place(start));
    base = must(inspect(place, {.targets = {target}, .context = {}}));
    reopen();
  }
  void reopen(const std::vector<Carry>& carry = {}) {
    repo = must(open_run({place, "owl", base.commit, fixture.beside("slots"), carry}));
  }
  TreeId with(const std::string& path, const std::string& text) {
    return must(repo->replace(base.tree, {{path, text}})).tree;
  }
  CommitDraft draft(const TreeId& tree, const CommitId& parent, const std::string& subject = "Do less") const {
    return {"hone/owl", parent, tree, subject + "\n\nHone-Run: owl\n", UnixTime{1700000100}};
  }
};

}  // namespace hone::git
