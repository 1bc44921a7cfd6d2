#include "adapters/executors/seccomp.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "adapters/os/descriptor.hpp"

namespace hone::executors {
namespace {

// By name: a call that this libseccomp does not know is also none that it could let through by mistake, because
// the probes make each of the dangerous ones.
constexpr std::array denied = {
    // other ways to do I/O, and code in the kernel
    "io_uring_setup", "io_uring_enter", "io_uring_register", "bpf", "userfaultfd", "perf_event_open",
    // other processes' memory and descriptors
    "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "kcmp", "pidfd_getfd",
    // what outlives a run
    "keyctl", "add_key", "request_key",
    // which pages of files lie in memory: every file that two runs may read is a letter box between them
    "mincore", "cachestat",
    // mounts and namespaces
    "mount", "umount2", "umount", "pivot_root", "chroot", "fsopen", "fsconfig", "fsmount", "fspick", "move_mount",
    "open_tree", "mount_setattr", "setns", "unshare", "open_by_handle_at", "name_to_handle_at",
    // the machine
    "kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module", "reboot", "swapon", "swapoff",
    "acct", "quotactl", "quotactl_fd", "syslog", "lookup_dcookie", "iopl", "ioperm", "modify_ldt", "vhangup",
    "fanotify_init", "settimeofday", "clock_settime", "clock_settime64", "clock_adjtime", "stime", "nfsservctl"};

// A time namespace is not among them: only unshare and clone3 can make one.
constexpr std::array<std::uint64_t, 7> namespaces = {CLONE_NEWUSER, CLONE_NEWNS,  CLONE_NEWPID,   CLONE_NEWNET,
                                                     CLONE_NEWIPC,  CLONE_NEWUTS, CLONE_NEWCGROUP};

struct Release {
  void operator()(void* filter) const { seccomp_release(filter); }
};

tl::unexpected<Error> failed(int code, std::string_view what) {
  return fail(Reaction::stop_run,
              fmt::format("tried to make the seccomp filter ({}): {}; update libseccomp", what, std::strerror(-code)));
}

Done add_calls(scmp_filter_ctx filter) {
  for (const char* name : denied) {
    const int number = seccomp_syscall_resolve_name(name);
    if (number == __NR_SCMP_ERROR) continue;
    const int code = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), number, 0);
    if (code != 0 && code != -EDOM) return failed(code, name);
  }
  const int code = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
  if (code != 0) return failed(code, "clone3");
  return {};
}

Done add_namespaces(scmp_filter_ctx filter) {
  for (const std::uint64_t flag : namespaces) {
    const int code =
        seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, flag, flag));
    if (code != 0) return failed(code, "clone");
  }
  return {};
}

// The page cache of files that all may read (all of /usr) must not be a memory between runs, nor may a run empty it for
// the next one. Asking without waiting, throwing pages out; `cachestat` by number, because libseccomp 2.5.4 has no
// name for it.
Done add_page_cache(scmp_filter_ctx filter) {
  constexpr int cachestat = 451;  // on every architecture
  constexpr std::uint64_t page_out = 21;
  const std::array codes = {
      seccomp_rule_add(filter, SCMP_ACT_ERRNO(EOPNOTSUPP), SCMP_SYS(preadv2), 1,
                       SCMP_A5(SCMP_CMP_MASKED_EQ, RWF_NOWAIT, RWF_NOWAIT)),
      seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(fadvise64), 1,
                       SCMP_A3_32(SCMP_CMP_EQ, POSIX_FADV_DONTNEED)),
      seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(madvise), 1, SCMP_A2_32(SCMP_CMP_EQ, page_out)),
      seccomp_syscall_resolve_name("cachestat") == __NR_SCMP_ERROR
          ? seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), cachestat, 0)
          : 0};
  for (const int code : codes) {
    if (code != 0) return failed(code, "page cache");
  }
  return {};
}

// Everything but unix sockets, and IP sockets on request; the latter end at the loopback of the run's own network,
// which bwrap brings up always. Without them a program is told what it would be told by a kernel without a network.
Done add_sockets(scmp_filter_ctx filter, bool loopback) {
  for (unsigned family = 0; family < 64; ++family) {
    const bool internet = family == AF_INET || family == AF_INET6;
    if (family == AF_UNIX || (internet && loopback)) continue;
    for (const int call : {SCMP_SYS(socket), SCMP_SYS(socketpair)}) {
      const int code = seccomp_rule_add(filter, SCMP_ACT_ERRNO(internet ? EAFNOSUPPORT : EPERM), call, 1,
                                        SCMP_A0_32(SCMP_CMP_EQ, family));
      if (code != 0) return failed(code, "socket");
    }
  }
  const int code = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), 1, SCMP_A0_32(SCMP_CMP_GE, 64));
  if (code != 0) return failed(code, "socket");
  return {};
}

// Typing into the terminal that hone was started from (CVE-2017-5226, CVE-2023-28100).
Done add_terminal(scmp_filter_ctx filter) {
  for (const unsigned request : {static_cast<unsigned>(TIOCSTI), static_cast<unsigned>(TIOCLINUX)}) {
    const int code =
        seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), 1, SCMP_A1_32(SCMP_CMP_EQ, request));
    if (code != 0) return failed(code, "ioctl");
  }
  return {};
}

Result<std::string> export_filter(scmp_filter_ctx filter) {
  const os::Descriptor file(::memfd_create("filter", MFD_CLOEXEC));
  if (!file) return failed(-errno, "export");
  if (const int code = seccomp_export_bpf(filter, file.get()); code != 0) return failed(code, "export");
  const off_t size = ::lseek(file.get(), 0, SEEK_END);
  std::string program(static_cast<std::size_t>(size), '\0');
  if (::pread(file.get(), program.data(), program.size(), 0) != size) return failed(-EIO, "export");
  return program;
}

}  // namespace

Result<std::string> compile_filter(bool loopback) {
  const std::unique_ptr<void, Release> filter(seccomp_init(SCMP_ACT_ALLOW));
  if (!filter) return failed(-ENOMEM, "start");
  HONE_TRY_VOID(add_calls(filter.get()));
  HONE_TRY_VOID(add_namespaces(filter.get()));
  HONE_TRY_VOID(add_page_cache(filter.get()));
  HONE_TRY_VOID(add_sockets(filter.get(), loopback));
  HONE_TRY_VOID(add_terminal(filter.get()));
  return export_filter(filter.get());
}

}  // namespace hone::executors
