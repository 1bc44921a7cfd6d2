// What an attack may have left on this machine for the run after it: looked for and removed behind each.
#pragma once

#include <string>

namespace hone::executors {

// The names that are ours alone: two red teams beside each other do not meet.
struct Traces {
  std::string mark;  // in every file's name, the key's, the queue's
  int number = 0;    // of a System V segment
  int port = 0;      // of a server on the loopback
};
[[nodiscard]] Traces traces_of(const std::string& mark);
// Removes all of them; says what was there, "" = nothing.
[[nodiscard]] std::string remove_traces(const Traces&);

}  // namespace hone::executors
