// SB15 of hone-probe: disk, memory, file size, core files and processes are bounded.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include "keeper/probe.hpp"

namespace {

void bounded(const std::string& folder, const Outside& outside, Probe& probe) {
  struct statvfs space {};
  if (statvfs(folder.c_str(), &space) != 0) return probe.check(false, "cannot look at " + folder);
  const unsigned long long size = static_cast<unsigned long long>(space.f_blocks) * space.f_frsize;
  probe.check(size <= outside.disk + (1 << 20), folder + " is larger than the limit");
}

// A program that takes more memory than it may; all of it is touched, or it would be no memory. Without a limit the
// kernel ends such a program first when the machine runs short, and that can only be read.
void take_memory(const Outside& outside, Probe& probe) {
  if (outside.memory == 0) {
    probe.check(read_file("/proc/self/oom_score_adj") == "1000\n", "is not the first to go when memory is short");
    return;
  }
  const std::size_t step = 16UL << 20;
  for (unsigned long long taken = 0; taken < outside.memory + step; taken += step) {
    void* const part = mmap(nullptr, step, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (part == MAP_FAILED) return;
    memset(part, 1, step);
  }
  probe.check(false, "takes more memory than the limit");
}

// A file that is longer than any may be: sparse, so that the probe itself fills nothing.
void fill_up(const Outside& outside, Probe& probe) {
  signal(SIGXFSZ, SIG_IGN);
  for (const char* path : {"/tmp/probe-long", "/w/probe-long", "/dev/shm/probe-long"}) {
    const int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) continue;
    const bool grew = pwrite(file, "x", 1, static_cast<off_t>(outside.disk)) == 1;
    close(file);
    unlink(path);
    probe.check(!grew, std::string(path) + " grew beyond the limit");
  }
  const pid_t child = fork();
  if (child == 0) {
    Probe own{"", ""};
    take_memory(outside, own);
    _exit(own.broken.empty() ? 0 : 1);
  }
  int status = 0;
  if (child > 0 && waitpid(child, &status, 0) == child)
    probe.check(!WIFEXITED(status) || WEXITSTATUS(status) == 0, outside.memory > 0
                                                                    ? "takes more memory than the limit"
                                                                    : "is not the first to go when memory is short");
}

// A small fork bomb: one more than there may be. They wait until they are killed.
void start_many(const Outside& outside, Probe& probe) {
  std::vector<pid_t> started;
  bool held = false;
  while (!held && started.size() <= outside.processes) {
    const pid_t child = fork();
    if (child == 0) {
      pause();
      _exit(0);
    }
    held = child < 0;
    if (child > 0) started.push_back(child);
  }
  probe.check(held, "started more processes than the limit");
  for (const pid_t child : started) kill(child, SIGKILL);
  for (const pid_t child : started) waitpid(child, nullptr, 0);
}

}  // namespace

void limits(const Outside& outside, Probe& probe) {
  for (const char* folder : {"/tmp", "/dev/shm", "/w"}) bounded(folder, outside, probe);
  rlimit most{};
  getrlimit(RLIMIT_CORE, &most);
  probe.check(most.rlim_max <= 1, "may write core files");
  getrlimit(RLIMIT_FSIZE, &most);
  probe.check(most.rlim_max <= outside.disk, "may write files of any size");
  getrlimit(RLIMIT_NPROC, &most);
  if (outside.processes == 0) probe.check(most.rlim_max != RLIM_INFINITY, "may start any number of processes");
  if (outside.processes > 0) start_many(outside, probe);
  fill_up(outside, probe);
}
