// hone-keeper: the parent of one command at a time. hone starts one per timed place and speaks to it over
// a socket (adapters/os/keeper_wire.hpp). Why a program of its own and not hone itself:
//  - It is the child subreaper of exactly one command, so every orphan that comes to it, double-forked
//    daemons included, belongs to that command; hone with several slots could only guess.
//  - When hone dies, by kill -9 too, the socket ends and the keeper kills the tree.
//  - It is small: a vfork child starts life with its parent's peak RSS as its own ru_maxrss (exec_mmap in
//    the kernel keeps the larger), so a command started by hone would never seem smaller than hone.
//  - It has one thread that lives as long as the run: PR_SET_PDEATHSIG, which bwrap --die-with-parent uses,
//    follows the thread that started the command.
// It sleeps in poll() while the command runs and wakes only when something died or hone said something.
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <vector>

#include "adapters/os/keeper_wire.hpp"
#include "keeper/counters.hpp"
#include "keeper/descendants.hpp"
#include "keeper/oom.hpp"

using namespace hone::keeper;

namespace {

std::int64_t now_ns(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}

// What the command is started with; pointers into the mapped request.
struct Plan {
  const Request* request = nullptr;
  const char* program = nullptr;
  const char* folder = nullptr;
  std::vector<char*> arguments, variables;  // NULL-ended
  int channel = -1, input = -1, output = -1, error = -1, metric = -1;
};

// What vfork's child leaves behind: it shares our memory until it execs.
struct Failure {
  volatile Stage stage = Stage::none;
  volatile int error = 0;
};

struct Tally {
  pid_t main = 0;
  bool main_ended = false;
  std::int64_t faults = 0;
  bool killing = false;  // from here on a death by SIGKILL is our doing
  Answer answer;
};

bool limit(int what, std::uint64_t most) {
  const rlimit value{most, most};
  if (setrlimit(static_cast<__rlimit_resource>(what), &value) == 0) return true;
  rlimit now{};  // a hard limit that is already lower cannot be raised, and need not be
  return getrlimit(static_cast<__rlimit_resource>(what), &now) == 0 && now.rlim_max <= most;
}

bool apply_limits(const Request& request) {
  cpu_set_t cpus;
  static_assert(sizeof cpus >= sizeof request.cpus);
  memset(&cpus, 0, sizeof cpus);
  memcpy(&cpus, request.cpus, sizeof request.cpus);
  if (CPU_COUNT(&cpus) > 0 && sched_setaffinity(0, sizeof cpus, &cpus) != 0) return false;
  // One byte and not none: the kernel writes no core then and starts no program of core_pattern either, which it would
  // with 0 (fs/coredump.c); that one runs outside of any sandbox.
  if (!limit(RLIMIT_CORE, 1)) return false;
  if (request.memory != 0 && !limit(RLIMIT_AS, request.memory)) return false;
  if (request.file_size != 0 && !limit(RLIMIT_FSIZE, request.file_size)) return false;
  return request.processes == 0 || limit(RLIMIT_NPROC, request.processes);
}

// When memory runs out the kernel takes the command, and not what a person has open, nor this keeper.
void go_first_when_memory_is_short() {
  const int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  if (write(file, "1000", 4) < 0) errno = 0;
  close(file);
}

void say(int channel, const Answer& answer) {
  while (send(channel, &answer, sizeof answer, MSG_NOSIGNAL) < 0 && errno == EINTR) {
  }
}

// In vfork's child: system calls only.
[[noreturn]] void become(const Plan& plan, Failure& failure) {
  const auto give_up = [&failure](Stage stage) {
    failure.error = errno;
    failure.stage = stage;
    _exit(127);
  };
  setsid();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (chdir(plan.folder) != 0) give_up(Stage::folder);
  if (!apply_limits(*plan.request)) give_up(Stage::limits);
  go_first_when_memory_is_short();
  if (dup2(plan.input, 0) < 0 || dup2(plan.output, 1) < 0 || dup2(plan.error, 2) < 0) give_up(Stage::exec);
  // Said by the child, because a command can kill its keeper before that has a turn to speak.
  Answer started;
  started.process = getpid();
  say(plan.channel, started);
  syscall(SYS_close_range, 3U, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */);
  // Last, because our own channel to hone has the same number; only in this child is it given up.
  if (plan.request->channel != 0 && dup2(plan.metric, socket_number) < 0) give_up(Stage::exec);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execve(plan.program, plan.arguments.data(), plan.variables.data());
  give_up(Stage::exec);
  _exit(127);
}

// vfork and not posix_spawn, which cannot set rlimits; both are CLONE_VM|CLONE_VFORK, so neither copies.
pid_t start(const Plan& plan, Failure& failure) {
  const pid_t child = vfork();
  if (child == 0) become(plan, failure);
  return child;
}

// Reaps what is dead. False: there is no child left at all, and so no descendant either, because every
// orphan comes to us.
bool reap(Tally& tally) {
  for (;;) {
    int status = 0;
    rusage usage{};
    const pid_t child = wait4(-1, &status, WNOHANG | __WALL, &usage);
    if (child == 0 || (child < 0 && errno == EINTR)) return true;
    if (child < 0) return false;
    tally.answer.cpu_us +=
        (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1'000'000LL + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
    tally.faults += usage.ru_minflt + usage.ru_majflt;
    if (usage.ru_maxrss > tally.answer.peak_kib) tally.answer.peak_kib = usage.ru_maxrss;
    if (child == tally.main) {
      tally.main_ended = true;
      tally.answer.status = status;
    } else if (tally.killing && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
      ++tally.answer.leftovers;
    }
  }
}

void wait_for_a_death(int deaths, int milliseconds) {
  pollfd wanted{deaths, POLLIN, 0};
  poll(&wanted, 1, milliseconds);
  signalfd_siginfo gone;
  while (read(deaths, &gone, sizeof gone) > 0) {
  }
}

// Kills whatever is left, round by round: a round's orphans are the next round's children.
void sweep(Tally& tally, int deaths) {
  constexpr std::int64_t patience = 10'000'000'000;
  const std::int64_t end = now_ns(CLOCK_MONOTONIC) + patience;
  if (!reap(tally)) return;
  // What is just dying with its parent (the first process of a sandbox) was not left over: a moment for it.
  if (!tally.killing) {
    wait_for_a_death(deaths, 5);
    if (!reap(tally)) return;
    tally.killing = true;
  }
  do {
    kill_descendants();
    wait_for_a_death(deaths, 20);
    if (!reap(tally)) return;
  } while (now_ns(CLOCK_MONOTONIC) < end);
  tally.answer.stuck = 1;
}

// False: hone is gone.
bool obey(int channel, Tally& tally) {
  char order = 0;
  const ssize_t size = recv(channel, &order, 1, MSG_DONTWAIT);
  if (size < 0) return errno == EAGAIN || errno == EINTR;
  if (size == 0) return false;
  if (tally.main_ended) return true;
  if (order == static_cast<char>(Order::terminate)) {
    kill(-tally.main, SIGTERM);
    kill(-tally.main, SIGCONT);  // a stopped process takes no SIGTERM
  } else if (order == static_cast<char>(Order::kill)) {
    kill(tally.main, SIGKILL);  // not reaped yet, so the number is still its own; the sweep does the rest
    tally.killing = true;
  }
  return true;
}

// Until the main process has ended. False: hone is gone and the tree was told to die.
bool watch(int channel, int deaths, Tally& tally, std::int64_t began) {
  bool hone_lives = true;
  while (!tally.main_ended) {
    pollfd wanted[2] = {{deaths, POLLIN, 0}, {hone_lives ? channel : -1, POLLIN, 0}};
    if (poll(wanted, 2, -1) < 0 && errno != EINTR) break;
    tally.answer.wall_ns = now_ns(CLOCK_MONOTONIC) - began;
    if (wanted[0].revents != 0) {
      signalfd_siginfo gone;
      while (read(deaths, &gone, sizeof gone) > 0) {
      }
      reap(tally);
    }
    if (!tally.main_ended && wanted[1].revents != 0 && !obey(channel, tally)) {
      hone_lives = false;
      kill(tally.main, SIGKILL);
    }
  }
  return hone_lives;
}

pid_t start_with_patience(const Plan& plan, Failure& failure) {
  for (long pause = 10'000'000;; pause *= 2) {
    const pid_t child = start(plan, failure);
    if (child > 0 || errno != EAGAIN || pause > 400'000'000) return child;
    const timespec time{0, pause};
    nanosleep(&time, nullptr);
  }
}

// False: hone is gone.
bool keep(int channel, int deaths, const Plan& plan) {
  Tally tally;
  Failure failure;
  const Counters counters(plan.request->count_instructions != 0, plan.request->count_hidden != 0);
  const std::int64_t kills = oom_kills();
  const std::int64_t asleep = now_ns(CLOCK_BOOTTIME) - now_ns(CLOCK_MONOTONIC);
  const std::int64_t began = now_ns(CLOCK_MONOTONIC);
  tally.main = start_with_patience(plan, failure);
  if (tally.main < 0) {
    failure.error = errno;
    failure.stage = Stage::fork;
  }
  close(plan.input);
  close(plan.output);
  close(plan.error);
  close(plan.metric);
  bool hone_lives = true;
  if (failure.stage == Stage::none) {
    hone_lives = watch(channel, deaths, tally, began);
    tally.answer.suspended = now_ns(CLOCK_BOOTTIME) - now_ns(CLOCK_MONOTONIC) - asleep > 1'000'000 ? 1 : 0;
  }
  sweep(tally, deaths);
  tally.answer.out_of_memory = oom_kills() > kills ? 1 : 0;
  counters.put_into(tally.answer, tally.faults);
  tally.answer.kind = Kind::ended;
  tally.answer.failed = failure.stage;
  tally.answer.error = failure.error;
  say(channel, tally.answer);
  while (tally.answer.stuck != 0) sweep(tally, deaths), tally.answer.stuck = reap(tally) ? 1 : 0;
  return hone_lives;
}

// Receives one order and its descriptors. Returns how many bytes came; 0 = hone is gone.
ssize_t receive(int channel, char& order, int (&descriptors)[descriptors_of_run]) {
  alignas(cmsghdr) char space[CMSG_SPACE(sizeof descriptors)];
  iovec part{&order, 1};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = space;
  message.msg_controllen = sizeof space;
  const ssize_t size = recvmsg(channel, &message, MSG_CMSG_CLOEXEC);
  const cmsghdr* header = size > 0 ? CMSG_FIRSTHDR(&message) : nullptr;
  if (header && header->cmsg_len == CMSG_LEN(sizeof descriptors))
    memcpy(descriptors, CMSG_DATA(header), sizeof descriptors);
  return size;
}

Plan unpack(char* text, std::size_t size) {
  Plan plan;
  plan.request = reinterpret_cast<const Request*>(text);
  char* at = text + sizeof(Request);
  const auto next = [&at, end = text + size] {
    char* const word = at;
    at += at < end ? strlen(at) + 1 : 0;
    return word;
  };
  plan.program = next();
  plan.folder = next();
  for (std::uint32_t i = 0; i < plan.request->arguments; ++i) plan.arguments.push_back(next());
  for (std::uint32_t i = 0; i < plan.request->variables; ++i) plan.variables.push_back(next());
  plan.arguments.push_back(nullptr);
  plan.variables.push_back(nullptr);
  return plan;
}

bool serve(int channel, int deaths) {
  char order = 0;
  int descriptors[descriptors_of_run] = {-1, -1, -1, -1, -1};
  const ssize_t got = receive(channel, order, descriptors);
  if (got < 0 && errno == EINTR) return true;
  if (got <= 0) return false;
  if (order != static_cast<char>(Order::run) || descriptors[0] < 0) return true;  // late for a command that ended
  struct stat status {};
  fstat(descriptors[0], &status);
  const auto size = static_cast<std::size_t>(status.st_size);
  void* const text = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, descriptors[0], 0);
  close(descriptors[0]);
  if (text == MAP_FAILED) return false;
  Plan plan = unpack(static_cast<char*>(text), size);
  plan.channel = channel;
  plan.input = descriptors[1];
  plan.output = descriptors[2];
  plan.error = descriptors[3];
  plan.metric = descriptors[4];
  const bool goes_on = keep(channel, deaths, plan);
  munmap(text, size);
  return goes_on;
}

// Whoever started hone may have left signals ignored, 32 and 33 too, which glibc keeps from us (they are its
// own) and which would be ignored in every command: hence the bare system call.
void reset_signals() {
  struct {
    void (*action)(int) = SIG_DFL;
    unsigned long flags = 0;
    void (*restorer)() = nullptr;
    std::uint64_t mask = 0;
  } plain;
  for (int number = 1; number <= 64; ++number) {
    plain.flags = number == SIGCHLD ? SA_NOCLDSTOP : 0;
    syscall(SYS_rt_sigaction, number, &plain, nullptr, sizeof plain.mask);
  }
}

}  // namespace

int main() {
  struct stat status {};
  if (fstat(socket_number, &status) != 0 || !S_ISSOCK(status.st_mode)) {
    const char text[] = "hone-keeper is started by hone and is no command of its own; see `hone --help`.\n";
    return write(2, text, sizeof text - 1) < 0 ? 3 : 2;
  }
  fcntl(socket_number, F_SETFD, FD_CLOEXEC);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  reset_signals();
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  sigprocmask(SIG_SETMASK, &child, nullptr);
  const int deaths = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
  if (deaths < 0) return 3;
  while (serve(socket_number, deaths)) {
  }
  return 0;
}
