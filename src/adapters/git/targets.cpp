#include "adapters/git/targets.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "adapters/git/disk.hpp"
#include "hone/core/base/text.hpp"

namespace hone::git {
namespace {

tl::unexpected<Error> refuse(const std::string& path, std::string_view why) {
  return fail(Reaction::fix_input, fmt::format("target '{}' {}", path, why));
}

// "" = it can be a target.
Result<std::string> why_not_kind(git_filemode_t mode) {
  switch (mode) {
    case GIT_FILEMODE_BLOB:
    case GIT_FILEMODE_BLOB_EXECUTABLE:
      return std::string();
    case GIT_FILEMODE_TREE:
      return std::string("is a folder; name its files, for example with a glob: FOLDER/**");
    case GIT_FILEMODE_LINK:
      return std::string("is a symbolic link; name the file that it points to");
    case GIT_FILEMODE_COMMIT:
      return std::string("is a submodule; run hone inside it");
    default:
      return fmt::format("has the unusual mode {:o}; only regular files can be changed", static_cast<unsigned>(mode));
  }
}

Result<std::string> why_not_content(git_repository* repository, const git_oid& id) {
  git_blob* raw = nullptr;
  if (git_blob_lookup(&raw, repository, &id) != 0) return failed(fmt::format("reading file content {}", hex(id)));
  const Blob blob(raw);
  const std::string_view text(static_cast<const char*>(git_blob_rawcontent(raw)), git_blob_rawsize(raw));
  if (text.starts_with("version https://git-lfs.github.com/spec/")) {
    return std::string("is kept by Git LFS: the commit holds only a pointer to it; name a file that git itself keeps");
  }
  if (text.substr(0, 65536).find('\0') != std::string_view::npos) {
    return std::string("is binary (it has NUL bytes); name a text file");
  }
  return std::string();
}

// Flags of the user's index: the file on disk is not what git says it is.
std::string why_not_index(git_repository* repository, const std::string& path) {
  git_index* raw = nullptr;
  if (git_repository_is_bare(repository) == 1 || git_repository_index(&raw, repository) != 0) return "";
  const Index index(raw);
  const git_index_entry* entry = git_index_get_bypath(raw, path.c_str(), 0);
  if (entry == nullptr) return "";
  if ((entry->flags_extended & GIT_INDEX_ENTRY_SKIP_WORKTREE) != 0) {
    return "is left out of your checkout (sparse checkout or skip-worktree); include it first";
  }
  if ((entry->flags & GIT_INDEX_ENTRY_VALID) != 0) {
    return "is marked assume-unchanged; run `git update-index --no-assume-unchanged` on it, so that git tells you when "
           "it differs";
  }
  return "";
}

Result<std::string> why_not(const Wanted& wanted, const std::string& path, const git_tree_entry* entry) {
  std::string reason = HONE_TRY(why_not_kind(git_tree_entry_filemode(entry)));
  if (reason.empty()) reason = HONE_TRY(why_not_content(wanted.repository, *git_tree_entry_id(entry)));
  if (reason.empty() && wanted.editable) reason = why_not_index(wanted.repository, path);
  return reason;
}

// A name that the tree does not have: what is it then?
std::string why_missing(const Wanted& wanted, const std::string& path) {
  for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    const std::string above = path.substr(0, slash);
    git_tree_entry* raw = nullptr;
    if (git_tree_entry_bypath(&raw, wanted.tree, above.c_str()) != 0) break;
    const TreeEntry entry(raw);
    const git_filemode_t mode = git_tree_entry_filemode(raw);
    if (mode == GIT_FILEMODE_COMMIT) return fmt::format("is in the submodule {}; run hone inside it", above);
    if (mode == GIT_FILEMODE_LINK) return fmt::format("is behind the symbolic link {}; name the file itself", above);
  }
  const char* root = git_repository_workdir(wanted.repository);
  if (root == nullptr || !look(AT_FDCWD, (root + path).c_str())) {
    return "is not in the commit; look for a typing error (paths are relative to where hone was started)";
  }
  int ignored = 0;
  if (git_ignore_path_is_ignored(&ignored, wanted.repository, path.c_str()) == 0 && ignored != 0) {
    return "is ignored by git; hone changes only committed files: take it out of .gitignore and commit it";
  }
  return "is not committed yet; hone starts from a commit: git add it and commit it";
}

// The folder that a glob cannot leave: "src/a/*.c" -> "src/a/".
std::string_view fixed_part(std::string_view pattern) {
  const std::size_t glob = pattern.find_first_of("*?[");
  const std::size_t slash = pattern.substr(0, glob).rfind('/');
  return slash == std::string_view::npos ? std::string_view() : pattern.substr(0, slash + 1);
}

struct Search {
  const Wanted& wanted;
  const std::string& pattern;
  std::set<std::string>& found;
  std::vector<Skipped>& skipped;
};

Done search_folder(const Search& search, const git_tree* tree, const std::string& prefix) {
  const std::string_view fixed = fixed_part(search.pattern);
  const bool deep = search.pattern.find("**") != std::string::npos;
  const auto slashes = [](std::string_view text) { return std::count(text.begin(), text.end(), '/'); };
  for (std::size_t i = 0; i < git_tree_entrycount(tree); ++i) {
    const git_tree_entry* entry = git_tree_entry_byindex(tree, i);
    const std::string path = prefix + git_tree_entry_name(entry);
    if (git_tree_entry_filemode(entry) == GIT_FILEMODE_TREE) {
      const std::string below = path + "/";
      const bool on_the_way = fixed.starts_with(below) || std::string_view(below).starts_with(fixed);
      if (!on_the_way || (!deep && slashes(below) > slashes(search.pattern))) continue;
      const Tree folder = HONE_TRY(find_tree(search.wanted.repository, TreeId{hex(*git_tree_entry_id(entry))}));
      HONE_TRY_VOID(search_folder(search, folder.get(), below));
    } else if (glob_match(search.pattern, path)) {
      const std::string reason = HONE_TRY(why_not(search.wanted, path, entry));
      if (reason.empty()) {
        search.found.insert(path);
      } else {
        search.skipped.push_back({path, reason});
      }
    }
  }
  return {};
}

Done resolve_one(const Search& search) {
  git_tree_entry* raw = nullptr;
  if (git_tree_entry_bypath(&raw, search.wanted.tree, search.pattern.c_str()) == 0) {
    const TreeEntry entry(raw);
    const std::string reason = HONE_TRY(why_not(search.wanted, search.pattern, raw));
    if (!reason.empty()) return refuse(search.pattern, reason);
    search.found.insert(search.pattern);
    return {};
  }
  if (search.pattern.find_first_of("*?[") == std::string::npos) {
    return refuse(search.pattern, why_missing(search.wanted, search.pattern));
  }
  const std::size_t found = search.found.size();
  const std::size_t skipped = search.skipped.size();
  std::set<std::string> matches;
  HONE_TRY_VOID(search_folder({search.wanted, search.pattern, matches, search.skipped}, search.wanted.tree, ""));
  search.found.insert(matches.begin(), matches.end());
  if (search.found.size() > found || !matches.empty()) return {};
  if (search.skipped.size() == skipped) {
    return refuse(search.pattern,
                  "matches no committed file; `*` stops at a slash, `**` does not; new files must be "
                  "committed first");
  }
  const Skipped& first = search.skipped[skipped];
  return refuse(search.pattern, fmt::format("matches nothing that can be used: {} {}", first.path, first.reason));
}

}  // namespace

Result<std::vector<std::string>> resolve(const Wanted& wanted, const std::vector<std::string>& patterns,
                                         std::vector<Skipped>& skipped) {
  std::set<std::string> found;
  for (const std::string& pattern : patterns) HONE_TRY_VOID(resolve_one({wanted, pattern, found, skipped}));
  return std::vector<std::string>(found.begin(), found.end());
}

}  // namespace hone::git
