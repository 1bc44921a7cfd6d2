#include "adapters/git/carry.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <array>
#include <filesystem>

#include "adapters/git/disk.hpp"
#include "hone/core/base/text.hpp"

namespace hone::git {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> refuse(const Carry& carry, std::string_view why) {
  return fail(Reaction::fix_input, fmt::format("--carry {}: {}", carry.path, why));
}

Done check_one(const git_tree* tree, const Place& place, const Carry& carry) {
  if (carry.path == ".git" || carry.path.starts_with(".git/"))
    return refuse(carry, "git's own folder cannot be carried");
  const std::string source = place.work_folder + "/" + carry.path;
  if (!look(AT_FDCWD, source.c_str())) return refuse(carry, fmt::format("there is no {}; make it first", source));
  git_tree_entry* raw = nullptr;
  if (git_tree_entry_bypath(&raw, tree, carry.path.c_str()) == 0) {
    const TreeEntry entry(raw);
    return refuse(carry,
                  "it is tracked, and tracked files come from the commit; carry only ignored or untracked ones "
                  "(inside a tracked folder, name them one by one)");
  }
  for (std::size_t slash = carry.path.find('/'); slash != std::string::npos; slash = carry.path.find('/', slash + 1)) {
    const std::string above = carry.path.substr(0, slash);
    if (git_tree_entry_bypath(&raw, tree, above.c_str()) != 0) continue;
    const TreeEntry entry(raw);
    if (git_tree_entry_type(raw) != GIT_OBJECT_TREE && git_tree_entry_type(raw) != GIT_OBJECT_COMMIT) {
      return refuse(carry, fmt::format("{} is not a folder in the commit", above));
    }
  }
  return {};
}

}  // namespace

Result<Carry> parse_carry(const Place& place, std::string_view typed) {
  Carry carry;
  carry.copy = typed.starts_with("copy:");
  if (carry.copy) typed.remove_prefix(5);
  carry.path = HONE_TRY(rooted(place, typed));
  return carry;
}

Done check_carry(git_repository* repository, const Place& place, const TreeId& base,
                 const std::vector<Carry>& carries) {
  if (carries.empty()) return {};
  if (place.bare) return refuse(carries[0], "a bare repository has no checkout to carry files from");
  const Tree tree = HONE_TRY(find_tree(repository, base));
  for (const Carry& carry : carries) {
    HONE_TRY_VOID(check_one(tree.get(), place, carry));
    for (const Carry& other : carries) {
      if (&other == &carry) continue;
      if (other.path == carry.path) return refuse(carry, "it is named twice");
      if (other.path.starts_with(carry.path + "/"))
        return refuse(other, fmt::format("{} carries it already", carry.path));
    }
  }
  return {};
}

Done place_carry(int root, const std::string& folder, const std::string& work_folder, const Carry& carry) {
  Descriptor at(::fcntl(root, F_DUPFD_CLOEXEC, 0));
  const auto parts = split(carry.path, '/');
  for (std::size_t i = 0; i + 1 < parts.size(); ++i)
    at = HONE_TRY(ensure_folder(at.get(), std::string(parts[i]).c_str()));
  const std::string name(parts.back());
  const std::string source = work_folder + "/" + carry.path;
  if (!carry.copy) return write_link(at.get(), name.c_str(), source);
  HONE_TRY_VOID(remove_entry(at.get(), name.c_str()));
  std::error_code error;
  fs::copy(source, folder + "/" + carry.path, fs::copy_options::recursive | fs::copy_options::copy_symlinks, error);
  if (error) {
    return fail(Reaction::stop_run,
                fmt::format("copying {} into a workspace: {}; free space, or link it instead of copying "
                            "(--carry {})",
                            source, error.message(), carry.path));
  }
  return {};
}

bool carry_in_place(int root, const std::string& work_folder, const Carry& carry) {
  if (carry.copy) return look(root, carry.path.c_str()).has_value();
  std::array<char, 4097> text{};
  const ssize_t size = ::readlinkat(root, carry.path.c_str(), text.data(), text.size());
  return size >= 0 && std::string_view(text.data(), static_cast<std::size_t>(size)) == work_folder + "/" + carry.path;
}

}  // namespace hone::git
