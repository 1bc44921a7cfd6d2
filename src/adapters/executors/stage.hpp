// A copy of the tree for one run. Without it a program can tell a candidate from the champion: by the name of the
// folder that /w is mounted from (/proc/self/mountinfo), and by the age of its files, which the champion has had for
// hours. It could be quick only while it is young, and every later candidate would look better than it as a champion.
//
// In a copy all files were made a moment ago, the folder has one name for both sides, and times of modification keep
// their order (`make` looks at nothing else) but tell no age.
#pragma once

#include <string>

#include "hone/core/base/result.hpp"

namespace hone::executors {

// True: `to` holds what `from` holds, without a .git in its top folder. False: it is too large to be copied for every
// run, and `to` is not there. Links are copied as links; what is no file, folder or link is left out.
[[nodiscard]] Result<bool> stage_tree(const std::string& from, const std::string& to);

}  // namespace hone::executors
