// What hone knows and others must not: keys in its environment.
#pragma once

namespace hone::cli {

// Takes the values of secret-looking variables out of the part of memory that /proc/PID/environ shows to every process
// of the same user; getenv still gives them. No core dump will hold them either. First thing in main, one thread.
void hide_secrets();

}  // namespace hone::cli
