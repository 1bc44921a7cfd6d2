// Puts trees into a workspace folder. The bytes of the blob are the bytes on disk: no line-end conversion, no
// filters, no smudging, so what is measured is what is committed.
//
// Going from one tree to another writes only the paths that differ, each as a new file (unlink, then create), so its
// modification time is fresh and build tools see it; the exec bit comes from the tree. Nothing is written through a
// symbolic or hard link.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <unordered_map>

#include "adapters/git/disk.hpp"
#include "adapters/git/handle.hpp"
#include "hone/ports/repo.hpp"

namespace hone::git {

// What hone wrote and what the file looked like then, as hashes: path -> (object, mode, size, times, inode). Change
// times cannot be set back by an ordinary user, so a file that still looks the same is the same.
using Fingerprints = std::unordered_map<std::uint64_t, std::uint64_t>;

enum class Leftovers { keep, remove, list };

struct Workbench {
  git_repository* repository;
  int root;  // descriptor of the workspace folder
  Fingerprints& known;
  const std::set<std::string>& carried;  // paths that are not leftovers, although no tree has them
  Disturbance* found = nullptr;          // what verify_checkout finds, when somebody wants to know
};

// Every path of the tree is compared, by fingerprint or else by content, and written if it differs. With
// Leftovers::remove everything that is neither in the tree nor carried goes, with Leftovers::list it is told in
// `found`. Cost grows with the tree.
[[nodiscard]] Done verify_checkout(const Workbench&, const TreeId&, Leftovers);

// From one tree that is there to another. false: a folder on the way was not a folder any more, something has
// tampered; verify_checkout is needed.
[[nodiscard]] Result<bool> move_checkout(const Workbench&, const TreeId& from, const TreeId& to);

// An index that lists `tree` with the files' present times, so that `git ls-files`, `git status` and `git describe
// --dirty` in the workspace are right and quick.
[[nodiscard]] Done write_index(const Workbench&, const TreeId&, const std::string& index_file);

// Empties a folder but for its ".git".
[[nodiscard]] Done empty_workspace(int root);

}  // namespace hone::git
