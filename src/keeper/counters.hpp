// What the kernel counts of a command and all that comes from it. wait4() tells only of processes that somebody waited
// for: one whose parent ignores SIGCHLD, or that dies with its sandbox, leaves no trace there, and a program could hide
// its work in it. Counters that are inherited see those too, where perf_event_paranoid allows them (2 or less).
#pragma once

#include <cstdint>

namespace hone::keeper {

struct Answer;

class Counters {
 public:
  // They count from the exec of the next child.
  Counters(bool instructions, bool hidden);
  ~Counters();
  Counters(const Counters&) = delete;
  Counters& operator=(const Counters&) = delete;

  // When the tree is dead. `faults`: page faults as wait4() told them; hidden ones are charged as memory, a page each,
  // which is the most that they can have brought.
  void put_into(Answer& answer, std::int64_t faults) const;

 private:
  int instructions_ = -1, clock_ = -1, faults_ = -1;
};

}  // namespace hone::keeper
