#include "keeper/descendants.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace hone::keeper {
namespace {

pid_t parent_of(pid_t process) {
  char path[64], text[512];
  snprintf(path, sizeof path, "/proc/%d/stat", process);
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  const ssize_t size = read(file, text, sizeof text - 1);
  close(file);
  if (size <= 0) return 0;
  text[size] = 0;
  const char* rest = strrchr(text, ')');    // the name may hold anything, brackets too
  if (!rest || strlen(rest) < 4) return 0;  // `) S 123 ...`
  return static_cast<pid_t>(std::strtol(rest + 3, nullptr, 10));
}

// By pidfd and with a second look, so that a number that was given away meanwhile is never hit.
void kill_process(pid_t process, pid_t parent) {
  const int handle = static_cast<int>(syscall(SYS_pidfd_open, process, 0));
  if (handle < 0) return;
  const pid_t parent_now = parent_of(process);
  if (parent_now == parent || parent_now == getpid()) syscall(SYS_pidfd_send_signal, handle, SIGKILL, nullptr, 0);
  close(handle);
}

}  // namespace

void kill_descendants() {
  struct Seen {
    pid_t process, parent;
    bool ours;
  };
  std::vector<Seen> all;
  DIR* folder = opendir("/proc");
  if (!folder) return;
  while (const dirent* entry = readdir(folder)) {
    const auto process = static_cast<pid_t>(std::strtol(entry->d_name, nullptr, 10));
    if (process <= 0) continue;
    if (const pid_t parent = parent_of(process)) all.push_back({process, parent, parent == getpid()});
  }
  closedir(folder);
  for (bool grew = true; grew;) {
    grew = false;
    for (Seen& one : all) {
      if (one.ours) continue;
      for (const Seen& other : all) {
        if (other.ours && other.process == one.parent) one.ours = grew = true;
      }
    }
  }
  for (const Seen& one : all) {
    if (one.ours) kill_process(one.process, one.parent);
  }
}

}  // namespace hone::keeper
