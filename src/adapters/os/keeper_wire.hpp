// What hone and its keepers say to each other, over a SOCK_SEQPACKET pair on one machine and between two
// programs of one build: plain structs, no versions. See process.hpp for what a keeper is.
#pragma once

#include <cstdint>

namespace hone::keeper {

inline constexpr int socket_number = 3;  // the keeper's end of the pair
inline constexpr int most_cpus = 1024;

// hone -> keeper. `run` comes with five descriptors: request (memfd), stdin, stdout, stderr
// and the metric channel (stdin again when there is none).
enum class Order : char { run = 'R', terminate = 'T', kill = 'K' };
inline constexpr int descriptors_of_run = 5;
using Descriptors = int[descriptors_of_run];

// The start of the request; behind it NUL-ended strings: program, folder, argv..., environment...
struct Request {
  std::uint32_t arguments = 0;
  std::uint32_t variables = 0;
  std::uint32_t count_instructions = 0;
  std::uint32_t count_hidden = 0;
  std::uint32_t channel = 0;  // the command gets a metric channel, as descriptor 3
  std::uint64_t memory = 0;   // rlimits; 0 = none
  std::uint64_t file_size = 0;
  std::uint64_t processes = 0;
  std::uint64_t cpus[most_cpus / 64] = {};
};

enum class Stage : std::uint32_t { none, request, fork, folder, limits, exec };
enum class Kind : std::uint32_t { started, ended };

// keeper -> hone: `started` once, by the command itself just before it execs, then `ended` when the tree is dead.
struct Answer {
  Kind kind = Kind::started;
  Stage failed = Stage::none;  // where starting failed, with `error`
  std::int32_t error = 0;      // errno
  std::int32_t process = 0;
  std::int32_t status = 0;  // as wait4 gave it
  std::uint32_t leftovers = 0;
  std::uint32_t suspended = 0;
  std::uint32_t out_of_memory = 0;
  std::uint32_t counted = 0;  // `instructions` means something
  std::uint32_t stuck = 0;    // something survived SIGKILL; this keeper must not be used again
  std::int64_t wall_ns = 0;
  std::int64_t cpu_us = 0;
  std::int64_t peak_kib = 0;
  std::uint64_t instructions = 0;
};

}  // namespace hone::keeper
