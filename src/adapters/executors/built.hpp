// Whose build left what lies in a workspace. Code of a candidate that runs while it is built may write what the next
// one's build takes for its own work. Where a build from nothing is cheap each candidate gets one; where it is not, a
// false gain does not outlive the clean checkout before a keep.
#pragma once

#include <algorithm>
#include <map>
#include <mutex>

#include "hone/core/base/ids.hpp"
#include "hone/core/base/units.hpp"

namespace hone::executors {

class Built {
 public:
  [[nodiscard]] bool may_be_spoiled(WorkspaceId workspace, const TreeId& tree) {
    const std::lock_guard lock(mutex_);
    const auto found = trees_.find(workspace);
    return longest_ <= cheap && found != trees_.end() && found->second != tree;
  }

  void remember(WorkspaceId workspace, const TreeId& tree, Seconds wall, bool anew) {
    const std::lock_guard lock(mutex_);
    if (anew || trees_.empty()) longest_ = std::max(longest_, wall);
    trees_.insert_or_assign(workspace, tree);
  }

 private:
  static constexpr Seconds cheap{2};
  std::mutex mutex_;
  std::map<WorkspaceId, TreeId> trees_;
  Seconds longest_{0};  // of the builds from nothing
};

}  // namespace hone::executors
