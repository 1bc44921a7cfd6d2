#include "cli/open_repo.hpp"

#include <fmt/format.h>

#include "adapters/git/objects.hpp"

namespace hone::cli {
namespace {
constexpr std::size_t most_diff = 256 * 1024;
}

Result<std::string> diff_of(git::Handles& handles, const Record& record) {
  if (record.tree.value.empty() || record.parent_tree.value.empty()) return std::string();
  const auto lease = HONE_TRY(handles.lease());
  auto text = git::diff_text(lease.get(), record.parent_tree, record.tree, most_diff);
  if (!text) return fmt::format("[this patch cannot be shown: {}]\n", text.error().message);  // one of many on a page
  return text;
}

Result<std::vector<SourceFile>> load_from(const git::Place& place, const TreeId& tree,
                                          const std::vector<std::string>& paths) {
  git::Handles handles(place.common_folder);
  const auto lease = HONE_TRY(handles.lease());
  return git::load_files(lease.get(), tree, paths);
}

}  // namespace hone::cli
