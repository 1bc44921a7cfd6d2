// Where hone was started: the repository around a folder, as values. Opening refuses, with a sentence, what hone
// cannot serve: no repository, SHA-256, someone else's.
#pragma once

#include <string>
#include <string_view>

#include "hone/core/base/result.hpp"

namespace hone::git {

struct Place {
  std::string git_folder;     // absolute, no trailing slash; of this worktree
  std::string common_folder;  // the same, except in a linked worktree
  std::string work_folder;    // the user's checkout; "" in a bare repository
  std::string prefix;         // start folder inside the checkout, "" or "sub/folder/"
  bool bare = false;
  bool shallow = false;
  bool linked = false;
};

// From any folder inside a repository or its checkout. Reads the user's configuration only for safe.directory.
[[nodiscard]] Result<Place> open_place(const std::string& start);

// What a person typed in the start folder ("../x.py", "./src/*.c", or absolute) as a path or glob from the root.
[[nodiscard]] Result<std::string> rooted(const Place&, std::string_view typed);

}  // namespace hone::git
