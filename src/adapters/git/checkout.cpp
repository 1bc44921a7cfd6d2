#include "adapters/git/checkout.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <set>
#include <vector>

#include "adapters/git/objects.hpp"
#include "hone/core/base/text.hpp"

namespace hone::git {
namespace {

std::uint64_t fingerprint(const git_oid& id, unsigned mode, const struct stat& found) {
  struct Fields {
    std::int64_t numbers[7];
    unsigned char id[GIT_OID_RAWSZ];
    unsigned mode;
  } fields{};
  static_assert(sizeof(Fields) == 7 * 8 + GIT_OID_RAWSZ + 4, "no padding: it is hashed as bytes");
  const std::int64_t numbers[7] = {found.st_size,
                                   found.st_mtim.tv_sec,
                                   found.st_mtim.tv_nsec,
                                   found.st_ctim.tv_sec,
                                   found.st_ctim.tv_nsec,
                                   static_cast<std::int64_t>(found.st_ino),
                                   static_cast<std::int64_t>(found.st_mode)};
  std::memcpy(fields.numbers, numbers, sizeof numbers);
  std::memcpy(fields.id, id.id, sizeof fields.id);
  fields.mode = mode;
  return std::hash<std::string_view>{}({reinterpret_cast<const char*>(&fields), sizeof fields});
}

std::uint64_t key(std::string_view path) {
  return std::hash<std::string_view>{}(path);
}

// A tree made by hand may name anything; git's own checkout refuses these too.
Done check_name(std::string_view name, const std::string& path) {
  const bool dot_git =
      name.size() == 4 && (name[0] == '.') && (name[1] | 32) == 'g' && (name[2] | 32) == 'i' && (name[3] | 32) == 't';
  if (!name.empty() && name != "." && name != ".." && !dot_git && name.find('/') == std::string_view::npos) return {};
  return fail(Reaction::stop_run,
              fmt::format("the tree names '{}', which must not be checked out; see `git fsck`", path));
}

std::optional<std::string> link_target(int folder, const char* name) {
  std::array<char, 4097> text{};
  const ssize_t size = ::readlinkat(folder, name, text.data(), text.size());
  if (size < 0) return std::nullopt;
  return std::string(text.data(), static_cast<std::size_t>(size));
}

struct Leaf {
  int folder;
  const char* name;
  std::string_view path;
  git_oid id;
  unsigned mode;
};

Result<Blob> find_blob(git_repository* repository, const git_oid& id) {
  git_blob* raw = nullptr;
  if (git_blob_lookup(&raw, repository, &id) != 0) return failed(fmt::format("reading file content {}", hex(id)));
  return Blob(raw);
}

std::string_view content_of(const Blob& blob) {
  return {static_cast<const char*>(git_blob_rawcontent(blob.get())), git_blob_rawsize(blob.get())};
}

Done write_leaf(const Workbench& bench, const Leaf& leaf) {
  const Blob blob = HONE_TRY(find_blob(bench.repository, leaf.id));
  if (leaf.mode == GIT_FILEMODE_LINK) {
    HONE_TRY_VOID(write_link(leaf.folder, leaf.name, std::string(content_of(blob))));
  } else {
    const bool executable = leaf.mode == GIT_FILEMODE_BLOB_EXECUTABLE;
    HONE_TRY_VOID(write_file(leaf.folder, leaf.name, content_of(blob), executable));
  }
  if (const auto found = look(leaf.folder, leaf.name)) {
    bench.known[key(leaf.path)] = fingerprint(leaf.id, leaf.mode, *found);
  }
  return {};
}

// A hard link is never right, even with the right content: the next writer in there would change the other name.
bool right_content(const Leaf& leaf, const struct stat& found) {
  if (leaf.mode == GIT_FILEMODE_LINK) {
    const auto target = link_target(leaf.folder, leaf.name);
    git_oid id;
    return target && git_odb_hash(&id, target->data(), target->size(), GIT_OBJECT_BLOB) == 0 &&
           git_oid_equal(&id, &leaf.id) != 0;
  }
  if (!S_ISREG(found.st_mode) || found.st_nlink != 1) return false;
  if (((found.st_mode & 0100) != 0) != (leaf.mode == GIT_FILEMODE_BLOB_EXECUTABLE)) return false;
  if ((found.st_mode & 0400) == 0) return false;
  const auto content = read_file(leaf.folder, leaf.name, static_cast<std::size_t>(found.st_size));
  git_oid id;
  return content && git_odb_hash(&id, content->data(), content->size(), GIT_OBJECT_BLOB) == 0 &&
         git_oid_equal(&id, &leaf.id) != 0;
}

// Told is also what was written to and holds the same bytes as before: it need not have held them all the time.
Done verify_leaf(const Workbench& bench, const Leaf& leaf) {
  if (bench.found != nullptr) bench.found->tracked.emplace_back(leaf.path);
  const auto found = look(leaf.folder, leaf.name);
  if (found) {
    const std::uint64_t print = fingerprint(leaf.id, leaf.mode, *found);
    const auto known = bench.known.find(key(leaf.path));
    if (known != bench.known.end() && known->second == print) return {};
    if (right_content(leaf, *found)) {
      if (bench.found != nullptr && known != bench.known.end()) bench.found->changed.emplace_back(leaf.path);
      bench.known[key(leaf.path)] = print;
      return {};
    }
  }
  if (bench.found != nullptr) bench.found->changed.emplace_back(leaf.path);
  return write_leaf(bench, leaf);
}

// Is it carried, or on the way to something carried?
bool spared(const Workbench& bench, const std::string& path) {
  const auto at = bench.carried.lower_bound(path);
  if (at == bench.carried.end()) return false;
  return *at == path || at->starts_with(path + "/") ||
         bench.carried.lower_bound(path + "/") != bench.carried.lower_bound(path + "0");  // '0' follows '/'
}

Done remove_leftovers(const Workbench& bench, int folder, const git_tree* tree, const std::string& prefix) {
  for (const std::string& name : HONE_TRY(names_in(folder))) {
    if (prefix.empty() && name == ".git") continue;
    if (tree != nullptr && git_tree_entry_byname(tree, name.c_str()) != nullptr) continue;
    if (!spared(bench, prefix + name)) HONE_TRY_VOID(remove_entry(folder, name.c_str()));
  }
  return {};
}

// A file, or the files of a folder but not of the folders in it: what a program reads without being told lies beside
// what it was told, or one folder down (.cargo/config.toml, __pycache__), and node_modules has 50,000 files.
void list_new(const Workbench& bench, int folder, const std::string& name, const std::string& path) {
  std::vector<std::string>& added = bench.found->added;
  const Descriptor below = open_folder(folder, name.c_str());
  if (!below.open()) return added.push_back(path);
  const auto names = names_in(below.get());
  if (!names) return;  // without permission bits: nobody reads it
  for (const std::string& one : *names) {
    const auto found = look(below.get(), one.c_str());
    if (found && !S_ISDIR(found->st_mode)) added.push_back(path + "/" + one);
  }
}

Done list_leftovers(const Workbench& bench, int folder, const git_tree* tree, const std::string& prefix) {
  for (const std::string& name : HONE_TRY(names_in(folder))) {
    if (prefix.empty() && name == ".git") continue;
    if (git_tree_entry_byname(tree, name.c_str()) != nullptr || spared(bench, prefix + name)) continue;
    list_new(bench, folder, name, prefix + name);
  }
  return {};
}

struct Walk {
  const Workbench& bench;
  Leftovers leftovers;
};

Done verify_folder(const Walk& walk, int folder, const git_oid& id, const std::string& prefix) {
  const Tree tree = HONE_TRY(find_tree(walk.bench.repository, TreeId{hex(id)}));
  if (walk.leftovers == Leftovers::remove) {
    HONE_TRY_VOID(remove_leftovers(walk.bench, folder, tree.get(), prefix));
  } else if (walk.leftovers == Leftovers::list) {
    HONE_TRY_VOID(list_leftovers(walk.bench, folder, tree.get(), prefix));
  }
  for (std::size_t i = 0; i < git_tree_entrycount(tree.get()); ++i) {
    const git_tree_entry* entry = git_tree_entry_byindex(tree.get(), i);
    const char* name = git_tree_entry_name(entry);
    const std::string path = prefix + name;
    HONE_TRY_VOID(check_name(name, path));
    const git_filemode_t mode = git_tree_entry_filemode(entry);
    if (mode == GIT_FILEMODE_TREE) {
      const Descriptor below = HONE_TRY(ensure_folder(folder, name));
      HONE_TRY_VOID(verify_folder(walk, below.get(), *git_tree_entry_id(entry), path + "/"));
    } else if (mode == GIT_FILEMODE_COMMIT) {  // a submodule: an empty folder, as git leaves it
      const Descriptor below = HONE_TRY(ensure_folder(folder, name));
      if (walk.leftovers == Leftovers::remove) {
        HONE_TRY_VOID(remove_leftovers(walk.bench, below.get(), nullptr, path + "/"));
      }
    } else {
      HONE_TRY_VOID(
          verify_leaf(walk.bench, {folder, name, path, *git_tree_entry_id(entry), static_cast<unsigned>(mode)}));
    }
  }
  return {};
}

struct Reached {
  Descriptor folder;  // that holds the leaf; not open: tampered with, or (for a removal) already gone
  std::string leaf;
};

Result<Reached> reach(const Workbench& bench, const PathChange& change) {
  Reached at{.folder = Descriptor(::fcntl(bench.root, F_DUPFD_CLOEXEC, 0)), .leaf = {}};
  const auto parts = split(change.path, '/');
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    const std::string name(parts[i]);
    HONE_TRY_VOID(check_name(name, change.path));
    // Only a path that was not there before may need new folders.
    Descriptor next = open_folder(at.folder.get(), name.c_str());
    if (!next.open() && errno == ENOENT && change.mode_before == 0) {
      next = HONE_TRY(ensure_folder(at.folder.get(), name.c_str()));
    }
    at.folder = std::move(next);
    if (!at.folder.open()) return at;
  }
  at.leaf = parts.back();
  HONE_TRY_VOID(check_name(at.leaf, change.path));
  return at;
}

// Then the folders that became empty, as git does.
Done remove_path(const Workbench& bench, const std::string& path) {
  const Reached at = HONE_TRY(reach(bench, {.path = path, .id = {}, .mode_before = 1}));
  if (!at.folder.open()) return {};
  HONE_TRY_VOID(remove_entry(at.folder.get(), at.leaf.c_str()));
  bench.known.erase(key(path));
  for (std::size_t slash = path.rfind('/'); slash != std::string::npos; slash = path.rfind('/', slash - 1)) {
    if (::unlinkat(bench.root, path.substr(0, slash).c_str(), AT_REMOVEDIR) != 0 || slash == 0) break;
  }
  return {};
}

Result<bool> write_path(const Workbench& bench, const PathChange& change) {
  const Reached at = HONE_TRY(reach(bench, change));
  if (!at.folder.open()) return false;
  if (change.mode_after == GIT_FILEMODE_COMMIT) {
    HONE_TRY(ensure_folder(at.folder.get(), at.leaf.c_str()));
    return true;
  }
  HONE_TRY_VOID(write_leaf(bench, {at.folder.get(), at.leaf.c_str(), change.path, change.id, change.mode_after}));
  return true;
}

struct Listing {
  const Workbench& bench;
  git_index* index;
};

Done list_entry(const Listing& listing, const Leaf& leaf) {
  git_index_entry entry{};
  entry.path = leaf.path.data();
  entry.id = leaf.id;
  entry.mode = leaf.mode;
  if (const auto found = look(leaf.folder, leaf.name)) {
    entry.ctime = {static_cast<std::int32_t>(found->st_ctim.tv_sec),
                   static_cast<std::uint32_t>(found->st_ctim.tv_nsec)};
    entry.mtime = {static_cast<std::int32_t>(found->st_mtim.tv_sec),
                   static_cast<std::uint32_t>(found->st_mtim.tv_nsec)};
    entry.dev = static_cast<std::uint32_t>(found->st_dev);
    entry.ino = static_cast<std::uint32_t>(found->st_ino);
    entry.uid = found->st_uid;
    entry.gid = found->st_gid;
    entry.file_size = static_cast<std::uint32_t>(found->st_size);
  }
  if (git_index_add(listing.index, &entry) != 0) return failed(fmt::format("listing {} in an index", leaf.path));
  return {};
}

Done list_folder(const Listing& listing, int folder, const git_oid& id, const std::string& prefix) {
  const Tree tree = HONE_TRY(find_tree(listing.bench.repository, TreeId{hex(id)}));
  for (std::size_t i = 0; i < git_tree_entrycount(tree.get()); ++i) {
    const git_tree_entry* entry = git_tree_entry_byindex(tree.get(), i);
    const char* name = git_tree_entry_name(entry);
    const std::string path = prefix + name;
    const git_filemode_t mode = git_tree_entry_filemode(entry);
    if (mode == GIT_FILEMODE_TREE) {
      const Descriptor below = open_folder(folder, name);
      HONE_TRY_VOID(list_folder(listing, below.get(), *git_tree_entry_id(entry), path + "/"));
    } else {
      HONE_TRY_VOID(list_entry(listing, {folder, name, path, *git_tree_entry_id(entry), static_cast<unsigned>(mode)}));
    }
  }
  return {};
}

}  // namespace

Done verify_checkout(const Workbench& bench, const TreeId& tree, Leftovers leftovers) {
  return verify_folder({bench, leftovers}, bench.root, HONE_TRY(parse_oid(tree.value)), "");
}

Result<bool> move_checkout(const Workbench& bench, const TreeId& from, const TreeId& to) {
  const auto changes = HONE_TRY(changed_paths(bench.repository, from, to));
  // Removals first: a file may give way to a folder, or a folder to a file.
  for (const PathChange& change : changes) {
    if (change.mode_after == 0) HONE_TRY_VOID(remove_path(bench, change.path));
  }
  for (const PathChange& change : changes) {
    if (change.mode_after != 0 && !HONE_TRY(write_path(bench, change))) return false;
  }
  return true;
}

Done write_index(const Workbench& bench, const TreeId& tree, const std::string& index_file) {
  git_index* raw = nullptr;
  if (git_index_open(&raw, index_file.c_str()) != 0) return failed(fmt::format("opening {}", index_file));
  const Index index(raw);
  if (git_index_clear(raw) != 0) return failed(fmt::format("clearing {}", index_file));
  HONE_TRY_VOID(list_folder({bench, raw}, bench.root, HONE_TRY(parse_oid(tree.value)), ""));
  if (git_index_write(raw) != 0) return failed(fmt::format("writing {}", index_file));
  return {};
}

Done empty_workspace(int root) {
  for (const std::string& name : HONE_TRY(names_in(root))) {
    if (name != ".git") HONE_TRY_VOID(remove_entry(root, name.c_str()));
  }
  return {};
}

}  // namespace hone::git
