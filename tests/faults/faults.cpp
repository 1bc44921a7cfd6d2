// Fault points for tests: linked into `hone-faulty` beside the very objects of `hone`, and into nothing else, so the
// binary that users run holds none of this. It stands in front of libc's calls, hone's own and those of libgit2 and
// SQLite alike, and names each by where it happens: `journal.write`, `object.rename`, `branch.open`, `spawn`.
//
//   HONE_FAULT=POINT:N:ACTION   at the Nth visit of POINT; `N+`: at every visit from the Nth on (a disk that stays
//   full) HONE_FAULT_LOG=FILE         gets "visited POINT N" lines when the process ends by itself, "fired ..." when a
//   fault fired
// Actions: kill (before the call), kill-after, torn (half of the write, then kill), short (half of it, told so),
// sleep (30 ms), or the name of an errno: EIO ENOSPC EMFILE EACCES EAGAIN EROFS EDQUOT ENOMEM.
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace {

// What a path belongs to; "" = no business of hone's (libraries, /proc, pipes).
std::string_view place_of(std::string_view path) {
  const auto has = [path](std::string_view part) { return path.find(part) != std::string_view::npos; };
  const bool device = path.starts_with("/dev") && !path.starts_with("/dev/shm/");  // scenes are played in memory
  if (path.starts_with("/proc") || path.starts_with("/sys") || device || path.ends_with("-shm")) return "";
  if (has("/journal.db-wal")) return "wal";
  if (has("/journal.db")) return "journal";
  if (path.ends_with("/writer") || path.ends_with("-trial.lock")) return "owner";
  if (path.ends_with("/inbox")) return "inbox";
  if (has("/objects/")) return "object";
  if (has("/logs/")) return "reflog";
  if (has("/refs/heads")) return "branch";
  if (has("/refs/hone")) return "ref";
  if (has("/worktrees")) return "entry";
  if (has("/scratch")) return "scratch";
  if (has("/sandbox")) return "sandbox";
  if (has("/cache/hone/")) return "workspace";
  if (has(".git/hone/")) return "state";
  if (path.ends_with(".html") || has(".html.")) return "report";
  return "";
}

struct Fault {
  std::string point, action;
  long number = 0;
  bool lasting = false;
};

struct Points {
  std::mutex mutex;
  std::map<std::string, long> visits;
  std::optional<Fault> fault;
  std::string log;

  Points() {
    if (const char* file = std::getenv("HONE_FAULT_LOG")) log = file;
    const char* text = std::getenv("HONE_FAULT");
    if (text == nullptr) return;
    const std::string_view all(text);
    const auto first = all.find(':');
    const auto second = all.find(':', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) std::abort();
    const std::string number(all.substr(first + 1, second - first - 1));
    fault = Fault{std::string(all.substr(0, first)), std::string(all.substr(second + 1)),
                  std::strtol(number.c_str(), nullptr, 10), number.ends_with('+')};
  }
  void say(const std::string& line) const {
    if (log.empty()) return;
    const long file = syscall(SYS_open, log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0) return;
    syscall(SYS_write, file, line.data(), line.size());
    syscall(SYS_close, file);
  }
};

// Never destroyed: threads may still be at work when main returns.
Points& points() {
  static Points* const made = new Points;
  return *made;
}

[[gnu::destructor]] void tell_visits() {
  Points& all = points();
  const std::lock_guard lock(all.mutex);
  std::string text;
  for (const auto& [point, count] : all.visits) text += "visited " + point + " " + std::to_string(count) + "\n";
  all.say(text);
}

[[noreturn]] void die() {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

// The action for this visit; "" = go on.
std::string visit(std::string_view place, std::string_view call) {
  if (place.empty()) return "";
  const int saved = errno;
  std::string point(place);
  if (!call.empty()) point.append(".").append(call);
  Points& all = points();
  std::string action;
  {
    const std::lock_guard lock(all.mutex);
    const long number = ++all.visits[point];
    const auto& fault = all.fault;
    const bool due =
        fault && fault->point == point && (fault->lasting ? number >= fault->number : number == fault->number);
    if (due) {
      action = fault->action;
      all.say("fired " + point + " " + std::to_string(number) + " " + action + "\n");
    }
  }
  if (action == "kill") die();
  if (action == "sleep") {
    const timespec pause{0, 30'000'000};
    nanosleep(&pause, nullptr);
    action.clear();
  }
  errno = saved;
  return action;
}

// The errno that an action names; 0 = it names none.
int error_of(std::string_view action) {
  constexpr std::pair<std::string_view, int> table[] = {{"EIO", EIO},       {"ENOSPC", ENOSPC}, {"EMFILE", EMFILE},
                                                        {"EACCES", EACCES}, {"EAGAIN", EAGAIN}, {"EROFS", EROFS},
                                                        {"EDQUOT", EDQUOT}, {"ENOMEM", ENOMEM}};
  for (const auto& [name, code] : table) {
    if (name == action) return code;
  }
  return 0;
}

std::string path_of(int file) {
  const std::string link = "/proc/self/fd/" + std::to_string(file);
  char path[4096];
  const ssize_t size = readlink(link.c_str(), path, sizeof path);
  return size > 0 ? std::string(path, static_cast<std::size_t>(size)) : std::string();
}

std::string path_at(int folder, const char* name) {
  if (name[0] == '/' || folder == AT_FDCWD) return name;
  return path_of(folder) + "/" + name;
}

// Most calls: fail with the action's errno, or go on, and die behind it when that is asked.
template <class Call>
long guarded(std::string_view place, std::string_view name, Call call) {
  const std::string action = visit(place, name);
  if (const int error = error_of(action); error != 0) {
    errno = error;
    return -1;
  }
  const long result = call();
  if (action == "kill-after" || action == "torn") die();
  return result;
}

template <class Call>
ssize_t guarded_write(int file, std::size_t size, Call call) {
  const std::string action = visit(place_of(path_of(file)), "write");
  if (const int error = error_of(action); error != 0) {
    errno = error;
    return -1;
  }
  const bool half = (action == "torn" || action == "short") && size > 1;
  const long result = call(half ? size / 2 : size);
  if (action == "torn" || action == "kill-after") die();
  return result;
}

int open_at(int folder, const char* path, int flags, unsigned mode) {
  const bool makes = (flags & O_CREAT) != 0;
  return static_cast<int>(guarded(place_of(path_at(folder, path)), makes ? "create" : "open",
                                  [&] { return syscall(SYS_openat, folder, path, flags, mode); }));
}

unsigned mode_of(int flags, va_list& list) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(list, unsigned) : 0;
}

}  // namespace

// libc's names, which the linker takes from here first, for the shared libraries too.
#define HONE_OPEN(name)                          \
  int name(const char* path, int flags, ...) {   \
    va_list list;                                \
    va_start(list, flags);                       \
    const unsigned mode = mode_of(flags, list);  \
    va_end(list);                                \
    return open_at(AT_FDCWD, path, flags, mode); \
  }
#define HONE_OPENAT(name)                                  \
  int name(int folder, const char* path, int flags, ...) { \
    va_list list;                                          \
    va_start(list, flags);                                 \
    const unsigned mode = mode_of(flags, list);            \
    va_end(list);                                          \
    return open_at(folder, path, flags, mode);             \
  }

extern "C" {

HONE_OPEN(open)
HONE_OPEN(open64)
HONE_OPENAT(openat)
HONE_OPENAT(openat64)
int __open_2(const char* path, int flags) {
  return open_at(AT_FDCWD, path, flags, 0);
}
int __open64_2(const char* path, int flags) {
  return open_at(AT_FDCWD, path, flags, 0);
}
int __openat_2(int folder, const char* path, int flags) {
  return open_at(folder, path, flags, 0);
}
int __openat64_2(int folder, const char* path, int flags) {
  return open_at(folder, path, flags, 0);
}
int creat(const char* path, mode_t mode) {
  return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

ssize_t write(int file, const void* bytes, size_t size) {
  return guarded_write(file, size, [&](std::size_t most) { return syscall(SYS_write, file, bytes, most); });
}
ssize_t pwrite(int file, const void* bytes, size_t size, off_t at) {
  return guarded_write(file, size, [&](std::size_t most) { return syscall(SYS_pwrite64, file, bytes, most, at); });
}
ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t at) {
  return pwrite(file, bytes, size, at);
}

ssize_t read(int file, void* bytes, size_t size) {
  return guarded(place_of(path_of(file)), "read", [&] { return syscall(SYS_read, file, bytes, size); });
}
ssize_t pread(int file, void* bytes, size_t size, off_t at) {
  return guarded(place_of(path_of(file)), "read", [&] { return syscall(SYS_pread64, file, bytes, size, at); });
}
ssize_t pread64(int file, void* bytes, size_t size, off64_t at) {
  return pread(file, bytes, size, at);
}
ssize_t __read_chk(int file, void* bytes, size_t size, size_t) {
  return read(file, bytes, size);
}

int fsync(int file) {
  return static_cast<int>(guarded(place_of(path_of(file)), "sync", [&] { return syscall(SYS_fsync, file); }));
}
int fdatasync(int file) {
  return static_cast<int>(guarded(place_of(path_of(file)), "sync", [&] { return syscall(SYS_fdatasync, file); }));
}
int ftruncate(int file, off_t size) noexcept {
  return static_cast<int>(
      guarded(place_of(path_of(file)), "truncate", [&] { return syscall(SYS_ftruncate, file, size); }));
}
int ftruncate64(int file, off64_t size) noexcept {
  return ftruncate(file, size);
}
int flock(int file, int how) noexcept {
  return static_cast<int>(guarded(place_of(path_of(file)), "lock", [&] { return syscall(SYS_flock, file, how); }));
}

int renameat(int from, const char* old_name, int to, const char* new_name) noexcept {
  return static_cast<int>(guarded(place_of(path_at(to, new_name)), "rename",
                                  [&] { return syscall(SYS_renameat, from, old_name, to, new_name); }));
}
int rename(const char* old_name, const char* new_name) noexcept {
  return renameat(AT_FDCWD, old_name, AT_FDCWD, new_name);
}
int link(const char* old_name, const char* new_name) noexcept {
  return static_cast<int>(guarded(place_of(new_name), "link", [&] { return syscall(SYS_link, old_name, new_name); }));
}
int symlinkat(const char* target, int folder, const char* name) noexcept {
  return static_cast<int>(guarded(place_of(path_at(folder, name)), "symlink",
                                  [&] { return syscall(SYS_symlinkat, target, folder, name); }));
}
int mkdirat(int folder, const char* name, mode_t mode) noexcept {
  return static_cast<int>(
      guarded(place_of(path_at(folder, name)), "mkdir", [&] { return syscall(SYS_mkdirat, folder, name, mode); }));
}
int mkdir(const char* name, mode_t mode) noexcept {
  return mkdirat(AT_FDCWD, name, mode);
}
int unlinkat(int folder, const char* name, int flags) noexcept {
  return static_cast<int>(
      guarded(place_of(path_at(folder, name)), "remove", [&] { return syscall(SYS_unlinkat, folder, name, flags); }));
}
int unlink(const char* name) noexcept {
  return unlinkat(AT_FDCWD, name, 0);
}
int rmdir(const char* name) noexcept {
  return unlinkat(AT_FDCWD, name, AT_REMOVEDIR);
}

int pipe2(int pair[2], int flags) noexcept {
  return static_cast<int>(guarded("pipe", "", [&] { return syscall(SYS_pipe2, pair, flags); }));
}
int socketpair(int domain, int type, int protocol, int pair[2]) noexcept {
  return static_cast<int>(
      guarded("channel", "", [&] { return syscall(SYS_socketpair, domain, type, protocol, pair); }));
}
int memfd_create(const char* name, unsigned flags) noexcept {
  return static_cast<int>(guarded("request", "", [&] { return syscall(SYS_memfd_create, name, flags); }));
}
// What goes to a command's keeper: kill-after leaves a command that has just been ordered without its hone.
ssize_t sendmsg(int file, const msghdr* message, int flags) {
  return guarded("order", "", [&] { return syscall(SYS_sendmsg, file, message, flags); });
}
ssize_t recv(int file, void* bytes, size_t size, int flags) {
  return guarded("answer", "", [&] { return syscall(SYS_recvfrom, file, bytes, size, flags, nullptr, nullptr); });
}

int posix_spawn(pid_t* process, const char* path, const posix_spawn_file_actions_t* actions,
                const posix_spawnattr_t* attributes, char* const arguments[], char* const environment[]) {
  using Spawn = decltype(&posix_spawn);
  static const auto real = reinterpret_cast<Spawn>(dlsym(RTLD_NEXT, "posix_spawn"));
  const std::string action = visit("spawn", "");
  if (const int error = error_of(action); error != 0) return error;
  const int result = real(process, path, actions, attributes, arguments, environment);
  if (action == "kill-after") die();
  return result;
}

}  // extern "C"
