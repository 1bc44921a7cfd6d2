// A copy of the tree for one run. Without it a program can tell a candidate from the champion: by the name of the
// folder that /w is mounted from (/proc/self/mountinfo), and by the age of its files, which the champion has had for
// hours. It could be quick only while it is young, and every later candidate would look better than it as a champion.
//
// In a copy all files were made a moment ago, the folder has one name for both sides, and times of modification keep
// their order (`make` looks at nothing else) but tell no age.
#pragma once

#include <cstdint>
#include <string>

#include "hone/core/base/result.hpp"

namespace hone::executors {

// The largest tree that is copied.
struct StageLimit {
  std::size_t entries = 0;
  std::int64_t bytes = 0;
};
// A few milliseconds a run. Not more: ext4 looks at every inode that was freed in the last minutes before it takes one,
// so that copying 1,500 files for each run came to cost a second (1,041 ms a run instead of 65).
inline constexpr StageLimit of_every_run{100, 8LL << 20};
// Once before a keep the price does not matter: a gain that only young files show is not there when the champion's are
// as young.
inline constexpr StageLimit before_a_keep{5000, 64LL << 20};

// True: `to` holds what `from` holds, without a .git in its top folder. False: it is too large, and `to` is not there.
// Links are copied as links; what is no file, folder or link is left out.
[[nodiscard]] Result<bool> stage_tree(const std::string& from, const std::string& to, const StageLimit&);

}  // namespace hone::executors
