// Which process, which boot: numbers that tell a living owner from one whose number was given away.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

namespace hone::os {

struct ProcessStat {
  char state = '?';  // as in ps: R, S, D, T, Z ...
  pid_t parent = 0;
  pid_t session = 0;
  std::uint64_t started = 0;  // ticks since boot: with the pid and the boot id it names one process for ever
};
// Empty: no such process, or a zombie's last moment.
[[nodiscard]] std::optional<ProcessStat> process_stat(pid_t process);
[[nodiscard]] std::string boot_id();  // "" when the kernel does not say

// SIGKILL to every process of the session, again until each is dead (two seconds at most).
void kill_session(pid_t session);

// One line for the journal: CPU model, CPUs, memory, kernel.
[[nodiscard]] std::string machine_line();

}  // namespace hone::os
