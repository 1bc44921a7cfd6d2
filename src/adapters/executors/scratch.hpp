// The folder that one command may write to: HOME, TMPDIR and HONE_ARTIFACTS are folders in it, empty when it starts.
//
// A scratch to which nothing was done is as good as a new one, and stays: making and removing its four folders costs
// more than starting a shell (150 us each on ext4). "Nothing" is what the kernel says: a folder's time of change, which
// nobody can set, is still its time of birth, and it is empty. A file system that keeps no time of birth gets a new one
// for every command.
#pragma once

#include <string>

#include "hone/core/base/result.hpp"
#include "hone/ports/files.hpp"

namespace hone::executors {

// Before a command: it is there and fresh, whatever was there.
[[nodiscard]] Done freshen_scratch(const std::string& folder, Files&);
// After a command: what it left is gone, so that a night leaves no full disk behind.
[[nodiscard]] Done clear_scratch(const std::string& folder, Files&);

}  // namespace hone::executors
