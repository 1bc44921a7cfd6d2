// Control groups: what bounds a command and all it starts together, for root as well. Rlimits bound each process for
// itself, and the kernel counts nobody's processes for root (copy_process: INIT_USER).
//
// Version 2 lets a group either hold processes or hand its controllers down. hone may therefore make groups only where
// it is alone in its own, and then moves into a leaf of it; `systemd-run --user --scope -p Delegate=yes hone ...` gives
// it such a place. Version 1 has no such rule: there a group is made beside hone wherever the folder may be written.
// Source: Documentation/admin-guide/cgroup-v2.rst (no internal processes, delegation), cgroup-v1/{pids,memory}.rst.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hone/core/base/units.hpp"

namespace hone::os {

// Where this process stands in one hierarchy, and what is bounded there.
struct CgroupPlace {
  std::string folder;
  bool unified = false;  // version 2
  bool processes = false, memory = false;
};

// What can be bounded here. `why_not` is a sentence with the way out when that is nothing.
struct CgroupPlaces {
  std::vector<CgroupPlace> places;
  std::string why_not;
  [[nodiscard]] bool processes() const;
  [[nodiscard]] bool memory() const;
};

// From /proc/self/cgroup and /proc/self/mountinfo, both as text; touches nothing. Split from settle_in() for the tests.
[[nodiscard]] std::vector<CgroupPlace> parse_places(std::string_view cgroup, std::string_view mounts);
// Makes it possible to have groups below ours (version 2: moves this process into a leaf), tries one, and removes the
// groups that a killed hone left. Idempotent.
[[nodiscard]] CgroupPlaces settle_in();

// One group in each place, for one command at a time. Removed with it; what is still inside must be dead by then.
class Cgroup {
 public:
  // Nothing where there is no place, or none could be made.
  [[nodiscard]] static std::optional<Cgroup> make(const CgroupPlaces&);
  Cgroup(Cgroup&& other) noexcept
      : groups_(std::exchange(other.groups_, {})), processes_(other.processes_), memory_(other.memory_) {}
  Cgroup& operator=(Cgroup&&) = delete;
  ~Cgroup();

  // `process` and what it starts from now on. False: it stays where it was.
  [[nodiscard]] bool take(pid_t process) const;
  // 0 = unbounded. Writes only what changed, so that it costs nothing before most commands. False: refused.
  [[nodiscard]] bool bound(std::int64_t processes, Bytes memory);
  [[nodiscard]] bool bounds_memory() const;
  // SIGKILL for everything inside, until nothing is or a second has passed.
  void kill_all() const;

 private:
  explicit Cgroup(std::vector<CgroupPlace> groups) : groups_(std::move(groups)) {}
  std::vector<CgroupPlace> groups_;
  std::int64_t processes_ = 0;
  Bytes memory_{};
};

}  // namespace hone::os
