#include "adapters/git/objects.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hone::git {
namespace {

Result<TreeEntry> find_file(const git_tree* tree, const std::string& path) {
  git_tree_entry* raw = nullptr;
  if (const int rc = git_tree_entry_bypath(&raw, tree, path.c_str()); rc != 0) {
    if (rc != GIT_ENOTFOUND) return failed(fmt::format("looking for '{}' in tree {}", path, hex(*git_tree_id(tree))));
    return fail(Reaction::fix_input, fmt::format("'{}' is not in tree {}; only files of the base commit can be read or "
                                                 "replaced",
                                                 path, hex(*git_tree_id(tree))));
  }
  TreeEntry entry(raw);
  const git_filemode_t mode = git_tree_entry_filemode(raw);
  if (mode != GIT_FILEMODE_BLOB && mode != GIT_FILEMODE_BLOB_EXECUTABLE) {
    return fail(Reaction::fix_input,
                fmt::format("'{}' is not a regular file in tree {} (mode {:o}); name a regular file", path,
                            hex(*git_tree_id(tree)), static_cast<unsigned>(mode)));
  }
  return entry;
}

// libgit2's own tree-to-tree walk looks at every path (3.6 ms for 50,000 files); naming the ones that differ makes it
// open only the folders on their way.
Result<Diff> compare(git_repository* repository, const TreeId& before, const TreeId& after) {
  const Tree old_tree = HONE_TRY(find_tree(repository, before));
  const Tree new_tree = HONE_TRY(find_tree(repository, after));
  std::vector<PathChange> changes = HONE_TRY(changed_paths(repository, before, after));
  std::vector<char*> names;
  for (PathChange& change : changes) names.push_back(change.path.data());
  git_diff_options options;
  git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
  options.flags = GIT_DIFF_INCLUDE_TYPECHANGE | GIT_DIFF_IGNORE_SUBMODULES | GIT_DIFF_DISABLE_PATHSPEC_MATCH;
  options.context_lines = 3;
  options.old_prefix = "a";  // whatever diff.noprefix says
  options.new_prefix = "b";
  options.pathspec = {names.data(), names.size()};
  git_diff* raw = nullptr;
  const Tree& other = changes.empty() ? old_tree : new_tree;  // no names would mean every path
  if (git_diff_tree_to_tree(&raw, repository, old_tree.get(), other.get(), &options) != 0) {
    return failed(fmt::format("comparing trees {} and {}", before.value, after.value));
  }
  return Diff(raw);
}

Done count_lines(git_repository* repository, const TreeId& base, TreeChange& change) {
  const Diff diff = HONE_TRY(compare(repository, base, change.tree));
  for (std::size_t i = 0; i < git_diff_num_deltas(diff.get()); ++i) {
    git_patch* raw = nullptr;
    if (git_patch_from_diff(&raw, diff.get(), i) != 0) return failed("counting changed lines");
    const Patch patch(raw);
    if (!patch) continue;  // binary
    std::size_t added = 0;
    std::size_t removed = 0;
    git_patch_line_stats(nullptr, &added, &removed, patch.get());
    change.lines_added += static_cast<std::int64_t>(added);
    change.lines_removed += static_cast<std::int64_t>(removed);
  }
  return {};
}

struct Comparison {
  git_repository* repository;
  std::vector<PathChange>& changes;
};

// Folders that are the same object are not opened: cost is the changed paths and the folders on their way.
Done compare_folders(const Comparison& comparison, const git_tree* before, const git_tree* after,
                     const std::string& prefix);

Result<Tree> folder_of(git_repository* repository, const git_tree_entry* entry) {
  if (entry == nullptr || git_tree_entry_filemode(entry) != GIT_FILEMODE_TREE) return Tree();
  return find_tree(repository, TreeId{hex(*git_tree_entry_id(entry))});
}

std::uint16_t file_mode(const git_tree_entry* entry) {
  const git_filemode_t mode = entry == nullptr ? GIT_FILEMODE_UNREADABLE : git_tree_entry_filemode(entry);
  return mode == GIT_FILEMODE_TREE ? std::uint16_t{0} : static_cast<std::uint16_t>(mode);
}

Done compare_entry(const Comparison& comparison, const git_tree_entry* before, const git_tree_entry* after,
                   const std::string& prefix) {
  const std::uint16_t mode_before = file_mode(before);
  const std::uint16_t mode_after = file_mode(after);
  const bool same_object =
      before != nullptr && after != nullptr && git_oid_equal(git_tree_entry_id(before), git_tree_entry_id(after)) != 0;
  if (same_object && git_tree_entry_filemode(before) == git_tree_entry_filemode(after)) return {};
  const std::string path = prefix + git_tree_entry_name(after != nullptr ? after : before);
  if (mode_before != 0 || mode_after != 0) {
    const git_oid id = mode_after != 0 ? *git_tree_entry_id(after) : git_oid{};
    comparison.changes.push_back({path, id, mode_before, mode_after});
  }
  const Tree old_folder = HONE_TRY(folder_of(comparison.repository, before));
  const Tree new_folder = HONE_TRY(folder_of(comparison.repository, after));
  if (!old_folder && !new_folder) return {};
  return compare_folders(comparison, old_folder.get(), new_folder.get(), path + "/");
}

Done compare_folders(const Comparison& comparison, const git_tree* before, const git_tree* after,
                     const std::string& prefix) {
  for (std::size_t i = 0; before != nullptr && i < git_tree_entrycount(before); ++i) {
    const git_tree_entry* entry = git_tree_entry_byindex(before, i);
    const git_tree_entry* other = after == nullptr ? nullptr : git_tree_entry_byname(after, git_tree_entry_name(entry));
    HONE_TRY_VOID(compare_entry(comparison, entry, other, prefix));
  }
  for (std::size_t i = 0; after != nullptr && i < git_tree_entrycount(after); ++i) {
    const git_tree_entry* entry = git_tree_entry_byindex(after, i);
    if (before != nullptr && git_tree_entry_byname(before, git_tree_entry_name(entry)) != nullptr) continue;
    HONE_TRY_VOID(compare_entry(comparison, nullptr, entry, prefix));
  }
  return {};
}

struct Printed {
  std::string text;
  std::size_t most;
};

int print_line(const git_diff_delta*, const git_diff_hunk*, const git_diff_line* line, void* payload) {
  auto& printed = *static_cast<Printed*>(payload);
  if (line->origin == GIT_DIFF_LINE_CONTEXT || line->origin == GIT_DIFF_LINE_ADDITION ||
      line->origin == GIT_DIFF_LINE_DELETION) {
    printed.text += line->origin;
  }
  printed.text.append(line->content, line->content_len);
  return printed.text.size() > printed.most ? GIT_EUSER : 0;
}

}  // namespace

Result<std::string> load_blob(git_repository* repository, const git_oid& id) {
  git_blob* raw = nullptr;
  if (git_blob_lookup(&raw, repository, &id) != 0) return failed(fmt::format("reading file content {}", hex(id)));
  const Blob blob(raw);
  return std::string(static_cast<const char*>(git_blob_rawcontent(raw)), git_blob_rawsize(raw));
}

Result<std::vector<SourceFile>> load_files(git_repository* repository, const TreeId& id,
                                           const std::vector<std::string>& paths) {
  const Tree tree = HONE_TRY(find_tree(repository, id));
  std::vector<SourceFile> files;
  for (const std::string& path : paths) {
    const TreeEntry entry = HONE_TRY(find_file(tree.get(), path));
    files.push_back({path, HONE_TRY(load_blob(repository, *git_tree_entry_id(entry.get())))});
  }
  return files;
}

Result<TreeChange> replace_files(git_repository* repository, const TreeId& base, const std::vector<SourceFile>& files) {
  const Tree tree = HONE_TRY(find_tree(repository, base));
  TreeChange change{.tree = base, .paths = {}};
  std::vector<git_tree_update> updates;
  for (const SourceFile& file : files) {
    const TreeEntry entry = HONE_TRY(find_file(tree.get(), file.path));
    git_tree_update update{};
    update.action = GIT_TREE_UPDATE_UPSERT;
    update.filemode = git_tree_entry_filemode(entry.get());
    update.path = file.path.c_str();
    if (git_odb_hash(&update.id, file.text.data(), file.text.size(), GIT_OBJECT_BLOB) != 0) return failed("hashing");
    if (git_oid_equal(&update.id, git_tree_entry_id(entry.get())) != 0) continue;
    if (git_blob_create_from_buffer(&update.id, repository, file.text.data(), file.text.size()) != 0) {
      return failed(fmt::format("storing the candidate's '{}'", file.path));
    }
    updates.push_back(update);
    change.paths.push_back(file.path);
  }
  if (updates.empty()) return change;
  git_oid id;
  if (git_tree_create_updated(&id, repository, tree.get(), updates.size(), updates.data()) != 0) {
    return failed("storing the candidate's tree");
  }
  change.tree = TreeId{hex(id)};
  HONE_TRY_VOID(count_lines(repository, base, change));
  return change;
}

Result<std::string> diff_text(git_repository* repository, const TreeId& before, const TreeId& after, std::size_t most) {
  const Diff diff = HONE_TRY(compare(repository, before, after));
  Printed printed{.text = {}, .most = most};
  const int rc = git_diff_print(diff.get(), GIT_DIFF_FORMAT_PATCH, print_line, &printed);
  if (rc != 0 && rc != GIT_EUSER) return failed("printing a diff");
  if (printed.text.size() <= most) return std::move(printed.text);
  static constexpr std::string_view note = "[diff cut here]\n";
  const std::size_t room = most > note.size() ? most - note.size() : 0;
  const std::size_t end = room == 0 ? std::string::npos : printed.text.rfind('\n', room - 1);
  if (end == std::string::npos) return std::string(note.substr(0, most));
  return printed.text.substr(0, end + 1) + std::string(note);
}

Result<std::vector<PathChange>> changed_paths(git_repository* repository, const TreeId& before, const TreeId& after) {
  std::vector<PathChange> changes;
  if (before == after) return changes;
  const Tree old_tree = HONE_TRY(find_tree(repository, before));
  const Tree new_tree = HONE_TRY(find_tree(repository, after));
  HONE_TRY_VOID(compare_folders({repository, changes}, old_tree.get(), new_tree.get(), ""));
  return changes;
}

}  // namespace hone::git
