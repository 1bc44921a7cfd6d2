// libgit2's objects as owners, its errors as Errors, and the handles that workers borrow.
#pragma once

#include <git2.h>

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "hone/core/base/ids.hpp"
#include "hone/core/base/result.hpp"

namespace hone::git {

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Repository = std::unique_ptr<git_repository, Freed<git_repository_free>>;
using Config = std::unique_ptr<git_config, Freed<git_config_free>>;
using Reference = std::unique_ptr<git_reference, Freed<git_reference_free>>;
using References = std::unique_ptr<git_reference_iterator, Freed<git_reference_iterator_free>>;
using Object = std::unique_ptr<git_object, Freed<git_object_free>>;
using Commit = std::unique_ptr<git_commit, Freed<git_commit_free>>;
using Tree = std::unique_ptr<git_tree, Freed<git_tree_free>>;
using TreeEntry = std::unique_ptr<git_tree_entry, Freed<git_tree_entry_free>>;
using TreeBuilder = std::unique_ptr<git_treebuilder, Freed<git_treebuilder_free>>;
using Blob = std::unique_ptr<git_blob, Freed<git_blob_free>>;
using Diff = std::unique_ptr<git_diff, Freed<git_diff_free>>;
using Patch = std::unique_ptr<git_patch, Freed<git_patch_free>>;
using Index = std::unique_ptr<git_index, Freed<git_index_free>>;
using StatusList = std::unique_ptr<git_status_list, Freed<git_status_list_free>>;
using Signature = std::unique_ptr<git_signature, Freed<git_signature_free>>;

// libgit2's own words for the call that just failed on this thread.
[[nodiscard]] std::string last_words();
// stop_run: `tried` is a clause ("writing the candidate's tree"); what to do next is added where it is known.
[[nodiscard]] tl::unexpected<Error> failed(std::string_view tried);

[[nodiscard]] Result<git_oid> parse_oid(std::string_view hex);
[[nodiscard]] std::string hex(const git_oid&);
[[nodiscard]] Result<Tree> find_tree(git_repository*, const TreeId&);

// Keeps libgit2 initialised, with the two process-wide switches hone needs: fsync of what it writes, and the
// repository extensions it can live with. Nests.
class Library {
 public:
  Library();
  ~Library();
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
};

// Handles on one object database. Each is opened *bare* on the common git folder: libgit2 then has no work
// tree, index or HEAD of the user to touch, and reads only the repository's own config, never the user's or the
// system's. Objects belong to the handle they were looked up in and must not outlive the lease (a parent commit
// of another handle is dropped silently by libgit2 1.5). Thread-safe.
class Handles {
 public:
  explicit Handles(std::string common_folder) : common_folder_(std::move(common_folder)) {}

  class Lease {
   public:
    Lease(Handles& from, Repository repository) : from_(&from), repository_(std::move(repository)) {}
    Lease(Lease&&) = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (repository_) from_->give_back(std::move(repository_));
    }
    [[nodiscard]] git_repository* get() const { return repository_.get(); }

   private:
    Handles* from_;
    Repository repository_;
  };

  [[nodiscard]] Result<Lease> lease();

 private:
  void give_back(Repository);

  Library library_;
  std::string common_folder_;
  std::mutex mutex_;
  std::vector<Repository> idle_;
};

}  // namespace hone::git
