#include "adapters/os/cgroup.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <thread>

#include "adapters/os/descriptor.hpp"
#include "hone/core/base/text.hpp"

namespace hone::os {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = "hone-";     // of every group of ours: hone-PID-NUMBER
constexpr std::string_view leaf = "hone-self-";  // where hone itself moves to in version 2: hone-self-PID

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The kernel takes a value in one write() and says there whether it does.
bool put(const std::string& path, std::string_view value) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  return file && ::write(file.get(), value.data(), value.size()) == static_cast<ssize_t>(value.size());
}

bool has_word(std::string_view text, std::string_view word, char between) {
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(between, at), text.size());
    if (trim(text.substr(at, end - at)) == word) return true;
    at = end + 1;
  }
  return false;
}

std::vector<std::string_view> words(std::string_view line) {
  std::vector<std::string_view> found;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t end = std::min(line.find(' ', at), line.size());
    if (end > at) found.push_back(line.substr(at, end - at));
    at = end + 1;
  }
  return found;
}

std::vector<pid_t> members(const std::string& folder) {
  std::vector<pid_t> found;
  const std::string text = text_of(folder + "/cgroup.procs");
  for (const std::string_view line : lines(text)) {
    pid_t process = 0;
    if (std::from_chars(line.data(), line.data() + line.size(), process).ec == std::errc() && process > 0)
      found.push_back(process);
  }
  return found;
}

// A mounted hierarchy, one line of mountinfo: ID PARENT DEVICE ROOT POINT OPTIONS [more] - TYPE SOURCE SUPER-OPTIONS.
struct Mount {
  std::string_view root, point, options;
  bool unified = false;
};

std::optional<Mount> parse_mount(std::string_view line) {
  const auto parts = words(line);
  const auto dash = std::find(parts.begin(), parts.end(), "-");
  if (parts.size() < 10 || parts.end() - dash < 4) return std::nullopt;
  if (dash[1] != "cgroup" && dash[1] != "cgroup2") return std::nullopt;
  return Mount{parts[3], parts[4], dash[3], dash[1] == "cgroup2"};
}

// `path` as this process sees it. A mount may show only a part of the hierarchy, as in a container.
std::string folder_in(const Mount& mount, std::string_view path) {
  if (mount.root != "/" && (path == mount.root || path.starts_with(std::string(mount.root) + "/")))
    path.remove_prefix(mount.root.size());
  if (path == "/") path = "";
  return fmt::format("{}{}", mount.point, path);
}

// A hone that was killed removes no group. One with a living process in it cannot be removed, so this takes only what
// nobody uses; a living hone's idle group has its keeper in it.
void remove_left(const std::string& folder) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    pid_t owner = 0;
    if (!name.starts_with(prefix)) continue;
    const std::size_t at = name.starts_with(leaf) ? leaf.size() : prefix.size();
    std::from_chars(name.data() + at, name.data() + name.size(), owner);
    if (owner > 0 && ::kill(owner, 0) != 0 && errno == ESRCH) ::rmdir(entry.path().c_str());
  }
}

// Version 2: hands the controllers down. False: somebody else is in our group, or it is not ours to change.
bool hand_down(CgroupPlace& place) {
  const std::string::size_type name = place.folder.rfind('/') + 1;
  if (std::string_view(place.folder).substr(name).starts_with(leaf)) place.folder.resize(name - 1);
  const std::string control = place.folder + "/cgroup.subtree_control";
  const auto is_down = [&] {
    const std::string now = text_of(control);
    return has_word(now, "pids", ' ') && has_word(now, "memory", ' ');
  };
  if (is_down()) return ::access(place.folder.c_str(), W_OK) == 0;
  const std::vector<pid_t> inside = members(place.folder);
  if (inside.size() != 1 || inside.front() != ::getpid()) return false;
  const std::string own = fmt::format("{}/{}{}", place.folder, leaf, ::getpid());
  if (::mkdir(own.c_str(), 0755) != 0 || !put(own + "/cgroup.procs", "0")) return false;
  return put(control, "+pids +memory");
}

// Pages that were swapped out count as well, where the kernel keeps that count; the order matters to version 1, where
// the limit of both may never be below that of memory alone.
bool bound_memory(const CgroupPlace& group, Bytes memory) {
  const std::string most = memory.value > 0 ? fmt::format("{}", memory.value) : group.unified ? "max" : "-1";
  if (group.unified) {
    put(group.folder + "/memory.swap.max", memory.value > 0 ? "0" : "max");
    return put(group.folder + "/memory.max", most);
  }
  put(group.folder + "/memory.memsw.limit_in_bytes", "-1");
  if (!put(group.folder + "/memory.limit_in_bytes", most)) return false;
  put(group.folder + "/memory.memsw.limit_in_bytes", most);
  return true;
}

// In some containers the folders may be written and the kernel still refuses: a group is made, bounded and entered
// once.
bool usable(const CgroupPlaces& places) {
  auto group = Cgroup::make(places);
  if (!group || !group->bound(64, Bytes{1 << 30})) return false;
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // or it would outlive a hone that is killed here
    while (::getppid() == parent) ::pause();
    ::_exit(0);
  }
  const bool taken = child > 0 && group->take(child);
  if (child > 0) {
    ::kill(child, SIGKILL);
    while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  return taken;
}

}  // namespace

bool CgroupPlaces::processes() const {
  return std::any_of(places.begin(), places.end(), [](const CgroupPlace& place) { return place.processes; });
}

bool CgroupPlaces::memory() const {
  return std::any_of(places.begin(), places.end(), [](const CgroupPlace& place) { return place.memory; });
}

std::vector<CgroupPlace> parse_places(std::string_view cgroup, std::string_view mounts) {
  std::vector<CgroupPlace> places;
  for (const std::string_view line : lines(cgroup)) {  // ID:CONTROLLERS:PATH, in version 2 "0::PATH"
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string_view::npos ? first : line.find(':', first + 1);
    if (second == std::string_view::npos) continue;
    const std::string_view controllers = line.substr(first + 1, second - first - 1), path = line.substr(second + 1);
    const bool unified = controllers.empty();
    const bool pids = has_word(controllers, "pids", ','), memory = has_word(controllers, "memory", ',');
    if (!unified && !pids && !memory) continue;
    for (const std::string_view text : lines(mounts)) {
      const auto mount = parse_mount(text);
      if (!mount || mount->unified != unified) continue;
      if (!unified && !has_word(mount->options, pids ? "pids" : "memory", ',')) continue;
      places.push_back({folder_in(*mount, path), unified, unified || pids, unified || memory});
      break;
    }
  }
  return places;
}

CgroupPlaces settle_in() {
  CgroupPlaces found;
  found.why_not = "this machine shows hone no control groups with limits";
  for (CgroupPlace& place : parse_places(text_of("/proc/self/cgroup"), text_of("/proc/self/mountinfo"))) {
    if (place.unified) {
      const std::string controllers = text_of(place.folder + "/cgroup.controllers");
      if (!has_word(controllers, "pids", ' ') || !has_word(controllers, "memory", ' ')) continue;
      if (!hand_down(place)) {
        found.why_not = "hone has no control group to itself: `systemd-run --user --scope -p Delegate=yes hone ...`";
        continue;
      }
    } else if (::access(place.folder.c_str(), W_OK) != 0) {
      found.why_not = "hone may not make control groups";
      continue;
    }
    remove_left(place.folder);
    found.places.push_back(place);
  }
  if (found.places.empty()) return found;
  found.why_not.clear();
  if (!usable(found)) found = {{}, "the kernel refuses hone's control groups"};
  return found;
}

std::optional<Cgroup> Cgroup::make(const CgroupPlaces& where) {
  if (where.places.empty()) return std::nullopt;
  std::string name;
  for (int number = 0; name.empty(); ++number) {  // the first that is free, in the first place
    const std::string wanted = fmt::format("/{}{}-{}", prefix, ::getpid(), number);
    if (::mkdir((where.places.front().folder + wanted).c_str(), 0755) == 0) name = wanted;
    if (name.empty() && errno != EEXIST) return std::nullopt;
  }
  Cgroup made({});
  for (const CgroupPlace& place : where.places) {
    const std::string folder = place.folder + name;
    if (::mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) return std::nullopt;
    made.groups_.push_back({folder, place.unified, place.processes, place.memory});
  }
  return made;
}

Cgroup::~Cgroup() {
  for (const CgroupPlace& group : groups_) {
    // A process that was killed leaves its group a moment after its parent has heard of it.
    for (int tries = 0; ::rmdir(group.folder.c_str()) != 0 && errno == EBUSY && tries < 50; ++tries)
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

bool Cgroup::take(pid_t process) const {
  const std::string number = fmt::format("{}", process);
  return std::all_of(groups_.begin(), groups_.end(),
                     [&](const CgroupPlace& group) { return put(group.folder + "/cgroup.procs", number); });
}

bool Cgroup::bounds_memory() const {
  return std::any_of(groups_.begin(), groups_.end(), [](const CgroupPlace& group) { return group.memory; });
}

bool Cgroup::bound(std::int64_t processes, Bytes memory) {
  if (processes == processes_ && memory == memory_) return true;
  for (const CgroupPlace& group : groups_) {
    const std::string most = processes > 0 ? fmt::format("{}", processes + 1) : "max";  // and the keeper
    if (group.processes && !put(group.folder + "/pids.max", most)) return false;
    if (group.memory && memory != memory_ && !bound_memory(group, memory)) return false;
  }
  processes_ = processes;
  memory_ = memory;
  return true;
}

void Cgroup::kill_all() const {
  for (int round = 0; round < 100; ++round) {
    bool any = false;
    for (const CgroupPlace& group : groups_) {
      for (const pid_t process : members(group.folder)) any = ::kill(process, SIGKILL) == 0 || any;
    }
    if (!any) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

}  // namespace hone::os
