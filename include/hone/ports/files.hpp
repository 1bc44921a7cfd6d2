// The file system, for the few places that need one outside git and SQLite.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hone/core/base/result.hpp"
#include "hone/core/base/units.hpp"

namespace hone {

class Files {
 public:
  virtual ~Files() = default;
  // Whole file; fails above `most`.
  [[nodiscard]] virtual Result<std::string> load(const std::string& path, Bytes most) const = 0;
  // Atomic: a temporary file beside it, fsync, rename. Mode 0600 unless it exists.
  [[nodiscard]] virtual Done store(const std::string& path, std::string_view content) = 0;
  [[nodiscard]] virtual Done make_folder(const std::string& path) = 0;  // with parents, mode 0700
  [[nodiscard]] virtual Done remove_tree(const std::string& path) = 0;  // also chmod 000 folders; never follows links
  [[nodiscard]] virtual Result<std::vector<std::string>> list(const std::string& folder) const = 0;
  [[nodiscard]] virtual Result<Bytes> free_space(const std::string& path) const = 0;
};

}  // namespace hone
