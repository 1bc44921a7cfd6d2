#include "adapters/git/objects.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hone::git {
namespace {

Result<TreeEntry> find_file(const git_tree* tree, const std::string& path) {
  git_tree_entry* raw = nullptr;
  if (git_tree_entry_bypath(&raw, tree, path.c_str()) != 0) {
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

Result<Diff> compare(git_repository* repository, const TreeId& before, const TreeId& after) {
  const Tree old_tree = HONE_TRY(find_tree(repository, before));
  const Tree new_tree = HONE_TRY(find_tree(repository, after));
  git_diff_options options;
  git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
  options.flags = GIT_DIFF_INCLUDE_TYPECHANGE | GIT_DIFF_IGNORE_SUBMODULES;
  options.context_lines = 3;
  options.old_prefix = "a";  // whatever diff.noprefix says
  options.new_prefix = "b";
  git_diff* raw = nullptr;
  if (git_diff_tree_to_tree(&raw, repository, old_tree.get(), new_tree.get(), &options) != 0) {
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
  const Diff diff = HONE_TRY(compare(repository, before, after));
  for (std::size_t i = 0; i < git_diff_num_deltas(diff.get()); ++i) {
    const git_diff_delta* delta = git_diff_get_delta(diff.get(), i);
    const bool gone = delta->status == GIT_DELTA_DELETED;
    changes.push_back({.path = gone ? delta->old_file.path : delta->new_file.path,
                       .id = delta->new_file.id,
                       .mode_before = delta->status == GIT_DELTA_ADDED ? std::uint16_t{0} : delta->old_file.mode,
                       .mode_after = gone ? std::uint16_t{0} : delta->new_file.mode});
  }
  return changes;
}

}  // namespace hone::git
