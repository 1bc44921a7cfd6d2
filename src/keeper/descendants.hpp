// Everything that descends from this process, found in /proc.
#pragma once

namespace hone::keeper {

// SIGKILL to each, stopped ones too. What was forked meanwhile is for the next call.
void kill_descendants();

}  // namespace hone::keeper
