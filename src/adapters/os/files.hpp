// The file system as it is.
#pragma once

#include "hone/ports/files.hpp"

namespace hone::os {

// Thread-safe; holds nothing. Two store() calls for one path at a time: one of them wins, whole.
class SystemFiles : public Files {
 public:
  [[nodiscard]] Result<std::string> load(const std::string& path, Bytes most) const override;
  [[nodiscard]] Done store(const std::string& path, std::string_view content) override;
  [[nodiscard]] Done make_folder(const std::string& path) override;
  [[nodiscard]] Done remove_tree(const std::string& path) override;
  [[nodiscard]] Result<std::vector<std::string>> list(const std::string& folder) const override;
  [[nodiscard]] Result<Bytes> free_space(const std::string& path) const override;
};

}  // namespace hone::os
