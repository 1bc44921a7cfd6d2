// Files that a command run by root marked as immutable or append-only, so that they can be removed.
#pragma once

namespace hone::os {

// Takes both marks from an entry of a folder; never follows a link. True when there was one and it is gone.
bool unlock_entry(int folder, const char* name);

}  // namespace hone::os
